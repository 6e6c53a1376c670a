/// \file
/// The owner of a name, for everything that has one.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/persist.hpp>

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

namespace platform {
struct lasting_identity;
}  // namespace platform

namespace internal {

struct failure;
class name_table;
struct name_slot;

// An entry in the table of the names that a process owns; without a slot it is none. A forked child has a copy of all
// this, and another table.
struct name_record {
  name_slot* slot{};
  std::uint64_t word{};  // what the slot's is while the name is owned
  name_table* table{};
};

// A name, and the right to remove it. It is here only because whoever owns a name holds one.
class owned_path {
 public:
  owned_path() noexcept;
  owned_path(owned_path&& other) noexcept;
  // Disposes of what it owned before.
  owned_path& operator=(owned_path&& other) noexcept;
  ~owned_path();
  void swap(owned_path& other) noexcept;

  [[nodiscard]] const fs::path& path() const noexcept { return path_; }
  [[nodiscard]] bool is_owned() const noexcept { return record_.slot != nullptr; }
  // False in a child that was forked after the name was acquired.
  [[nodiscard]] bool is_this_process() const noexcept;
  // Whether only remove() removes it, and neither exit() nor a signal handler.
  [[nodiscard]] bool is_kept() const noexcept;
  // Whether an adopted name is no longer that of the file which was adopted. Created names are ours whatever they name.
  [[nodiscard]] bool is_replaced(std::error_code& error) const noexcept;

  // Owns `path`, which is about to be created with these permissions; it owned nothing before. `may_be_swept`: by
  // another process, should this one be killed. On failure it only has the path.
  void acquire(fs::path&& path, fs::file_type type, fs::perms granted, bool may_be_swept,
               std::error_code& error) noexcept;
  // What was acquired exists now. If `keeps`, only remove() removes it, and neither exit() nor a signal handler. Sets
  // std::errc::resource_unavailable_try_again if everything has been cleaned up meanwhile: then nothing is owned.
  void confirm(bool keeps, std::error_code& error) noexcept;
  // Owns what exists at `existing`, as temporary_path's constructor says.
  void adopt(const fs::path& existing, failure& failed);
  // Something else has the name by now, which is owned as if it had been adopted. On failure nothing has changed.
  void adopt_instead(const platform::lasting_identity& identity, std::error_code& error) noexcept;
  // Removes, as temporary_path::remove() says.
  void remove(failure& failed);
  // The end of an owner: removes, in the owner's process only, with errors going to the cleanup error hook if
  // `reports`.
  void dispose(bool reports) noexcept;
  // Stops owning a name that is gone, or will be by other means. path() stays readable.
  void release() noexcept;
  // Stops owning, and leaves the name in place, which nobody ever removes from now on.
  void keep() noexcept;
  // As release(), and moves the path out.
  fs::path take() noexcept {
    release();
    return std::move(path_);
  }

 private:
  void remove_owned(failure& failed) noexcept;
  void remove_claimed(failure& failed) noexcept;

  fs::path path_;
  name_record record_;
};

}  // namespace internal

/// Owns a name in the file system, and removes what has it at the end: a file, a socket, a link, or a directory with
/// all that is in it. It holds no descriptor.
///
/// A name that the library created carries sixty random bits and is nobody else's, so what has it at the end is
/// removed, whatever it is by then: also the file that an editor or `sed -i` renamed over it. Only a directory that may
/// have been planted there is left alone (errc::replaced): one that another user owns and that is not the one created,
/// or, in a directory that others may write to and that has no sticky bit, one that others may write to as well. A name
/// that was adopted could become somebody else's, so it is removed only while device, inode, type and time of birth
/// (`statx`, Linux 4.11; to a tick of the clock that stamps files) are those of the adoption.
///
/// Only the process that made or adopted the name removes it (never a forked child), and once. A name that is gone
/// already is no error. With `TEMPFILE_KEEP=1` in the environment (read once, before the first name is owned) nothing
/// is removed, and each kept path is printed once to standard error.
///
/// To go on in a forked child (daemon() is one, too), see take_over(). The name is a path: after chroot(), or when a
/// directory above it has been renamed, nothing is found there, and it counts as gone.
class [[nodiscard]] TEMPFILE_EXPORT temporary_path {
 public:
  /// Owns nothing.
  temporary_path() noexcept;
  /// Adopts `existing`, made absolute at once, so that a later change of working directory doesn't matter. A symbolic
  /// link is adopted itself, not what it points to.
  /// \throws fs::filesystem_error if nothing is there.
  [[nodiscard]] explicit temporary_path(const fs::path& existing);
  /// On failure sets `error` and owns nothing.
  [[nodiscard]] temporary_path(const fs::path& existing, std::error_code& error);

  /// Takes over; `other` owns nothing afterwards.
  temporary_path(temporary_path&& other) noexcept;
  /// Removes what it owned before; errors go to the cleanup error hook. A self-move changes nothing.
  temporary_path& operator=(temporary_path&& other) noexcept;
  temporary_path(const temporary_path&) = delete;
  temporary_path& operator=(const temporary_path&) = delete;
  /// Removes. Errors go to the cleanup error hook.
  ~temporary_path();

  /// The absolute path; empty if nothing was ever owned. It stays readable after remove() and keep().
  [[nodiscard]] const fs::path& path() const& noexcept { return name_.path(); }
  [[nodiscard]] fs::path path() && { return name_.path(); }

  /// Whether a name is owned.
  explicit operator bool() const noexcept { return name_.is_owned(); }

  /// Removes now. Owning nothing is no error.
  /// \throws fs::filesystem_error that names what could not be removed and why: errc::replaced if what has the name is
  /// left alone (it is no longer owned), errc::not_owner in a forked child. Whatever else is left is still owned, and
  /// remove() can be called again.
  void remove();
  void remove(std::error_code& error);

  /// Stops owning, and leaves the name in place.
  /// \returns the path.
  fs::path keep();

  /// Gives what is owned the name `target`, as named_temporary_file::persist() does it for a file and
  /// temporary_directory::persist() for a directory. Nothing is owned afterwards.
  /// \throws fs::filesystem_error; errc::replaced if an adopted name is another file's by now. The name is still owned
  /// then.
  fs::path persist(const fs::path& target, const persist_options& options = {});
  fs::path persist(const fs::path& target, std::error_code& error) { return persist(target, {}, error); }
  fs::path persist(const fs::path& target, const persist_options& options, std::error_code& error);

  /// Exchanges what they own.
  void swap(temporary_path& other) noexcept;
  friend void swap(temporary_path& left, temporary_path& right) noexcept { left.swap(right); }

 private:
  friend class named_temporary_file;
  explicit temporary_path(internal::owned_path&& name) noexcept : name_{std::move(name)} {}

  internal::owned_path name_;
};

}  // namespace tempfile::inline v0_1
