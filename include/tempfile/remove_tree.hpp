/// \file
/// The removal that temporary_directory uses, for any tree.
#pragma once

#include <tempfile/export.hpp>

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <vector>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

/// One entry that could not be removed.
struct removal_failure {
  fs::path path;          ///< what is still there
  std::error_code error;  ///< why
};

/// What a removal did.
struct removal_report {
  /// How many failures are named at most; the others are only counted.
  static constexpr std::size_t max_named = 8;

  std::uintmax_t removed{};               ///< entries removed, the root included
  std::uintmax_t failed{};                ///< entries that could not be removed, for a reason of their own
  std::vector<removal_failure> failures;  ///< the first of them
};

/// Whether removals may start threads, from now on and in the whole process; they may by default. To forbid it is for
/// programs in which another thread is forbidden (a system call filter) or in the way (unshare(2), setns(2)).
/// Thread-safe.
TEMPFILE_EXPORT void allow_removal_threads(bool allowed) noexcept;

/// Removes `path`: a directory with everything in it, or anything else by its name.
///
/// - Symbolic links, also at the root: removed, never followed. Everything is relative to open descriptors, so a
/// directory
///   that is swapped for a link meanwhile does not lead the walk astray.
/// - Depth and length of paths: unlimited, with a small stack and at most sixteen descriptors for each thread; six free
/// ones
///   suffice.
/// - Threads: up to three help where many entries are left in many sub-directories. They block all signals, and have
/// ended
///   when the call returns. If there are none, it does without.
/// - Permissions: owner access is restored where it is missing; a directory that stays gets its mode back.
/// - Mount points, bind mounts included: reported (errc::mount_point), not entered.
/// - Errors: everything else is still removed. An entry that somebody else removes meanwhile is none.
/// - "/" and paths that end in "." or "..": refused.
///
/// \returns the number of entries removed, the root included; 0 if nothing was there.
/// \throws fs::filesystem_error whose text names the first few entries that are left and counts all, with path1() the
/// first.
/// Thread-safe.
TEMPFILE_EXPORT std::uintmax_t remove_tree(const fs::path& path);
/// The same; `error` is the first failure's reason.
TEMPFILE_EXPORT std::uintmax_t remove_tree(const fs::path& path, std::error_code& error);
/// The same, telling what was left: nothing, if `report.failed` is 0. Throws only std::bad_alloc.
TEMPFILE_EXPORT std::uintmax_t remove_tree(const fs::path& path, removal_report& report);

}  // namespace tempfile::inline v0_1
