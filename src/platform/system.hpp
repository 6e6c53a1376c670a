// What the library needs of a system: the list of primitive operations, documented once, implemented by each platform
// folder. Nothing above this header knows a system call.
//
// Every operation sets its trailing std::error_code: cleared on success, else the system's error or an errc of ours. A
// call that a signal interrupts is continued. A handle that an operation returns is closed on exec unless said
// otherwise.
#pragma once

#include <tempfile/error.hpp>
#include <tempfile/file_handle.hpp>
#include <tempfile/file_identity.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace tempfile::inline v0_1::platform {

// A NUL-terminated path in the system's own encoding.
using native_path = const std::filesystem::path::value_type*;

// --- open files ------------------------------------------------------------------------------------------------------

// On an error the handle is gone all the same.
void close(native_handle_type handle, std::error_code& error) noexcept;
// One read: fewer bytes than asked for may mean anything, none means the end of the file.
std::size_t read_some(native_handle_type handle, std::span<std::byte> buffer, std::error_code& error) noexcept;
// These four continue until all is done, the file ends, or an error; they return how much was done.
std::size_t read(native_handle_type handle, std::span<std::byte> buffer, std::error_code& error) noexcept;
std::size_t write(native_handle_type handle, std::span<const std::byte> bytes, std::error_code& error) noexcept;
// As write(), where the process's limit for files would also send it a signal (SIGXFSZ).
std::size_t write_without_signal(native_handle_type handle, std::span<const std::byte> bytes,
                                 std::error_code& error) noexcept;
std::size_t read_at(native_handle_type handle, std::uint64_t offset, std::span<std::byte> buffer,
                    std::error_code& error) noexcept;
std::size_t write_at(native_handle_type handle, std::uint64_t offset, std::span<const std::byte> bytes,
                     std::error_code& error) noexcept;
std::uint64_t seek(native_handle_type handle, std::int64_t offset, std::ios_base::seekdir from,
                   std::error_code& error) noexcept;
std::uint64_t size(native_handle_type handle, std::error_code& error) noexcept;
void resize(native_handle_type handle, std::uint64_t size, std::error_code& error) noexcept;
void sync(native_handle_type handle, std::error_code& error) noexcept;
// The bytes, and of what is told about the file only what is needed to read them.
void sync_data(native_handle_type handle, std::error_code& error) noexcept;
// Copies all bytes of one file to another that is empty; holes stay holes where the system tells them. The source's
// position, which others may share, stays.
void copy_content(native_handle_type source, native_handle_type copy, std::error_code& error) noexcept;
void set_append(native_handle_type handle, bool appends, std::error_code& error) noexcept;
// Another handle of the same open file, with the same position.
file_handle duplicate(native_handle_type handle, std::error_code& error) noexcept;
// A C stream for reading and writing, whose closing closes the handle. On failure the handle stays its owner's.
std::FILE* open_stream(native_handle_type handle, std::error_code& error) noexcept;
// Another handle of the same file, with a position of its own; std::errc::operation_not_supported where the system
// can't open what it only has a handle of.
file_handle reopen(native_handle_type handle, std::error_code& error) noexcept;

// --- creating --------------------------------------------------------------------------------------------------------

struct creation {
  std::filesystem::perms mode;  // exactly, whatever the umask
  bool inheritable;
};

// Creates a file that was not there, never through a link, and opens it for reading and writing. On failure nothing is
// left behind; std::errc::file_exists if the name is taken.
file_handle create_file(native_path path, const creation& wanted, file_identity& made, std::error_code& error) noexcept;
// The same for a directory.
void create_directory(native_path path, const creation& wanted, file_identity& made, std::error_code& error) noexcept;
// Creates a file without a name on the file system of `directory`; std::errc::operation_not_supported where this system
// or this file system can't, whatever it says itself.
file_handle create_unnamed_file(native_path directory, const creation& wanted, std::error_code& error) noexcept;

// --- names -----------------------------------------------------------------------------------------------------------

// What stands at `path`, a symbolic link itself and not what it points to.
file_identity identity(native_path path, std::error_code& error) noexcept;
// Removes anything but a directory.
void remove_file(native_path path, std::error_code& error) noexcept;
// Removes an empty directory.
void remove_directory(native_path path, std::error_code& error) noexcept;

// --- permissions -----------------------------------------------------------------------------------------------------

using attribute_value = std::vector<std::byte>;

struct user_attribute {
  std::string name;
  attribute_value value;
};

// All that persisting changes of a file, its bytes and its name apart.
struct saved_permissions {
  std::filesystem::perms mode{};
  std::uint64_t owner{};
  std::uint64_t group{};
  std::optional<attribute_value> list;       // the access control list, where the system has such
  std::optional<attribute_value> inherited;  // a directory's list for what is made in it
  std::vector<user_attribute> attributes;
};

saved_permissions permissions(native_handle_type handle, std::error_code& error) noexcept;
void restore_permissions(native_handle_type handle, const saved_permissions& saved, std::error_code& error) noexcept;
// Gives exactly this mode, and no access control list.
void set_mode(native_handle_type handle, std::filesystem::perms mode, std::error_code& error) noexcept;
// Gives the open file or directory `to` the permissions, list, owner and group of the one named `name` in `directory`,
// and its attributes, as far as this process may: nothing that gives anybody more than it had, a file no set-user-ID
// and set-group-ID, a directory its sticky bit, and its set-group-ID with its group. A list that can't be set is an
// error. std::errc::no_such_file_or_directory if there is none, or something else; std::errc::is_a_directory and
// not_a_directory if one of them is a directory and the other is not.
void copy_permissions(native_handle_type directory, native_path name, native_handle_type to,
                      std::error_code& error) noexcept;
// Gives `to` what a file gets that is made in `directory`: by the umask, or by the directory's default access control
// list. `probe` is a path there that nothing has, for systems that need one to try.
void apply_permissions_of_new_file(native_path directory, native_path probe, native_handle_type to,
                                   std::error_code& error) noexcept;
// The same for a directory.
void apply_permissions_of_new_directory(native_path probe, native_handle_type to, std::error_code& error) noexcept;

// --- putting in place ------------------------------------------------------------------------------------------------

// Opens a directory by its path, to be synced.
file_handle open_readable_directory(native_path path, std::error_code& error) noexcept;
// Opens the directory at `path`, no link, for reading.
file_handle open_directory_itself(native_path path, std::error_code& error) noexcept;
// Opens the file at `path`, which may lead through links, for reading.
file_handle open_for_reading(native_path path, std::error_code& error) noexcept;
// Opens the file at `path`, no link, for reading, without waiting for anybody.
file_handle open_file_itself(native_path path, std::error_code& error) noexcept;
// The same for writing.
file_handle open_for_writing(native_path path, std::error_code& error) noexcept;
// The same for reading and writing.
file_handle open_for_update(native_path path, std::error_code& error) noexcept;
// A name in an open directory, or an absolute path, for which the directory doesn't matter.
struct located {
  native_handle_type directory{no_native_handle};
  native_path name{};
};

// Gives what is at `from` the name `to`, in one step; what stood there is gone. If both are names of one file, nothing
// happens, with success. std::errc::cross_device_link if that is another file system.
void rename(const located& from, const located& to, std::error_code& error) noexcept;
// The same if nothing stands there, and else std::errc::file_exists: of all who try, one succeeds.
void rename_noreplace(const located& from, const located& to, std::error_code& error) noexcept;
// Exchanges what is at `from` and at `to`, in one step. std::errc::operation_not_supported where the system or the file
// system can't.
void exchange(const located& from, const located& to, std::error_code& error) noexcept;
// Gives a file without a name the name `to` in `directory`; std::errc::file_exists if it is taken,
// std::errc::operation_not_supported if the system can't.
void link_unnamed(native_handle_type file, native_handle_type directory, native_path to,
                  std::error_code& error) noexcept;

// --- trees: everything relative to an open directory -----------------------------------------------------------------

// Opens a directory by its path, which may lead through links; "" is the working directory.
file_handle open_directory(native_path path, std::error_code& error) noexcept;
// Opens a directory by an absolute path, or by one relative to `parent`; of any length, and through links. To be read,
// or only to be gone through, which needs less.
file_handle open_directory_at(native_handle_type parent, native_path path, bool to_be_read,
                              std::error_code& error) noexcept;
// Whether `name` in `parent` is a directory or a link to one.
bool leads_to_a_directory(native_handle_type parent, native_path name) noexcept;
// Opens the directory `name` in `parent`: no link is followed (std::errc::not_a_directory), no mount point is entered
// (errc::mount_point; a bind mount of the same file system is recognised on Linux).
file_handle open_subdirectory(native_handle_type parent, native_path name, std::error_code& error) noexcept;
// Gives the owner every right on the directory `name`, through a descriptor where the system has one for what can't be
// read, and opens it as open_subdirectory() does.
// `mode_before` is what its mode was, if it has been changed.
file_handle open_forbidden_subdirectory(native_handle_type parent, native_path name,
                                        std::optional<std::filesystem::perms>& mode_before,
                                        std::error_code& error) noexcept;
// Opens the directory that `directory` is in.
file_handle open_parent(native_handle_type directory, std::error_code& error) noexcept;
// Gives the owner every right on an open directory. Returns what its mode was, if that has changed anything.
std::optional<std::filesystem::perms> make_writable(native_handle_type directory, std::error_code& error) noexcept;
// Undoes what either has done to a directory that stays.
void put_mode_back(native_handle_type directory, std::filesystem::perms mode, std::error_code& error) noexcept;
file_identity identity(native_handle_type handle, std::error_code& error) noexcept;
file_identity identity_at(native_handle_type parent, native_path name, std::error_code& error) noexcept;
void remove_file_at(native_handle_type parent, native_path name, std::error_code& error) noexcept;
void remove_directory_at(native_handle_type parent, native_path name, std::error_code& error) noexcept;

struct directory_entry {
  native_path name{};                 // valid until the next call
  std::filesystem::file_type type{};  // none if only identity_at() can tell
  std::uint64_t position{};           // where resume() finds it again, if it can
};

// Reads the entries of open directories, one directory after the other, "." and ".." left out, in whichever order is
// the fastest to remove them in.
class directory_reader {
 public:
  // One that may not allocate takes all of its memory now, as far as the platform can.
  explicit directory_reader(bool may_allocate);
  directory_reader(const directory_reader&) = delete;
  directory_reader& operator=(const directory_reader&) = delete;
  ~directory_reader();

  // Reads `directory`, just opened, from its first entry on; it stays its owner's.
  void start(native_handle_type directory, std::error_code& error) noexcept;
  // Reads `directory` from an entry's position on, whichever descriptor of it gave that; from the first, if that is 0.
  void resume(native_handle_type directory, std::uint64_t position, std::error_code& error) noexcept;
  // Whether entries have positions.
  [[nodiscard]] static bool can_resume() noexcept;
  // Returns false at the end and on an error.
  bool next(directory_entry& entry, std::error_code& error) noexcept;
  // Whether the end must be here, if the system gives all that it has room for; next() asks it once more.
  [[nodiscard]] bool is_likely_at_end() const noexcept;
  // Where next() goes on, for resume().
  [[nodiscard]] std::uint64_t position() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// --- threads ---------------------------------------------------------------------------------------------------------

// How many processors this process may use; at least 1.
int processors() noexcept;
// Starts a thread that runs `work(argument)` and handles none of the process's signals.
std::thread start_thread(void (*work)(void*) noexcept, void* argument, std::error_code& error) noexcept;

// --- the process and its surroundings --------------------------------------------------------------------------------

// Fills `buffer` from the system's cryptographic generator.
void random_bytes(std::span<std::byte> buffer, std::error_code& error) noexcept;
// The value of an environment variable; nothing if it is unset, or if the environment is not to be trusted.
std::optional<std::string> environment(const char* name);
// The system's usual directories for temporary files, best first.
std::vector<std::filesystem::path> usual_tempdirs();
// A number that a forked child and its parent, and any two processes of a line of forks, never share; not zero.
std::uint64_t process_token() noexcept;

}  // namespace tempfile::inline v0_1::platform
