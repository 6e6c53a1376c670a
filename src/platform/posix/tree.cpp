#include "platform/tree.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <string_view>

#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

void unlink_at(int parent, const char* name, int flags, std::error_code& error) noexcept {
  retry_on_eintr(error, [&] { return call::unlinkat(parent, name, flags); });
}

// Whether others than the owner could rename in a directory: its mode lets them write, and no sticky bit protects what
// is another's; or it belongs to another user, root apart, who may do what he likes.
bool may_be_renamed_in(const struct stat& directory) noexcept {
  const bool is_shared = (directory.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (directory.st_mode & S_ISVTX) == 0;
  return is_shared || (directory.st_uid != ::geteuid() && directory.st_uid != 0);
}

// In nanoseconds. From a record to the birth of what was recorded, at most: the call that creates comes next. And how
// much earlier it may look: FAT and exFAT keep hundredths of a second, rounded down.
constexpr std::int64_t max_delay_of_birth = 2'000'000'000;
constexpr std::int64_t max_rounding_of_birth = 10'000'000;

bool was_born_when_created(int directory, const created_directory& created) noexcept {
  std::error_code error;
  const std::int64_t born = lasting_identity_at(directory, "", error).born;
  if (error || born == 0) return false;  // not known
  const std::int64_t delay = born - created.acquired;
  return delay >= -max_rounding_of_birth && delay <= max_delay_of_birth;
}

}  // namespace

std::filesystem::file_type type_of(mode_t mode) noexcept {
  using std::filesystem::file_type;
  if (S_ISREG(mode)) return file_type::regular;
  if (S_ISDIR(mode)) return file_type::directory;
  if (S_ISLNK(mode)) return file_type::symlink;
  if (S_ISFIFO(mode)) return file_type::fifo;
  if (S_ISSOCK(mode)) return file_type::socket;
  return S_ISBLK(mode) ? file_type::block : file_type::character;
}

file_identity identity_of(const struct stat& status) noexcept {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          type_of(status.st_mode)};
}

bool is_absolute(const std::filesystem::path& path) noexcept { return !path.empty() && path.native().front() == '/'; }

file_identity identity(native_path path, std::error_code& error) noexcept { return identity_at(AT_FDCWD, path, error); }

lasting_identity lasting_identity_of(native_path path, std::error_code& error) noexcept {
  return lasting_identity_at(AT_FDCWD, path, error);
}

lasting_identity lasting_identity_of(native_handle_type handle, std::error_code& error) noexcept {
  return lasting_identity_at(handle, "", error);
}

void check_not_planted(native_handle_type parent, native_handle_type directory, const created_directory& created,
                       std::error_code& error) noexcept {
  struct stat outer {};
  struct stat inner {};
  retry_on_eintr(error, [&] { return call::fstat(parent, &outer); });
  if (!error) retry_on_eintr(error, [&] { return call::fstat(directory, &inner); });
  if (error) return;
  const bool is_ours = inner.st_uid == ::geteuid();
  const mode_t not_granted = (S_IWGRP | S_IWOTH) & ~mode_bits(created.granted);
  const bool is_anothers = !is_ours && !was_born_when_created(directory, created);
  const bool may_be_anothers = may_be_renamed_in(outer) && (!is_ours || (inner.st_mode & not_granted) != 0);
  if (is_anothers || may_be_anothers) error = errc::replaced;
}

void remove_file(native_path path, std::error_code& error) noexcept { unlink_at(AT_FDCWD, path, 0, error); }

void remove_directory(native_path path, std::error_code& error) noexcept {
  unlink_at(AT_FDCWD, path, AT_REMOVEDIR, error);
}

file_handle open_directory(native_path path, access access, std::error_code& error) noexcept {
  const char* const shown = *path == '\0' ? "." : path;
  const int flags = access_flag(access) | O_DIRECTORY | O_CLOEXEC;
  return file_handle{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, shown, flags, 0); })};
}

file_handle open_directory_nofollow(native_path path, std::error_code& error) noexcept {
  return file_handle{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, path, subdirectory_flags(), 0); })};
}

// The kernel refuses a path of PATH_MAX bytes and more, so a longer one is gone in several steps.
file_handle open_directory_at(native_handle_type parent, native_path path, access access,
                              std::error_code& error) noexcept {
  std::array<char, PATH_MAX> part{};
  file_handle reached;
  std::string_view left{path};
  while (left.size() >= part.size()) {
    const std::size_t end = left.rfind('/', part.size() - 1);
    if (end == 0 || end == left.npos) break;  // the call will say that it is too long
    left.copy(part.data(), end);
    part[end] = '\0';
    const int flags = search_flag() | O_DIRECTORY | O_CLOEXEC;
    reached = file_handle{retry_on_eintr(error, [&] { return call::openat(parent, part.data(), flags, 0); })};
    if (error) return {};
    parent = reached.native_handle();
    left.remove_prefix(end + 1);
  }
  const int flags = access_flag(access) | O_DIRECTORY | O_CLOEXEC;
  return file_handle{retry_on_eintr(error, [&] { return call::openat(parent, left.data(), flags, 0); })};
}

bool leads_to_a_directory(native_handle_type parent, native_path name) noexcept {
  std::error_code gone;
  struct stat status {};
  retry_on_eintr(gone, [&] { return call::fstatat(parent, name, &status, 0); });
  return !gone && S_ISDIR(status.st_mode);
}

int access_flag(access access) noexcept {
  switch (access) {
    case access::search:
      return search_flag();
    case access::read:
      return O_RDONLY;
    case access::write:
      return O_WRONLY;
    case access::read_write:
      return O_RDWR;
  }
  return O_RDONLY;
}

// With the tree's parent and a reader's copy this stays below 32 descriptors, the smallest limit worth supporting.
std::size_t max_open_directories() noexcept { return 16; }

int subdirectory_flags() noexcept { return O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK; }

file_handle open_on_same_device(int parent, const char* name, int flags, std::error_code& error) noexcept {
  file_handle directory{retry_on_eintr(error, [&] { return call::openat(parent, name, flags, 0); })};
  if (error) return {};
  const file_identity outer = identity(parent, error);
  if (error) return {};
  const file_identity inner = identity(directory.native_handle(), error);
  if (error) return {};
  if (inner.device == outer.device) return directory;
  error = errc::mount_point;
  return {};
}

file_handle open_parent(native_handle_type directory, std::error_code& error) noexcept {
  return file_handle{retry_on_eintr(error, [&] { return call::openat(directory, "..", subdirectory_flags(), 0); })};
}

std::optional<std::filesystem::perms> make_writable(native_handle_type directory, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(directory, &status); });
  if (error || (status.st_mode & S_IRWXU) == S_IRWXU) return std::nullopt;
  retry_on_eintr(error, [&] { return call::fchmod(directory, (status.st_mode & mode_bits_mask) | S_IRWXU); });
  if (error) return std::nullopt;
  return std::filesystem::perms{status.st_mode & mode_bits_mask};
}

void restore_mode(native_handle_type directory, std::filesystem::perms mode, std::error_code& error) noexcept {
  retry_on_eintr(error, [&] { return call::fchmod(directory, mode_bits(mode)); });
}

file_identity identity(native_handle_type handle, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(handle, &status); });
  return error ? file_identity{} : identity_of(status);
}

file_identity identity_at(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW); });
  return error ? file_identity{} : identity_of(status);
}

void remove_file_at(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  unlink_at(parent, name, 0, error);
}

void remove_directory_at(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  unlink_at(parent, name, AT_REMOVEDIR, error);
}

}  // namespace tempfile::inline v0_1::platform
