#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {

void set_directory_mode(const char* path, mode_t mode, const file_identity&, std::error_code& error) noexcept {
  until_done(error, [&] { return call::fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW); });
}

}  // namespace tempfile::inline v0_1::platform
