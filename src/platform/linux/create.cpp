#include "platform/create.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "platform/linux/calls.hpp"
#include "platform/linux/path_descriptor.hpp"
#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"
#include "platform/tree.hpp"

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

file_handle create_unnamed_file(native_path directory, const create_options& options, std::error_code& error) noexcept {
  const mode_t mode = mode_bits(options.mode.value_or(default_file_mode));
  // Without O_EXCL, which would forbid to give the file a name later (open(2)).
  const int flags = O_TMPFILE | O_RDWR | (options.inheritable ? 0 : O_CLOEXEC);
  file_handle file{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, directory, flags, mode); })};
  if (!error && options.mode) retry_on_eintr(error, [&] { return call::fchmod(file.native_handle(), mode); });
  // Not remembered: another file system may answer otherwise.
  if (!file && means_unsupported(error.value())) error = std::make_error_code(std::errc::operation_not_supported);
  return error ? file_handle{} : std::move(file);
}

void set_directory_mode(const char* path, mode_t mode, std::error_code& error) noexcept {
  // O_PATH opens what the umask has made unreadable.
  const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const file_handle directory{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, path, flags, 0); })};
  if (error) return;
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(directory.native_handle(), &status); });
  if (error) return;
  if (status.st_uid != ::geteuid()) {
    error = errc::replaced;
  } else if (!has_mode(status, mode)) {
    const mode_t inherited = status.st_mode & S_ISGID;
    set_mode_of_path_descriptor(directory.native_handle(), {.name = path}, mode | inherited, error);
  }
}

}  // namespace tempfile::inline v0_1::platform
