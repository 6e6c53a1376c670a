#include "platform/attributes.hpp"

#include <fcntl.h>

#include <new>

#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

// What a file is to get: its mode, and the list that stands behind the mode's group bits.
struct grant {
  mode_t mode{};
  std::optional<attribute_value> list;
  std::optional<attribute_value> inherited;  // of directories
};

// Calls what may be short of memory.
template <class Work>
void report_bad_alloc(std::error_code& error, Work work) noexcept {
  try {
    work();
  } catch (const std::bad_alloc&) {
    error = std::make_error_code(std::errc::not_enough_memory);
  }
}

bool is_directory(int file, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(file, &status); });
  return !error && S_ISDIR(status.st_mode);
}

// Gives exactly these permissions, and at no instant more. While there is a list, the mode's bits for the group are the
// list's mask, and the group gets them when the list goes: so the mode forbids all to all but the owner before. A list
// that comes sets the mode's bits itself.
void give(int file, const grant& target, std::error_code& error) {
  const mode_t owner_only = target.mode & ~mode_t{077};
  retry_on_eintr(error, [&] { return call::fchmod(file, owner_only); });
  if (!error) write_access_list(file, access_list::own, std::nullopt, error);
  if (!error && target.list) {
    write_access_list(file, access_list::own, target.list, error);
  } else if (!error && target.mode != owner_only) {
    retry_on_eintr(error, [&] { return call::fchmod(file, target.mode); });
  }
  if (!error && is_directory(file, error)) write_access_list(file, access_list::inherited, target.inherited, error);
}

// Tries to give `to` this owner and group; returns whether it has the group then.
bool take_owner(int to, uid_t owner, gid_t group) noexcept {
  struct stat status {};
  if (call::fstat(to, &status) != 0) return false;
  if (status.st_uid == owner && status.st_gid == group) return true;
  if (call::fchown(to, owner, group) == 0) return true;
  return status.st_gid == group || call::fchown(to, static_cast<uid_t>(-1), group) == 0;
}

// The same mode with `granted`, of 07, as the most for the group and for others.
mode_t limited(mode_t mode, mode_t granted) noexcept { return mode & (07700U | granted << 3U | granted); }

// What to give `to` so that nobody gets more than `from` gives. If its group can't be kept, another group would get
// what is the group's, and if its list can't be read, the mode's group bits are a mask and no permissions.
grant grant_of(int from, const struct stat& status, bool has_group) {
  const mode_t special = S_ISDIR(status.st_mode) ? S_ISVTX | (has_group ? S_ISGID : 0U) : 0U;
  grant found{status.st_mode & (permission_bits_mask | special), {}, {}};
  std::error_code unknown;
  found.list = read_access_list(from, access_list::own, unknown);
  if (unknown) {
    found.mode = limited(found.mode, found.mode & 07U) | (found.mode & 07U);
  } else if (!has_group) {
    const mode_t granted = found.list ? granted_to_all(*found.list) : found.mode & 07U;
    found.mode = limited(found.mode, granted) | (found.mode & granted);
    found.list.reset();
  }
  if (S_ISDIR(status.st_mode)) found.inherited = read_access_list(from, access_list::inherited, unknown);
  return found;
}

void copy_all(int from, const struct stat& status, int to, std::error_code& error) {
  const bool has_group = take_owner(to, status.st_uid, status.st_gid);
  give(to, grant_of(from, status, has_group), error);
  if (!error) write_user_attributes(to, read_user_attributes(from));
}

// Opens what has the attributes; `status` becomes that of what is open.
file_handle open_original(int directory, const char* name, struct stat& status, std::error_code& error) noexcept {
  const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  file_handle from{retry_on_eintr(error, [&] { return call::openat(directory, name, flags, 0); })};
  if (error == std::errc::permission_denied) from = open_for_attributes(directory, name, error);
  if (!error) {
    retry_on_eintr(error, [&] { return call::fstat(from.native_handle(), &status); });
  } else if (error == std::errc::permission_denied) {
    error.clear();  // then it has its mode only
  }
  return from;
}

// Gives `to` what was just made has got.
void give_as_to(const file_handle& made, int to, std::error_code& error) {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(made.native_handle(), &status); });
  if (error) return;
  grant target{status.st_mode & mode_bits_mask, {}, {}};
  target.list = read_access_list(made.native_handle(), access_list::own, error);
  if (!error && S_ISDIR(status.st_mode)) {
    target.inherited = read_access_list(made.native_handle(), access_list::inherited, error);
  }
  if (!error) give(to, target, error);
}

}  // namespace

saved_permissions permissions(native_handle_type handle, std::error_code& error) noexcept {
  saved_permissions saved;
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(handle, &status); });
  if (error) return saved;
  saved.mode = std::filesystem::perms{status.st_mode & mode_bits_mask};
  saved.owner = status.st_uid;
  saved.group = status.st_gid;
  report_bad_alloc(error, [&] {
    saved.list = read_access_list(handle, access_list::own, error);
    if (!error && S_ISDIR(status.st_mode)) saved.inherited = read_access_list(handle, access_list::inherited, error);
    if (!error) saved.attributes = read_user_attributes(handle);
  });
  return saved;
}

void restore_permissions(native_handle_type handle, const saved_permissions& saved, std::error_code& error) noexcept {
  report_bad_alloc(error, [&] {
    take_owner(handle, static_cast<uid_t>(saved.owner), static_cast<gid_t>(saved.group));
    give(handle, {mode_bits(saved.mode), saved.list, saved.inherited}, error);
    replace_user_attributes(handle, saved.attributes);
  });
}

void set_mode(native_handle_type handle, std::filesystem::perms mode, std::error_code& error) noexcept {
  report_bad_alloc(error, [&] { give(handle, {mode_bits(mode), {}, {}}, error); });
}

void copy_permissions(native_handle_type directory, native_path name, native_handle_type to,
                      std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW); });
  if (error) return;
  const bool both_are_directories = is_directory(to, error) == S_ISDIR(status.st_mode);
  if (error) return;
  if (!both_are_directories) {
    error = std::make_error_code(S_ISDIR(status.st_mode) ? std::errc::is_a_directory : std::errc::not_a_directory);
  } else if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    error = std::make_error_code(std::errc::no_such_file_or_directory);
  } else {
    const file_handle from = open_original(directory, name, status, error);
    if (!error) report_bad_alloc(error, [&] { copy_all(from.native_handle(), status, to, error); });
  }
}

file_handle create_named_umask_probe(native_path probe, std::error_code& error) noexcept {
  const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  file_handle made{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, probe, flags, 0666); })};
  if (!error) remove_file(probe, error);
  return error ? file_handle{} : std::move(made);
}

void apply_default_mode(native_path directory, native_path probe, native_handle_type to,
                        std::error_code& error) noexcept {
  const file_handle made = create_umask_probe(directory, probe, error);
  if (!error) report_bad_alloc(error, [&] { give_as_to(made, to, error); });
}

void apply_default_directory_mode(native_path probe, native_handle_type to, std::error_code& error) noexcept {
  retry_on_eintr(error, [&] { return call::mkdirat(AT_FDCWD, probe, 0777); });
  if (error) return;
  struct stat status {};
  const file_handle made = open_original(AT_FDCWD, probe, status, error);
  std::error_code not_removed;
  remove_directory(probe, not_removed);
  if (!error) error = not_removed;
  if (error) return;
  if (made.is_open()) {
    report_bad_alloc(error, [&] { give_as_to(made, to, error); });
  } else {  // the umask forbids to read it, and the system has no list that one could miss
    retry_on_eintr(error, [&] { return call::fchmod(to, status.st_mode & mode_bits_mask); });
  }
}

}  // namespace tempfile::inline v0_1::platform
