// What the operations of a platform have in common. Nothing above this folder knows a system call.
//
// Every operation sets its trailing std::error_code: cleared on success, else the system's error or an errc of ours. A
// call that a signal interrupts is continued. A handle that an operation returns is closed on exec unless said
// otherwise.
#pragma once

#include <tempfile/error.hpp>
#include <tempfile/file_handle.hpp>
#include <tempfile/file_identity.hpp>

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

enum class access {
  search,  // of a directory: to reach what is in it, which needs no right to read it
  read,
  write,
  read_write,
};

}  // namespace tempfile::inline v0_1::platform
