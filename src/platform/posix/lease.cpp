#include "platform/lease.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "platform/create.hpp"
#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

file_status status_from(const struct stat& status) noexcept {
  return {.type = type_of(status.st_mode),
          .is_own = status.st_uid == ::geteuid(),
          .names = static_cast<std::uint64_t>(status.st_nlink),
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified = std::int64_t{status.st_mtime}};
}

// A directory is made, and seen by whoever lists its parent, before it can be opened; so somebody may remove it between
// the two.
constexpr int max_attempts_to_make = 3;

}  // namespace

file_status status_of(native_handle_type handle, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(handle, &status); });
  return error ? file_status{} : status_from(status);
}

file_status status_of(native_path path, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW); });
  return error ? file_status{} : status_from(status);
}

file_handle open_private_directory(native_path path, bool creates, std::error_code& error) noexcept {
  file_handle directory;
  for (int attempt = 0; attempt < max_attempts_to_make; ++attempt) {
    std::error_code unmade;
    if (creates) create_directory(path, {.mode = std::filesystem::perms::owner_all}, unmade);
    directory = open_directory_nofollow(path, error);
    if (!creates || error != std::errc::no_such_file_or_directory) break;
    if (unmade && unmade != std::errc::file_exists) {
      error = unmade;
      break;
    }
  }
  // A symbolic link, by another of its errors.
  if (error == std::errc::too_many_symbolic_link_levels) error = std::make_error_code(std::errc::not_a_directory);
  if (error) return {};
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(directory.native_handle(), &status); });
  const bool is_private = status.st_uid == ::geteuid() && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  if (!error && !is_private) error = std::make_error_code(std::errc::permission_denied);
  return error ? file_handle{} : std::move(directory);
}

file_handle open_private_file(native_handle_type directory, native_path name, bool creates,
                              std::error_code& error) noexcept {
  // O_NONBLOCK: should it be a FIFO, the open must not wait for its other end.
  const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (creates ? O_CREAT : 0);
  return file_handle{retry_on_eintr(error, [&] { return call::openat(directory, name, flags, S_IRUSR | S_IWUSR); })};
}

std::uint64_t user_id() noexcept { return ::geteuid(); }

}  // namespace tempfile::inline v0_1::platform
