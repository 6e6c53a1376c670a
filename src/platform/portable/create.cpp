#include "platform/create.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

file_handle create_unnamed_file(native_path, const create_options&, std::error_code& error) noexcept {
  error = std::make_error_code(std::errc::operation_not_supported);
  return {};
}

void set_directory_mode(const char* path, mode_t mode, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW); });
  if (error) return;
  if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid()) {
    error = errc::replaced;
  } else if (!has_mode(status, mode)) {
    const mode_t inherited = status.st_mode & S_ISGID;
    retry_on_eintr(error, [&] { return call::fchmodat(AT_FDCWD, path, mode | inherited, AT_SYMLINK_NOFOLLOW); });
  }
}

}  // namespace tempfile::inline v0_1::platform
