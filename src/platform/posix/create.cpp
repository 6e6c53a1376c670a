#include "platform/create.hpp"

#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::platform {

file_handle create_file(native_path path, const create_options& options, file_identity& made,
                        std::error_code& error) noexcept {
  const mode_t mode = mode_bits(options.mode);
  const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | (options.inheritable ? 0 : O_CLOEXEC);
  file_handle file{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, path, flags, mode); })};
  if (error) return {};

  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(file.native_handle(), &status); });
  if (!error && !has_mode(status, mode)) {
    retry_on_eintr(error, [&] { return call::fchmod(file.native_handle(), mode); });
  }
  if (error) {
    std::error_code ignored;
    remove_file(path, ignored);
    return {};
  }
  made = identity_of(status);
  return file;
}

void create_directory(native_path path, const create_options& options, file_identity& made,
                      std::error_code& error) noexcept {
  const mode_t mode = mode_bits(options.mode);
  retry_on_eintr(error, [&] { return call::mkdirat(AT_FDCWD, path, mode); });
  if (error) return;

  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW); });
  if (!error && !has_mode(status, mode)) {
    set_directory_mode(path, mode | (status.st_mode & S_ISGID), identity_of(status), error);
  }
  if (error) {
    std::error_code ignored;
    remove_directory(path, ignored);
    return;
  }
  made = identity_of(status);
}

}  // namespace tempfile::inline v0_1::platform
