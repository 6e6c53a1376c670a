#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

// How kernels, file systems, emulators and filters say that they don't do O_TMPFILE. Some of these also mean something
// else (ENOENT: no such directory); creating a file with a name then fails with the true reason.
bool means_unsupported(int number) noexcept {
  switch (number) {
    case EOPNOTSUPP:  // the file system (FUSE, NFS)
    case EISDIR:      // Linux before 3.11, which sees a directory opened for writing
    case ENOENT:      // the same, depending on the file system
    case EINVAL:      // emulated kernels
    case ENOSYS:      // a system call filter
    case EPERM:       // a system call filter
      return true;
    default:
      return false;
  }
}

}  // namespace

file_handle create_unnamed_file(native_path directory, const creation& wanted, std::error_code& error) noexcept {
  const mode_t mode = mode_bits(wanted.mode);
  // Without O_EXCL, which would forbid to give the file a name later (open(2)).
  const int flags = O_TMPFILE | O_RDWR | (wanted.inheritable ? 0 : O_CLOEXEC);
  file_handle file{until_done(error, [&] { return call::openat(AT_FDCWD, directory, flags, mode); })};
  if (error) {
    // Not remembered: another file system may answer otherwise.
    if (means_unsupported(error.value())) error = std::make_error_code(std::errc::operation_not_supported);
    return {};
  }

  struct stat status {};
  until_done(error, [&] { return call::fstat(file.native_handle(), &status); });
  if (!error && !has_mode(status, mode)) {
    until_done(error, [&] { return call::fchmod(file.native_handle(), mode); });
  }
  if (error) return {};
  return file;
}

}  // namespace tempfile::inline v0_1::platform
