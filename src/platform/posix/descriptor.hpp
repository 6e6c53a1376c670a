// What the files of this folder share: how a call is tried again, and how errno becomes an error code.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/file_identity.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

inline std::error_code last_error() noexcept { return {errno, std::system_category()}; }

// Makes a call until no signal interrupts it, and reports how it ended.
template <class Call>
auto until_done(std::error_code& error, Call call) noexcept {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  if (result < 0) {
    error = last_error();
  } else {
    error.clear();
  }
  return result;
}

file_identity identity_of(const struct stat& status) noexcept;

inline mode_t mode_bits(std::filesystem::perms mode) noexcept {
  return static_cast<mode_t>(mode & std::filesystem::perms::mask);
}

// Whether a new object has the mode that was asked for. The set-group-ID bit that a directory inherits from its parent
// is not ours to judge, nor are the special bits that nobody asked for.
inline bool has_mode(const struct stat& status, mode_t wanted) noexcept {
  return ((status.st_mode ^ wanted) & (0777U | (wanted & 07000U))) == 0;
}

// The access with which a directory is opened that is only gone through: it need not be readable.
int directory_search_flags() noexcept;

// The flags with which every directory of a tree is opened. O_NONBLOCK: should the entry have become a FIFO, the open
// must fail and not wait for a writer.
int subdirectory_flags() noexcept;

// openat() of a directory, and errc::mount_point if it is on another device than its parent.
file_handle open_on_same_device(int parent, const char* name, int flags, std::error_code& error) noexcept;

// Sets the mode of the directory at `path`, which has just been created and is `expected`, without following a link.
void set_directory_mode(const char* path, mode_t mode, const file_identity& expected, std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform
