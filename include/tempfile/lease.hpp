/// \file
/// Cleaning up after a process that could not: SIGKILL, a crash, a power cut.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/remove_tree.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

/// How far a lease goes when the machine loses its power. It makes a difference only for leases on a disk: in memory
/// (tmpfs) the names are gone with the lease.
enum class power_loss {
  /// The system writes records to the disk when it likes, usually after half a minute: younger names may be left
  /// behind.
  off,
  /// Records are on their way to the disk before their names can be there, without waiting. They are sent once in some
  /// milliseconds: of names that are made faster than that, the last few wait for the next one, or for the system.
  on,
  /// Each record is sent by itself, after the write of an earlier one has ended. For each name that takes tens of
  /// microseconds to milliseconds.
  strict,
};

/// What enable_leases() does.
struct lease_options {
  /// Where an application keeps its own temporary files: leases lie there, sweep() looks there and nowhere else, and it
  /// becomes the temporary directory, as by settempdir(). It must exist. Empty: leases lie in gettempdir(), and sweep()
  /// looks in all of candidate_tempdirs().
  fs::path dir{};
  /// What is done against a loss of power.
  power_loss on_power_loss{power_loss::on};
};

/// From now on even a process that is killed leaves nothing that sweep() doesn't find: every name that is created
/// afterwards and is to be removed is also recorded in a file, the lease, before it exists. The file is locked as long
/// as this process lives, or a child that it has forked. `TEMPFILE_LEASES=1` in the environment does the same at the
/// first name that is created.
///
/// It costs memory stores for each name; on a disk (ext4, XFS, Btrfs, F2FS, overlayfs) also the begin of a write, which
/// is not waited for. What is to stay costs a write to the disk: keep() returns only when no power cut can bring the
/// record back. The lease lies in `.tempfile-UID/` in the temporary directory, 76 KiB for the first thousand names, and
/// takes one descriptor.
///
/// Not recorded: what was created before, what is created with `keep`, by mkstemp() and mkdtemp(), and everything if
/// `TEMPFILE_KEEP` is set. A child that is forked has a lease of its own once it creates something.
///
/// Where there can be no lease, everything works as without: the file system is a network's or not known to be safe to
/// map (std::errc::operation_not_supported), or full, or a limit is in the way, or the lease directory belongs to
/// somebody else or lets others in (std::errc::permission_denied). The cleanup error hook hears of it, with the path,
/// and also when a lease can't grow later: then some names are not covered. Linux only; elsewhere
/// std::errc::operation_not_supported.
///
/// \returns no error if this process has a lease (or keeps everything), else the reason why not. Calling it again is
/// harmless; then the options that were given first hold, and std::errc::device_or_resource_busy says that `dir` is
/// another. Thread-safe.
TEMPFILE_EXPORT std::error_code enable_leases(const lease_options& options = {}) noexcept;

/// What a sweep did.
struct sweep_report {
  std::size_t swept{};        ///< names that were removed; a directory counts as one
  std::size_t dead_leases{};  ///< leases that were removed, because all that they named is gone
  std::size_t live_leases{};  ///< leases of processes that live, which were left alone
  /// What was left, and why: names that could not be removed, or that are no longer those that were recorded
  /// (errc::replaced), and leases that could not be read, or are of a newer version (std::errc::not_supported).
  std::vector<removal_failure> left;
};

/// Removes what processes that are gone have left behind, as far as they had leases (enable_leases()) and were this
/// user's: in `.tempfile-UID/` of gettempdir() and of all of candidate_tempdirs(), or only of the directory that
/// enable_leases() was given. What a living process owns is never touched: whether one lives is decided by its lock,
/// not by process ids, names or ages. Any number of processes may sweep at the same time.
///
/// A process that has enabled leases sweeps by itself at its first creation, unless somebody did in the last hour, and
/// stops after a quarter of a second between one name and the next; what is left then comes next time.
///
/// \returns how many names were removed. \throws std::bad_alloc. Thread-safe.
TEMPFILE_EXPORT std::size_t sweep();
/// The same, telling what it did.
TEMPFILE_EXPORT std::size_t sweep(sweep_report& report);
/// The same in one directory, for applications that have their own and for tools.
TEMPFILE_EXPORT std::size_t sweep(const fs::path& dir, sweep_report& report);

/// A name that a lease holds.
struct leased_name {
  fs::path path;         ///< absolute
  fs::file_type type{};  ///< what it was created as
  std::chrono::system_clock::time_point
      created;  ///< when it was about to be created; for a name that was adopted, 1970
};

/// A lease, as list() has found it.
struct TEMPFILE_EXPORT lease {
  fs::path path;            ///< of its file
  fs::path directory;       ///< the temporary directory that it is for
  bool is_live{};           ///< whether its process lives, or a child that shares it; else sweep() is for it
  std::uint64_t process{};  ///< the process's number, in its own process-id namespace
  std::string command;      ///< the process's name; it may hold any characters
  std::chrono::system_clock::time_point taken;  ///< when
  std::vector<leased_name> names;               ///< what it holds

  /// The leases that sweep() would look at. \throws std::bad_alloc. Thread-safe.
  static std::vector<lease> list();
  /// Those in one directory.
  static std::vector<lease> list(const fs::path& dir);
};

}  // namespace tempfile::inline v0_1
