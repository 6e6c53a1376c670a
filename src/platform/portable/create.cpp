#include "platform/create.hpp"

#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

file_handle create_unnamed_file(native_path, const create_options&, std::error_code& error) noexcept {
  error = std::make_error_code(std::errc::operation_not_supported);
  return {};
}

void set_directory_mode(const char* path, mode_t mode, const file_identity&, std::error_code& error) noexcept {
  retry_on_eintr(error, [&] { return call::fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW); });
}

}  // namespace tempfile::inline v0_1::platform
