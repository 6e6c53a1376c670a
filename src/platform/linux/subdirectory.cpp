// Entering a directory of a tree that is being removed.
#include <fcntl.h>

#include "platform/linux/calls.hpp"
#include "platform/linux/path_descriptor.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

// openat2() refuses with EXDEV to cross a mount point, a bind mount of the same file system included (Linux 5.6).
int open_inside_mount(int parent, const char* name, int flags) noexcept {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_NO_XDEV;
  return call::openat2(parent, name, how);
}

}  // namespace

int directory_search_flags() noexcept { return O_PATH; }

file_handle open_subdirectory(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  file_handle directory{until_done(error, [&] { return open_inside_mount(parent, name, subdirectory_flags()); })};
  switch (error.value()) {
    case ENOSYS:  // before Linux 5.6
    case EPERM:   // a system call filter that doesn't know the call
      return open_on_same_device(parent, name, error);
    case EXDEV:
      error = errc::mount_point;
      return {};
    case ELOOP:  // a symbolic link, by another of its errors
      error = std::make_error_code(std::errc::not_a_directory);
      return {};
    default:
      return directory;
  }
}

file_handle open_forbidden_subdirectory(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const file_handle directory{until_done(error, [&] { return call::openat(parent, name, flags, 0); })};
  if (error) return {};
  struct stat status {};
  until_done(error, [&] { return call::fstat(directory.native_handle(), &status); });
  if (error) return {};
  set_mode_of_path_descriptor(directory.native_handle(), (status.st_mode & 07777U) | S_IRWXU, error);
  if (error) return {};
  // "." of what has just been changed would cross a mount that the name leads into; the name tells.
  return open_subdirectory(parent, name, error);
}

}  // namespace tempfile::inline v0_1::platform
