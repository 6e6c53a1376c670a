// Names for what is finished.
#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/descriptor.hpp"
#include "platform/posix/new_names.hpp"

namespace tempfile::inline v0_1::platform {

file_handle open_readable_directory(native_path path, std::error_code& error) noexcept {
  const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  return file_handle{until_done(error, [&] { return call::openat(AT_FDCWD, path, flags, 0); })};
}

file_handle open_directory_itself(native_path path, std::error_code& error) noexcept {
  return file_handle{until_done(error, [&] { return call::openat(AT_FDCWD, path, subdirectory_flags(), 0); })};
}

file_handle open_file_itself(native_path path, std::error_code& error) noexcept {
  const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  return file_handle{until_done(error, [&] { return call::openat(AT_FDCWD, path, flags, 0); })};
}

file_handle open_for_reading(native_path path, std::error_code& error) noexcept {
  const int flags = O_RDONLY | O_CLOEXEC;
  return file_handle{until_done(error, [&] { return call::openat(AT_FDCWD, path, flags, 0); })};
}

file_handle open_for_writing(native_path path, std::error_code& error) noexcept {
  const int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  return file_handle{until_done(error, [&] { return call::openat(AT_FDCWD, path, flags, 0); })};
}

file_handle open_for_update(native_path path, std::error_code& error) noexcept {
  const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  return file_handle{until_done(error, [&] { return call::openat(AT_FDCWD, path, flags, 0); })};
}

void rename(const located& from, const located& to, std::error_code& error) noexcept {
  until_done(error, [&] { return call::renameat(from.directory, from.name, to.directory, to.name); });
}

void rename_by_reserving(const located& from, const located& to, std::error_code& error) noexcept {
  struct stat status {};
  until_done(error, [&] { return call::fstatat(from.directory, from.name, &status, AT_SYMLINK_NOFOLLOW); });
  if (error) return;
  std::error_code ignored;
  if (!S_ISDIR(status.st_mode)) {
    until_done(error, [&] { return call::linkat(from.directory, from.name, to.directory, to.name, 0); });
    if (error) return;
    remove_file_at(from.directory, from.name, error);
    if (error == std::errc::no_such_file_or_directory) error.clear();
    if (error) remove_file_at(to.directory, to.name, ignored);  // the old name is as good as both
    return;
  }
  // A directory has one name only; but it may replace an empty one, which only one process can make.
  until_done(error, [&] { return call::mkdirat(to.directory, to.name, S_IRWXU); });
  if (error) return;
  rename(from, to, error);
  if (error) remove_directory_at(to.directory, to.name, ignored);
}

}  // namespace tempfile::inline v0_1::platform
