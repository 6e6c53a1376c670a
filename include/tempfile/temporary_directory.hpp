/// \file
/// The directory that goes with everything in it.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/file_handle.hpp>
#include <tempfile/options.hpp>
#include <tempfile/temporary_path.hpp>

#include <string_view>
#include <vector>

namespace tempfile::inline v0_1 {

/// tempfile::options, and what happens at the end.
struct temporary_directory_options {
  std::string prefix{"tmp"};        ///< \copydoc options::prefix
  std::string suffix{};             ///< \copydoc options::suffix
  fs::path dir{};                   ///< \copydoc options::dir
  std::optional<fs::perms> mode{};  ///< \copydoc options::mode
  bool inheritable{false};          ///< without effect: a directory holds no descriptor
  /// Whether cleanup() and the destructor stay silent about what can't be removed.
  bool ignore_cleanup_errors{false};
  /// Whether the directory stays at the end of the object. cleanup() removes it nevertheless.
  bool keep{false};
  /// Whether the object keeps the directory open, with a shared lock on it (`flock`), so that systemd-tmpfiles, which
  /// removes from `/tmp` what has not been touched for days, leaves it alone with all that is in it. For directories
  /// that are in use for longer. It takes a descriptor, and the right to read the directory. A forked child holds the
  /// lock as well, until it ends or calls `exec`.
  bool lock{false};
};

/// A private directory that is removed, with everything in it, at the end of its scope, an exception's way out
/// included.
///
///     tempfile::temporary_directory dir;
///     std::ofstream{dir / "numbers.txt"} << "1 2 3\n";
///
/// What is owned and when it is removed is temporary_path's promise; how a tree is removed is remove_tree()'s.
class [[nodiscard]] TEMPFILE_EXPORT temporary_directory {
 public:
  /// \throws fs::filesystem_error that names the path and the reason; nothing is left behind.
  [[nodiscard]] temporary_directory() : temporary_directory{temporary_directory_options{}} {}
  [[nodiscard]] explicit temporary_directory(const temporary_directory_options& options);
  /// On failure sets `error`, and path() is empty.
  [[nodiscard]] explicit temporary_directory(std::error_code& error) : temporary_directory{{}, error} {}
  [[nodiscard]] temporary_directory(const temporary_directory_options& options, std::error_code& error);

  /// Takes over; `other` owns nothing afterwards.
  temporary_directory(temporary_directory&& other) noexcept;
  /// Removes what it held before, then takes over. A self-move changes nothing.
  temporary_directory& operator=(temporary_directory&& other) noexcept;
  /// Removes. Errors go to the cleanup error hook, unless ignore_cleanup_errors.
  ~temporary_directory();

  /// The absolute path. It stays readable after cleanup().
  [[nodiscard]] const fs::path& path() const& noexcept { return name_.path(); }
  [[nodiscard]] fs::path path() && { return name_.path(); }
  /// So that it can be passed as a path: `fs::exists(dir)`. Not a temporary one, which is gone by the time it is used.
  operator const fs::path&() const& noexcept { return path(); }  // NOLINT(google-explicit-constructor)
  operator const fs::path&() const&& = delete;                   // NOLINT(google-explicit-constructor)

  /// The path of `child` in this directory. An absolute `child` counts from this directory, too, so that
  /// `dir / "/etc/passwd"` is not what `std::filesystem` would make of it.
  /// \throws fs::filesystem_error with std::errc::invalid_argument if there is no path, as after a failed construction.
  [[nodiscard]] fs::path operator/(const fs::path& child) const;

  /// What tempfile::glob() finds in this directory.
  [[nodiscard]] std::vector<fs::path> glob(std::string_view pattern) const;
  [[nodiscard]] std::vector<fs::path> glob(std::string_view pattern, std::error_code& error) const;

  /// Removes now. Calling it twice is no error.
  /// \throws fs::filesystem_error that names the first few entries that could not be removed; all others are gone.
  /// Whatever is left is still owned, and cleanup() can be called again. Throws nothing if ignore_cleanup_errors.
  void cleanup();
  void cleanup(std::error_code& error);

  /// Stops owning, and leaves the directory in place.
  /// \returns the path.
  fs::path keep();

  /// Gives the directory the name `target`, in one step. An existing directory is exchanged for this one in one step
  /// (`RENAME_EXCHANGE`, Linux 3.15) and then removed, so that nobody ever finds nothing there. What of it can't be
  /// removed stays under path(); the errors go to the cleanup error hook.
  ///
  /// Only the directory's own permissions become those of persist_options::mode; of durability, `full` syncs the
  /// directory that the target is in, and what is inside is not synced. There is no way to another file system.
  /// \returns the absolute path of the target. Nothing is owned afterwards.
  /// \throws fs::filesystem_error that names the target and the reason: std::errc::cross_device_link,
  /// std::errc::not_a_directory if the target is a file, std::errc::operation_not_supported if the file system can't
  /// exchange. Then all is as it was, and the directory is still owned.
  fs::path persist(const fs::path& target, const persist_options& options = {});
  fs::path persist(const fs::path& target, std::error_code& error) { return persist(target, {}, error); }
  fs::path persist(const fs::path& target, const persist_options& options, std::error_code& error);

  /// Exchanges what they own.
  void swap(temporary_directory& other) noexcept;
  friend void swap(temporary_directory& left, temporary_directory& right) noexcept { left.swap(right); }

 private:
  void create(const temporary_directory_options& options, internal::failure& failed);
  void remove(internal::failure& failed);
  fs::path place(const fs::path& target, const persist_options& options, internal::failure& failed);
  void end() noexcept;

  internal::owned_path name_;
  file_handle lock_;
  bool ignore_cleanup_errors_{false};
  bool keep_{false};
};

}  // namespace tempfile::inline v0_1
