// What leases need of a system: a private directory, files that are locked before they have a name and take stores into
// memory without a fault, and who is alive.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "platform/types.hpp"

namespace tempfile::inline v0_1::platform {

// --- files -----------------------------------------------------------------------------------------------------------

struct file_status {
  std::filesystem::file_type type{std::filesystem::file_type::none};
  bool is_own{};          // belongs to the user that this process acts as
  std::uint64_t names{};  // how many it has; none once it is removed
  std::uint64_t size{};
  std::int64_t modified{};  // in seconds since 1970
};
file_status status_of(native_handle_type handle, std::error_code& error) noexcept;
// Of a symbolic link the link itself.
file_status status_of(native_path path, std::error_code& error) noexcept;

// Opens a directory that must be ours alone: not a link, and nothing in it for anybody else
// (std::errc::permission_denied). If there is none, makes it so if `creates`, whatever the umask.
file_handle open_private_directory(native_path path, bool creates, std::error_code& error) noexcept;
// Opens a file in such a directory for reading and writing. If there is none, makes it if `creates`, by the umask.
file_handle open_private_file(native_handle_type directory, native_path name, bool creates,
                              std::error_code& error) noexcept;

// --- files that are mapped -------------------------------------------------------------------------------------------

// Where the files of a file system are, and so what a power cut leaves of them.
enum class storage {
  memory,  // nothing
  disk,    // what has been written back
};
// Of an open directory, as far as a mapped file there never fails to take a store once its blocks are allocated: a copy
// on write may find no room for the copy, a network file system no server. Else
// std::errc::operation_not_supported.
storage storage_of_mapped_files(native_handle_type directory, std::error_code& error) noexcept;

// A file that this process has locked exclusively.
struct locked_file {
  file_handle handle;
  bool has_name{};  // if not, link_unnamed() gives it one
};
// Creates one in `directory`, for its owner alone, whatever the umask: where the system can without a name, so that
// nobody ever sees it without its lock. Else it has `name`, and was seen; std::errc::resource_unavailable_try_again if
// somebody has taken it for a dead process's.
locked_file create_locked_file(native_handle_type directory, native_path name, std::error_code& error) noexcept;
// Allocates the blocks of a part of a file, zeroed. std::errc::file_too_large if that is beyond this process's limit,
// without the signal that a write would send.
void allocate(native_handle_type file, std::uint64_t begin, std::size_t size, std::error_code& error) noexcept;
// Maps a part of a file, which stays mapped until the process ends. A lock lasts as long, where mappings refer to open
// files.
void* map_file(native_handle_type file, std::uint64_t begin, std::size_t size, std::error_code& error) noexcept;

enum class write_back {
  start,         // of what is not being written back yet
  start_surely,  // of that as well, once it has been
};
// Writes back a file, without waiting until that is done. Async-signal-safe.
void write_back_file(native_handle_type file, write_back how) noexcept;
// Writes back mapped memory, and waits until it is on stable storage.
void flush_mapped(const void* memory, std::size_t size, std::error_code& error) noexcept;

// --- who is alive ----------------------------------------------------------------------------------------------------

// The number of the user that this process acts as.
std::uint64_t user_id() noexcept;
// When a process was started, in a unit of the system's since it was booted; 0 if there is none, or it has ended and
// waits for its parent, or that is not known.
std::uint64_t start_of_process(std::uint64_t id) noexcept;
// Of a process, cut and NUL-terminated; empty if that is not known.
using process_name = std::array<char, 16>;  // TASK_COMM_LEN
process_name name_of_process(std::uint64_t id) noexcept;
// What differs from one boot of the machine to the next, NUL-terminated; empty if that is not known.
using boot_mark = std::array<char, 40>;
boot_mark current_boot() noexcept;

}  // namespace tempfile::inline v0_1::platform
