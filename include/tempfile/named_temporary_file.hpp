/// \file
/// The file with a path.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/file_stream.hpp>
#include <tempfile/mkstemp.hpp>
#include <tempfile/options.hpp>
#include <tempfile/persist.hpp>
#include <tempfile/temporary_path.hpp>

namespace tempfile::inline v0_1 {

/// tempfile::options, and when the name goes.
struct named_temporary_file_options {
  std::string prefix{"tmp"};        ///< \copydoc options::prefix
  std::string suffix{};             ///< \copydoc options::suffix
  fs::path dir{};                   ///< \copydoc options::dir
  std::optional<fs::perms> mode{};  ///< \copydoc options::mode
  bool inheritable{false};          ///< \copydoc options::inheritable
  /// Whether close() removes the name. If not, the end of the object does: close, let another program open the file by
  /// its path, and it still cleans up.
  bool delete_on_close{true};
  /// Whether the name stays at the end, whatever delete_on_close says. It is still owned: persist() moves it.
  bool keep{false};
};

/// A scratch file with a path that others can open while it is alive. Its name is removed when it is closed.
///
///     tempfile::named_temporary_file file{{.suffix = ".csv"}};
///     file << "a,b\n" << std::flush;
///     import(file.path());
///
/// What is owned and when it is removed is temporary_path's promise; the stream is file_stream's.
class [[nodiscard]] TEMPFILE_EXPORT named_temporary_file : public file_stream_base {
 public:
  /// \throws fs::filesystem_error that names the path and the reason; nothing is left behind.
  [[nodiscard]] named_temporary_file() : named_temporary_file{named_temporary_file_options{}} {}
  [[nodiscard]] explicit named_temporary_file(const named_temporary_file_options& options);
  /// On failure sets `error`, the stream is closed with badbit set, and path() is empty.
  [[nodiscard]] explicit named_temporary_file(std::error_code& error) : named_temporary_file{{}, error} {}
  [[nodiscard]] named_temporary_file(const named_temporary_file_options& options, std::error_code& error);

  /// Joins what mkstemp() returned: owns the name from now on, as a temporary_path that adopts it.
  /// \throws fs::filesystem_error: errc::replaced if the path is not the file's any more. Then `made` is as it was.
  [[nodiscard]] explicit named_temporary_file(mkstemp_result&& made, bool delete_on_close = true);
  [[nodiscard]] named_temporary_file(mkstemp_result&& made, bool delete_on_close, std::error_code& error);

  /// Takes everything over, buffered bytes included.
  named_temporary_file(named_temporary_file&& other);
  /// Closes and removes what it held before, then takes over. A self-move changes nothing.
  named_temporary_file& operator=(named_temporary_file&& other);
  /// Flushes, closes and removes. Errors go to the cleanup error hook.
  ~named_temporary_file() override;

  /// The absolute path. It stays readable after the name is gone.
  [[nodiscard]] const fs::path& path() const& noexcept { return name_.path(); }
  [[nodiscard]] fs::path path() && { return name_.path(); }

  // As in file_stream. After release() the name is still owned.
  using file_stream_base::native_handle;
  using file_stream_base::release;

  /// Flushes, closes, and removes the name if delete_on_close. Closing twice is no error.
  /// \throws fs::filesystem_error with the path if bytes have been lost or what is buffered can't be written (then the
  /// file is still open and named, and close() can be called again, after accept_loss() if need be) or the name can't
  /// be removed.
  void close();
  void close(std::error_code& error);

  /// Stops owning the name, and leaves the file in place. The stream stays open.
  /// \returns the path.
  fs::path keep();

  /// Gives the file the name `target`, as persist_options describes. If the stream was closed before and still owns its
  /// name, whatever file has that name is taken.
  /// \returns the absolute path of the target.
  /// \throws fs::filesystem_error; errc::replaced if the stream is open and another file has its name by now (to
  /// persist that one: into_path(), then persist()), errc::not_owner in a forked child.
  fs::path persist(const fs::path& target, const persist_options& options = {});
  fs::path persist(const fs::path& target, std::error_code& error) { return persist(target, {}, error); }
  fs::path persist(const fs::path& target, const persist_options& options, std::error_code& error);

  /// As file_stream::reopen(); where the system needs a name for that, by path(): errc::replaced if another file has it
  /// by then. After close(), as long as the name is owned, opens whatever file has it. \throws fs::filesystem_error.
  [[nodiscard]] file_handle reopen();
  [[nodiscard]] file_handle reopen(std::error_code& error);

  /// Flushes, closes, and leaves the ownership of the name to the caller: for a program that must open the file itself.
  /// \throws fs::filesystem_error with the path if bytes have been lost or what is buffered can't be written; then
  /// nothing has changed.
  temporary_path into_path() &&;

  /// Exchanges everything, buffered bytes included.
  void swap(named_temporary_file& other);
  friend void swap(named_temporary_file& left, named_temporary_file& right) { left.swap(right); }

 private:
  void create(const named_temporary_file_options& options, internal::failure& failed);
  void join(mkstemp_result& made, internal::failure& failed);
  file_handle reopen(internal::failure& failed);
  void close(internal::failure& failed);
  fs::path persist(const fs::path& target, const persist_options& options, internal::failure& failed);
  [[nodiscard]] fs::path where() const override { return path(); }
  void end() noexcept;

  internal::owned_path name_;
  bool delete_on_close_{true};
  bool keep_{false};
};

}  // namespace tempfile::inline v0_1
