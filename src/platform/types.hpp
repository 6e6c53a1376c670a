// What the operations of a platform have in common. Nothing above this folder knows a system call.
//
// Every operation sets its trailing std::error_code: cleared on success, else the system's error or an errc of ours. A
// call that a signal interrupts is continued. A handle that an operation returns is closed on exec unless said
// otherwise.
#pragma once

#include <tempfile/error.hpp>
#include <tempfile/file_handle.hpp>

#include <cstdint>
#include <filesystem>
#include <system_error>

namespace tempfile::inline v0_1::platform {

// A NUL-terminated path in the system's own encoding, and text in it.
using native_path = const std::filesystem::path::value_type*;
using native_string = std::filesystem::path::string_type;

// A name in an open directory, or an absolute path, for which the directory doesn't matter.
struct located {
  native_handle_type directory{no_native_handle};
  native_path name{};
};

// Which file a name or a handle stands for, while that file exists: a file system may give the inode number of one that
// is gone to the next. The type distinguishes at least a directory from a link that took its place.
struct file_identity {
  std::uint64_t device{};
  std::uint64_t inode{};
  std::filesystem::file_type type{std::filesystem::file_type::none};
  friend bool operator==(const file_identity&, const file_identity&) = default;
};

// The same for good, where the file system keeps times of birth.
struct lasting_identity {
  file_identity file;
  std::int64_t born{};  // in nanoseconds since 1970; 0 if that is not known
  friend bool operator==(const lasting_identity&, const lasting_identity&) = default;
};

enum class access {
  search,  // of a directory: to reach what is in it, which needs no right to read it
  read,
  write,
  read_write,
};

}  // namespace tempfile::inline v0_1::platform
