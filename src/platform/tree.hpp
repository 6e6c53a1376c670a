// Names and trees: what exists at a name, opening directories, removing entries.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "platform/types.hpp"

namespace tempfile::inline v0_1::platform {

// Whether `path` means the same from every working directory.
bool is_absolute(const std::filesystem::path& path) noexcept;
// What exists at `path`; of a symbolic link the link itself.
file_identity identity(native_path path, std::error_code& error) noexcept;
file_identity identity(native_handle_type handle, std::error_code& error) noexcept;
file_identity identity_at(native_handle_type parent, native_path name, std::error_code& error) noexcept;
lasting_identity lasting_identity_of(native_path path, std::error_code& error) noexcept;
// An empty name means `parent` itself.
lasting_identity lasting_identity_at(native_handle_type parent, native_path name, std::error_code& error) noexcept;
lasting_identity lasting_identity_of(native_handle_type handle, std::error_code& error) noexcept;

// What is known of a directory that this process has created.
struct created_directory {
  std::int64_t acquired{};  // coarse_time() just before
  std::filesystem::perms granted{};
};
// errc::replaced if the open `directory`, which now has the name of a directory that was created in `parent`, may be
// one that another user has planted there: it belongs to another user and was not born when ours was; or others could
// rename in `parent`, and it belongs to another user or they may write to it as well.
void check_not_planted(native_handle_type parent, native_handle_type directory, const created_directory& created,
                       std::error_code& error) noexcept;

// Whether `name` in `parent` is a directory or a link to one.
bool leads_to_a_directory(native_handle_type parent, native_path name) noexcept;

// Removes anything but a directory.
void remove_file(native_path path, std::error_code& error) noexcept;
void remove_file_at(native_handle_type parent, native_path name, std::error_code& error) noexcept;
// Removes an empty directory.
void remove_directory(native_path path, std::error_code& error) noexcept;
void remove_directory_at(native_handle_type parent, native_path name, std::error_code& error) noexcept;

// Opens a directory by its path, which may lead through links; "" is the working directory.
file_handle open_directory(native_path path, access access, std::error_code& error) noexcept;
// Opens the directory at `path`, which must not be a link, for reading.
file_handle open_directory_nofollow(native_path path, std::error_code& error) noexcept;
// Opens a directory by an absolute path, or by one relative to `parent`; of any length, and through links.
file_handle open_directory_at(native_handle_type parent, native_path path, access access,
                              std::error_code& error) noexcept;
// Opens the directory `name` in `parent`: no link is followed (std::errc::not_a_directory), no mount point is entered
// (errc::mount_point; a bind mount of the same file system is recognised on Linux).
file_handle open_subdirectory(native_handle_type parent, native_path name, std::error_code& error) noexcept;
// Gives the owner every right on the directory `name`, through a descriptor where the system has one for what can't be
// read, and opens it as open_subdirectory() does. `mode_before` is what its mode was, if it has been changed.
file_handle open_forbidden_subdirectory(native_handle_type parent, native_path name,
                                        std::optional<std::filesystem::perms>& mode_before,
                                        std::error_code& error) noexcept;
// Opens the directory that `directory` is in.
file_handle open_parent(native_handle_type directory, std::error_code& error) noexcept;
// How many directories a removal keeps open at a time: those nearest to where it is, to save opening them again on the
// way back.
std::size_t max_open_directories() noexcept;

// Gives the owner every right on an open directory. Returns what its mode was, if that has changed anything.
std::optional<std::filesystem::perms> make_writable(native_handle_type directory, std::error_code& error) noexcept;
// Undoes what make_writable() or open_forbidden_subdirectory() has done to a directory that stays.
void restore_mode(native_handle_type directory, std::filesystem::perms mode, std::error_code& error) noexcept;

struct directory_entry {
  native_path name{};                 // valid until the next call
  std::filesystem::file_type type{};  // none if only identity_at() knows
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
  // Whether one that may not allocate doesn't: whether it may be used in a signal handler.
  [[nodiscard]] static bool can_do_without_memory() noexcept;
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

}  // namespace tempfile::inline v0_1::platform
