// Names for what is finished.
#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/descriptor.hpp"
#include "platform/posix/new_names.hpp"

namespace tempfile::platform {

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

file_handle open_for_update(native_path path, std::error_code& error) noexcept {
  const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  return file_handle{until_done(error, [&] { return call::openat(AT_FDCWD, path, flags, 0); })};
}

void rename_at(native_handle_type directory, native_path from, native_path to, std::error_code& error) noexcept {
  until_done(error, [&] { return call::renameat(directory, from, directory, to); });
}

void rename_into(native_path from, native_handle_type directory, native_path to, std::error_code& error) noexcept {
  until_done(error, [&] { return call::renameat(AT_FDCWD, from, directory, to); });
}

void rename_by_reserving(native_path from, native_handle_type directory, native_path to,
                         std::error_code& error) noexcept {
  struct stat status {};
  until_done(error, [&] { return call::fstatat(AT_FDCWD, from, &status, AT_SYMLINK_NOFOLLOW); });
  if (error) return;
  std::error_code ignored;
  if (!S_ISDIR(status.st_mode)) {
    until_done(error, [&] { return call::linkat(AT_FDCWD, from, directory, to, 0); });
    if (!error) remove_file(from, ignored);
    return;
  }
  // A directory has one name only; but it may replace an empty one, which only one process can make.
  until_done(error, [&] { return call::mkdirat(directory, to, S_IRWXU); });
  if (error) return;
  rename_into(from, directory, to, error);
  if (error) remove_directory_at(directory, to, ignored);
}

}  // namespace tempfile::platform
