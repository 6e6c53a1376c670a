/// \file
/// The file that replaces another when it is complete.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/file_stream.hpp>
#include <tempfile/persist.hpp>

namespace tempfile::inline v0_1 {

namespace internal {
struct failure;
}  // namespace internal

/// A stream whose bytes replace a file when commit() is called, and not before: until then, and if it never is, the
/// target is as it was.
///
///     tempfile::replacing_file settings{"settings.ini"};
///     settings << "volume=11\n";
///     settings.commit();
///
/// It writes to a file without a name on the target's file system, which vanishes with the object unless it is
/// committed. A default-constructed one is closed, and has no target.
class [[nodiscard]] TEMPFILE_EXPORT replacing_file : public file_stream_base {
 public:
  replacing_file() = default;
  /// \throws fs::filesystem_error if `target` can't be a file's name or is a directory, or no file can be made beside
  /// it.
  [[nodiscard]] explicit replacing_file(const fs::path& target, const persist_options& options = {});
  /// On failure sets `error`, and the stream is closed with badbit set.
  [[nodiscard]] replacing_file(const fs::path& target, std::error_code& error) : replacing_file{target, {}, error} {}
  [[nodiscard]] replacing_file(const fs::path& target, const persist_options& options, std::error_code& error);

  /// Takes everything over, the target included. `other` is closed afterwards.
  replacing_file(replacing_file&& other);
  /// Gives up what it held before, then takes over. A self-move changes nothing.
  replacing_file& operator=(replacing_file&& other);
  /// Gives up what has not been committed.
  ~replacing_file() override;

  /// Exchanges everything, the targets included.
  void swap(replacing_file& other);
  friend void swap(replacing_file& left, replacing_file& right) { left.swap(right); }

  using file_stream_base::native_handle;

  /// The absolute path.
  [[nodiscard]] const fs::path& target() const noexcept { return target_; }

  /// Flushes, and gives the bytes the target's name, complete or not at all; see persist_options. The stream is closed
  /// afterwards. \returns the absolute path of the target.
  /// \throws fs::filesystem_error that names the target and the reason, also if bytes have been lost or any write may
  /// have been ignored because the stream had failed; then the target is as it was, and the stream still open.
  fs::path commit();
  fs::path commit(std::error_code& error);

  /// Gives up what has been written: the target stays as it is. The stream is closed afterwards.
  void cancel() noexcept;

 private:
  void create(const fs::path& target, internal::failure& failed);
  fs::path commit(internal::failure& failed);
  [[nodiscard]] fs::path where() const override { return target_; }

  fs::path target_;
  persist_options options_;
};

}  // namespace tempfile::inline v0_1
