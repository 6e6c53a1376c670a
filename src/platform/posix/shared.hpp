// What the files of posix/, portable/ and linux/ share: how a call is repeated, how errno becomes an error code, and
// the steps that a platform's own folder takes inside of an operation that posix/ implements for all.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "platform/attributes.hpp"
#include "platform/types.hpp"

namespace tempfile::inline v0_1::platform {

inline std::error_code last_error() noexcept { return {errno, std::system_category()}; }

// Makes a call until no signal interrupts it, and reports how it ended.
template <class Call>
auto retry_on_eintr(std::error_code& error, Call call) noexcept {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  if (result < 0) {
    error = last_error();
  } else {
    error.clear();
  }
  return result;
}

// --- processes -------------------------------------------------------------------------------------------------------

// process_token() and its relatives where no memory is cleared on fork: by the process id.
std::uint64_t token_by_process_id() noexcept;
void set_token_by_process_id(std::uint64_t token) noexcept;
std::uint64_t new_token_beside_process_ids() noexcept;

// --- signals ---------------------------------------------------------------------------------------------------------

// Sends a signal to the calling thread, with the same origin as far as the system can.
void send_again(int signal, siginfo_t* info) noexcept;

// set_alternate_stack() and drop_alternate_stack() where there is sigaltstack(2).
void* map_alternate_stack(std::error_code& error) noexcept;
void unmap_alternate_stack(void* memory) noexcept;

// --- modes -----------------------------------------------------------------------------------------------------------

// Permissions, set-user-ID, set-group-ID and sticky bit: all that chmod(2) changes.
constexpr mode_t mode_bits_mask = 07777;
constexpr mode_t permission_bits_mask = S_IRWXU | S_IRWXG | S_IRWXO;

inline mode_t mode_bits(std::filesystem::perms mode) noexcept {
  return static_cast<mode_t>(mode & std::filesystem::perms::mask);
}

// Whether a new object has the mode that was asked for. The set-group-ID bit that a directory inherits from its parent
// is not ours to judge, nor are the special bits that nobody asked for.
inline bool has_mode(const struct stat& status, mode_t mode) noexcept {
  const mode_t special = mode & mode_bits_mask & ~permission_bits_mask;
  return ((status.st_mode ^ mode) & (permission_bits_mask | special)) == 0;
}

// Sets the mode of the directory at `path`, which has just been created, without following a link; a set-group-ID bit
// that it has inherited stays. errc::replaced if it is another user's.
void set_directory_mode(const char* path, mode_t mode, std::error_code& error) noexcept;

// --- identity --------------------------------------------------------------------------------------------------------

std::filesystem::file_type type_of(mode_t mode) noexcept;
file_identity identity_of(const struct stat& status) noexcept;

// --- opening ---------------------------------------------------------------------------------------------------------

// open(2)'s flag for access::search: a directory that is only gone through need not be readable.
int search_flag() noexcept;
int access_flag(access access) noexcept;

// The flags with which every directory of a tree is opened. O_NONBLOCK: should the entry have become a FIFO, the open
// must fail and not wait for a writer.
int subdirectory_flags() noexcept;

// openat() of a directory, and errc::mount_point if it is on another device than its parent.
file_handle open_on_same_device(int parent, const char* name, int flags, std::error_code& error) noexcept;

// --- content and names -----------------------------------------------------------------------------------------------

// Copies the bytes from offset `begin` to `end`, or to the end of the file if that comes first, by way of a buffer.
// Neither position is used.
void copy_by_buffer(int from, int to, std::uint64_t begin, std::uint64_t end, std::error_code& error) noexcept;

// rename_noreplace() by what POSIX has: between two steps both names exist; or, of a directory and where files have one
// name only, an empty one at the new name.
void rename_by_reserving(const located& from, const located& to, std::error_code& error) noexcept;

// --- permissions -----------------------------------------------------------------------------------------------------

// A file made in `directory` only to see which permissions it gets; at `probe` if it must have a name, which is removed
// before this returns.
file_handle create_umask_probe(native_path directory, native_path probe, std::error_code& error) noexcept;
file_handle create_named_umask_probe(native_path probe, std::error_code& error) noexcept;

enum class access_list {
  own,        // of the file or directory itself
  inherited,  // a directory's default list, for what is made in it
};

// What systems add to a file's mode: access control lists, and attributes of a user's own. POSIX has neither. All of
// these may throw std::bad_alloc.

// The list of an open file; nothing if it has none.
std::optional<attribute_value> read_access_list(int file, access_list kind, std::error_code& error);
// Gives a file this list, or takes its list away.
void write_access_list(int file, access_list kind, const std::optional<attribute_value>& list, std::error_code& error);
// The permissions, of 07, that a list gives everybody but the owner.
mode_t granted_to_all(const attribute_value& list) noexcept;

std::vector<user_attribute> read_user_attributes(int file);
// As far as this process may.
void write_user_attributes(int file, const std::vector<user_attribute>& attributes);
// The same, and takes all others away.
void replace_user_attributes(int file, const std::vector<user_attribute>& attributes);

// Opens a file to look at its attributes only; std::errc::permission_denied where that needs the right to read it.
file_handle open_for_attributes(int directory, const char* name, std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform
