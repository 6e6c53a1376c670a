/// \file
/// How a finished file is put in its place.
#pragma once

#include <tempfile/bytes.hpp>
#include <tempfile/export.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <system_error>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

/// What is on stable storage when a file has been put in its place. Whatever is chosen, the target is complete or as it
/// was before, for everybody who looks; this is about what is there after the power has failed.
enum class durability {
  none,  ///< What the system has written by then; a file that is empty or short is possible on some file systems.
  data,  ///< The file's bytes (`fdatasync`) before it appears: after a power cut the old file or the whole new one.
  full,  ///< The bytes, the mode and the owner (`fsync`), and then the name, by syncing the directory.
};

/// How a file becomes permanent: an aggregate, so that designated initializers serve as keyword arguments.
///
/// Every persist() gives what it persists the name `target`, complete or not at all: whoever opens the target gets what
/// was there before or all that is new. A target on another file system gets a copy, made beside it and then renamed. A
/// symbolic link at the target is replaced itself, unless `follow`. The result is the absolute path of the target. A
/// stream is flushed first, and closed and without anything to own afterwards.
///
/// On failure fs::filesystem_error names the target and the reason, the target is as it was, nothing is left beside it,
/// and what was to be persisted is still open and owned: it can be used, or persisted elsewhere.
struct persist_options {
  /// Whether an existing target is replaced. If not, exactly one of any number of concurrent callers, in whichever
  /// processes, succeeds; the others get std::errc::file_exists.
  bool overwrite{true};
  /// What a power cut leaves.
  tempfile::durability durability{tempfile::durability::none};
  /// The permissions, exactly these, without an access control list. Default: those of the file that is replaced, its
  /// access control list included, with its owner, group and `user.*` attributes as far as this process may set them;
  /// and where there is no file, those that a new file gets there, by the umask or the directory's default access
  /// control list. Bits outside of fs::perms::mask are refused (std::errc::invalid_argument).
  std::optional<fs::perms> mode{};
  /// Whether the permissions are those that a new file gets there, also where one is replaced.
  bool as_new{false};
  /// Whether a symbolic link at the target is followed, through any chain of links, and what it leads to is written: an
  /// existing file is replaced where it is, a missing one is made there. Default: the link itself is replaced.
  bool follow{false};
  /// Whether directories that the target's path lacks are made. They stay, also if the call fails then.
  bool parents{false};
};

/// Writes a file at once: whoever opens `target` gets either what was there before or all of `bytes`.
///
/// The bytes go to a file without a name in the target's directory, which is then given the name; where the file system
/// has no such files, to one with a temporary name. A symbolic link at `target` is replaced itself, and what it points
/// to is left alone, unless persist_options::follow. \returns the absolute path of the target.
/// \throws fs::filesystem_error that names the target and the reason; then it is as it was, and nothing is left beside
/// it.
TEMPFILE_EXPORT fs::path write_file(const fs::path& target, std::span<const std::byte> bytes,
                                    const persist_options& options = {});
TEMPFILE_EXPORT fs::path write_file(const fs::path& target, std::span<const std::byte> bytes,
                                    const persist_options& options, std::error_code& error);
inline fs::path write_file(const fs::path& target, std::span<const std::byte> bytes, std::error_code& error) {
  return write_file(target, bytes, {}, error);
}
/// The same for any contiguous range of bytes or characters, as file_handle::write().
template <internal::byte_source Bytes>
fs::path write_file(const fs::path& target, Bytes&& bytes, const persist_options& options = {}) {
  return write_file(target, internal::bytes_of(bytes), options);
}
template <internal::byte_source Bytes>
fs::path write_file(const fs::path& target, Bytes&& bytes, const persist_options& options, std::error_code& error) {
  return write_file(target, internal::bytes_of(bytes), options, error);
}
template <internal::byte_source Bytes>
fs::path write_file(const fs::path& target, Bytes&& bytes, std::error_code& error) {
  return write_file(target, internal::bytes_of(bytes), {}, error);
}

/// All bytes of a file, whatever kind of file it is, from the first to the last that a read gives.
/// \throws fs::filesystem_error that names the path and the reason; std::bad_alloc if they don't fit into memory.
[[nodiscard]] TEMPFILE_EXPORT std::string read_file(const fs::path& path);
/// The same; on failure sets `error` and returns nothing.
[[nodiscard]] TEMPFILE_EXPORT std::string read_file(const fs::path& path, std::error_code& error);

}  // namespace tempfile::inline v0_1
