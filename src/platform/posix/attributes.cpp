// Who may do what with a file.
#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/descriptor.hpp"
#include "platform/posix/extended_attributes.hpp"
#include "platform/posix/probe.hpp"

namespace tempfile::platform {
namespace {

// Tries to give `to` this owner and group; returns whether it has the group then.
bool take_owner(native_handle_type to, uid_t owner, gid_t group) noexcept {
  struct stat status {};
  if (call::fstat(to, &status) != 0) return false;
  if (status.st_uid == owner && status.st_gid == group) return true;
  if (call::fchown(to, owner, group) == 0) return true;
  return status.st_gid == group || call::fchown(to, static_cast<uid_t>(-1), group) == 0;
}

mode_t without_group(mode_t mode) noexcept { return mode & ~((~mode & 07U) << 3); }

void copy_all(int from, const struct stat& status, int to, std::error_code& error) noexcept {
  mode_t mode = status.st_mode & 0777U;
  if (!take_owner(to, status.st_uid, status.st_gid)) mode = without_group(mode);  // it would be another group's
  until_done(error, [&] { return call::fchmod(to, mode); });
  if (!error) copy_extended_attributes(from, to);
}

}  // namespace

file_attributes attributes(native_handle_type handle, std::error_code& error) noexcept {
  struct stat status {};
  until_done(error, [&] { return call::fstat(handle, &status); });
  return {std::filesystem::perms{status.st_mode & 07777U}, status.st_uid, status.st_gid};
}

void set_mode(native_handle_type handle, std::filesystem::perms mode, std::error_code& error) noexcept {
  until_done(error, [&] { return call::fchmod(handle, mode_bits(mode)); });
}

void set_attributes(native_handle_type handle, const file_attributes& wanted, std::error_code& error) noexcept {
  take_owner(handle, static_cast<uid_t>(wanted.owner), static_cast<gid_t>(wanted.group));
  set_mode(handle, wanted.mode, error);
}

void copy_attributes(native_handle_type directory, native_path name, native_handle_type to,
                     std::error_code& error) noexcept {
  struct stat status {};
  struct stat own {};
  until_done(error, [&] { return call::fstat(to, &own); });
  if (!error) until_done(error, [&] { return call::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW); });
  if (error) return;
  if (S_ISDIR(status.st_mode) != S_ISDIR(own.st_mode)) {
    error = std::make_error_code(S_ISDIR(status.st_mode) ? std::errc::is_a_directory : std::errc::not_a_directory);
  } else if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    error = std::make_error_code(std::errc::no_such_file_or_directory);
  } else {
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    std::error_code unreadable;  // then it has its mode only
    const file_handle from{until_done(unreadable, [&] { return call::openat(directory, name, flags, 0); })};
    copy_all(from.native_handle(), status, to, error);
  }
}

file_handle make_named_probe(native_path probe, std::error_code& error) noexcept {
  const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  file_handle made{until_done(error, [&] { return call::openat(AT_FDCWD, probe, flags, 0666); })};
  if (!error) remove_file(probe, error);
  return error ? file_handle{} : std::move(made);
}

void take_attributes_of_new_file(native_path directory, native_path probe, native_handle_type to,
                                 std::error_code& error) noexcept {
  const file_handle made = make_probe(directory, probe, error);
  if (error) return;
  struct stat status {};
  until_done(error, [&] { return call::fstat(made.native_handle(), &status); });
  if (!error) until_done(error, [&] { return call::fchmod(to, status.st_mode & 07777U); });
  if (!error) copy_extended_attributes(made.native_handle(), to);
}

void take_attributes_of_new_directory(native_path probe, native_handle_type to, std::error_code& error) noexcept {
  until_done(error, [&] { return call::mkdirat(AT_FDCWD, probe, 0777); });
  if (error) return;
  struct stat status {};
  until_done(error, [&] { return call::fstatat(AT_FDCWD, probe, &status, AT_SYMLINK_NOFOLLOW); });
  std::error_code not_removed;
  remove_directory(probe, not_removed);
  if (!error) error = not_removed;
  if (!error) until_done(error, [&] { return call::fchmod(to, status.st_mode & 07777U); });
}

}  // namespace tempfile::platform
