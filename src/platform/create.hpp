// Creating files and directories: exclusively, privately, with an exact mode.
#pragma once

#include <optional>
#include <string_view>

#include "platform/types.hpp"

namespace tempfile::inline v0_1::platform {

struct create_options {
  std::optional<std::filesystem::perms> mode{};  // exactly, whatever the umask; none: at most the owner's
  bool inheritable{};
};

// What a file and a directory get at most if no mode is asked for.
constexpr std::filesystem::perms default_file_mode =
    std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
constexpr std::filesystem::perms default_directory_mode = std::filesystem::perms::owner_all;

// Whether names may begin and end so: without a separator, a NUL, and whatever else the system forbids there.
bool may_begin_a_name(std::string_view prefix) noexcept;
bool may_end_a_name(std::string_view suffix) noexcept;

// Creates a file that was not there, never through a link, and opens it for reading and writing. On failure nothing is
// left behind; std::errc::file_exists if the name is taken.
file_handle create_file(native_path path, const create_options& options, std::error_code& error) noexcept;
// The same for a directory.
void create_directory(native_path path, const create_options& options, std::error_code& error) noexcept;
// Creates a file without a name on the file system of `directory`; std::errc::operation_not_supported where this system
// or this file system can't, whatever it says itself.
file_handle create_unnamed_file(native_path directory, const create_options& options, std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform
