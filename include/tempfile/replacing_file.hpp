/// \file
/// The file that replaces another when it is complete.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/persist.hpp>
#include <tempfile/temporary_file.hpp>

namespace tempfile {

/// A stream whose bytes replace a file when commit() is called, and not before: until then, and if it never is, the
/// target is as it was.
///
///     tempfile::replacing_file settings{"settings.ini"};
///     settings << "volume=11\n";
///     settings.commit();
///
/// It writes to a file without a name on the target's file system, which vanishes with the object unless it is
/// committed.
class [[nodiscard]] TEMPFILE_EXPORT replacing_file : public temporary_file {
 public:
  /// \throws fs::filesystem_error if no file can be made in the target's directory.
  explicit replacing_file(const fs::path& target, const persist_options& wanted = {});
  /// On failure sets `error`, and the stream is closed with badbit set.
  replacing_file(const fs::path& target, const persist_options& wanted, std::error_code& error);

  /// The absolute path.
  [[nodiscard]] const fs::path& target() const noexcept { return target_; }

  /// As temporary_file::persist() to the target.
  /// \throws fs::filesystem_error, also if a write has failed before; then the target is as it was.
  fs::path commit();
  fs::path commit(std::error_code& error);

 private:
  fs::path target_;
  persist_options wanted_;
};

}  // namespace tempfile
