// Entering a directory of a tree that is being removed.
#include <fcntl.h>

#include <array>
#include <charconv>
#include <span>
#include <string_view>

#include "platform/linux/calls.hpp"
#include "platform/linux/path_descriptor.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

constexpr std::uint64_t unknown_mount = 0;

// "mnt_id:" in what /proc tells of a descriptor (Linux 3.15).
std::uint64_t mount_id_by_proc(int descriptor) noexcept {
  const descriptor_path path{descriptor, "fdinfo"};
  std::error_code error;
  const file_handle info{
      until_done(error, [&] { return call::openat(AT_FDCWD, path.c_str(), O_RDONLY | O_CLOEXEC, 0); })};
  if (error) return unknown_mount;
  std::array<char, 1024> text{};
  const std::size_t size = read(info.native_handle(), std::as_writable_bytes(std::span{text}), error);
  constexpr std::string_view label = "mnt_id:\t";
  const std::string_view told{text.data(), size};
  const std::size_t at = told.find(label);
  std::uint64_t id = unknown_mount;
  if (!error && at != told.npos) std::from_chars(told.data() + at + label.size(), told.data() + told.size(), id);
  return id;
}

std::uint64_t mount_id(int descriptor) noexcept {
#if defined(STATX_MNT_ID)  // Linux 5.8, and as new headers
  struct statx status {};
  const bool is_told = call::statx(descriptor, "", AT_EMPTY_PATH, STATX_MNT_ID, status) == 0;
  if (is_told && (status.stx_mask & STATX_MNT_ID) != 0) return status.stx_mnt_id;
#endif
  return mount_id_by_proc(descriptor);
}

// Whether nothing is mounted on a directory, as far as rmdir(2) tells: that it is not empty is said only after that. It
// may be removed by this.
bool is_certainly_no_mount_point(int parent, const char* name) noexcept {
  std::error_code error;
  until_done(error, [&] { return call::unlinkat(parent, name, AT_REMOVEDIR); });
  return error == std::errc::directory_not_empty || error == std::errc::file_exists;
}

// For systems without openat2(): by the identity of the mount. The device is the same for a bind mount, and is another
// for a sub-volume of btrfs, which is none.
file_handle open_on_same_mount(int parent, const char* name, int flags, std::error_code& error) noexcept {
  file_handle directory{until_done(error, [&] { return call::openat(parent, name, flags, 0); })};
  if (error) return {};
  const std::uint64_t outer = mount_id(parent);
  const std::uint64_t inner = mount_id(directory.native_handle());
  const bool is_known = outer != unknown_mount && inner != unknown_mount;
  if (is_known ? outer == inner : is_certainly_no_mount_point(parent, name)) return directory;
  error = errc::mount_point;
  return {};
}

// openat2() refuses with EXDEV to cross a mount point, a bind mount of the same file system included (Linux 5.6).
int open_inside_mount(int parent, const char* name, int flags) noexcept {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_NO_XDEV;
  return call::openat2(parent, name, how);
}

file_handle open_checked(int parent, const char* name, int flags, std::error_code& error) noexcept {
  file_handle directory{until_done(error, [&] { return open_inside_mount(parent, name, flags); })};
  switch (error.value()) {
    case ENOSYS:  // before Linux 5.6
    case EPERM:   // a system call filter that doesn't know the call
      directory = open_on_same_mount(parent, name, flags, error);
      break;
    case EXDEV:
      error = errc::mount_point;
      break;
    default:
      break;
  }
  // A symbolic link, by another of its errors.
  if (error.value() == ELOOP) error = std::make_error_code(std::errc::not_a_directory);
  return directory;
}

}  // namespace

int directory_search_flags() noexcept { return O_PATH; }

file_handle open_subdirectory(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  return open_checked(parent, name, subdirectory_flags(), error);
}

file_handle open_forbidden_subdirectory(native_handle_type parent, native_path name,
                                        std::optional<std::filesystem::perms>& mode_before,
                                        std::error_code& error) noexcept {
  const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const file_handle directory = open_checked(parent, name, flags, error);  // what is mounted is not changed either
  if (error) return {};
  struct stat status {};
  until_done(error, [&] { return call::fstat(directory.native_handle(), &status); });
  if (error) return {};
  set_mode_of_path_descriptor(directory.native_handle(), {parent, name}, (status.st_mode & 07777U) | S_IRWXU, error);
  if (error) return {};
  mode_before = std::filesystem::perms{status.st_mode & 07777U};
  // "." of what has just been changed would cross a mount that the name leads into; the name tells.
  return open_subdirectory(parent, name, error);
}

}  // namespace tempfile::inline v0_1::platform
