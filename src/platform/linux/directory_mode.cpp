#include <fcntl.h>

#include "platform/linux/calls.hpp"
#include "platform/linux/path_descriptor.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {

void set_directory_mode(const char* path, mode_t mode, const file_identity& expected, std::error_code& error) noexcept {
  // O_PATH opens what the umask has made unreadable.
  const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const file_handle directory{until_done(error, [&] { return call::openat(AT_FDCWD, path, flags, 0); })};
  if (error) return;
  const file_identity found = identity(directory.native_handle(), error);
  if (error) return;
  if (found != expected) {
    error = errc::replaced;
    return;
  }
  set_mode_of_path_descriptor(directory.native_handle(), {.name = path}, mode, error);
}

}  // namespace tempfile::inline v0_1::platform
