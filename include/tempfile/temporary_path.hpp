/// \file
/// The owner of a name, for everything that has one.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/file_identity.hpp>
#include <tempfile/persist.hpp>

#include <cstdint>
#include <filesystem>
#include <system_error>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

namespace internal {
struct failure;
struct ownership;
}  // namespace internal

/// Owns a name in the file system, and removes what stands there: a file, a socket, a link, or a directory with all
/// that is in it. It holds no descriptor.
///
/// It removes once, only in the process that made or adopted the name (never in a forked child), and only while the
/// name is still that of the same file: one that was renamed away and replaced by another is left alone. A name that is
/// gone already is no error. With `TEMPFILE_KEEP=1` in the environment (read once, before the first removal) nothing is
/// removed, and each name kept is told once on standard error.
///
/// To hand a name to a forked child (daemon() is one, too), adopt it there: `temporary_path mine{name.path()};`, and
/// let the parent keep() it. The name is a path: after chroot(), or when a directory above it has been renamed, nothing
/// is found there, and it counts as gone.
class [[nodiscard]] TEMPFILE_EXPORT temporary_path {
 public:
  /// Owns nothing.
  temporary_path() noexcept = default;
  /// Adopts `existing`, made absolute at once, so that a later change of working directory doesn't matter. A symbolic
  /// link is adopted itself, not what it points to.
  /// \throws fs::filesystem_error if nothing is there.
  [[nodiscard]] explicit temporary_path(const fs::path& existing);
  /// On failure sets `error` and owns nothing.
  [[nodiscard]] temporary_path(const fs::path& existing, std::error_code& error);

  temporary_path(temporary_path&& other) noexcept;
  /// Removes what it owned before; what can't be removed is told to the hook. A self-move changes nothing.
  temporary_path& operator=(temporary_path&& other) noexcept;
  temporary_path(const temporary_path&) = delete;
  temporary_path& operator=(const temporary_path&) = delete;
  /// Removes. What can't be removed is told to the hook set by set_cleanup_error_hook().
  ~temporary_path();

  /// The absolute path; empty if nothing was ever owned. It stays readable after remove() and keep().
  [[nodiscard]] const fs::path& path() const& noexcept { return path_; }
  [[nodiscard]] fs::path path() && { return path_; }

  /// Whether a name is owned.
  explicit operator bool() const noexcept { return owned_; }

  /// Removes now. Owning nothing is no error.
  /// \throws fs::filesystem_error that names what could not be removed and why: errc::replaced if the name is another
  /// file's by now (which is left alone and no longer owned), errc::not_owner in a forked child. Whatever is left is
  /// still owned, and remove() can be called again.
  void remove();
  void remove(std::error_code& error);

  /// Stops owning, and leaves the name in place.
  /// \returns the path.
  fs::path keep();

  /// Gives what is owned the name `target`, as named_temporary_file::persist() does it for a file and
  /// temporary_directory::persist() for a directory. Nothing is owned afterwards.
  /// \throws fs::filesystem_error; then the name is still owned.
  fs::path persist(const fs::path& target, const persist_options& options = {});
  fs::path persist(const fs::path& target, std::error_code& error) { return persist(target, {}, error); }
  fs::path persist(const fs::path& target, const persist_options& options, std::error_code& error);

  friend void swap(temporary_path& left, temporary_path& right) noexcept { left.swap(right); }
  void swap(temporary_path& other) noexcept;

 private:
  friend struct internal::ownership;

  fs::path path_;
  file_identity identity_;
  std::uint64_t owner_{};
  bool owned_{false};
};

}  // namespace tempfile::inline v0_1
