// Makes system calls fail: the other side of the seam, src/platform/*/calls.hpp.
#pragma once

#include <cstddef>
#include <functional>

namespace faults {

enum class call {
  openat,
  openat2,
  close,
  read,
  write,
  pread,
  pwrite,
  lseek,
  ftruncate,
  fsync,
  fdatasync,
  flock,
  fstat,
  fstatat,
  fchmod,
  fchmodat,
  fchmodat2,
  fchown,
  mkdirat,
  unlinkat,
  renameat,
  renameat2,
  linkat,
  clone_content,
  copy_file_range,
  flistxattr,
  fgetxattr,
  getxattr,
  fremovexattr,
  fsetxattr,
  status_flags,
  set_status_flags,
  duplicate,
  fdopen,
  fdopendir,
  readdir,
  getdents64,
  getentropy,
  start_thread,
  statx,
  sched_getaffinity,
  map_memory,
  madvise,
  membarrier,
  rt_tgsigqueueinfo,
  fstatfs,
  fallocate,
  map_file,
  sync_mapped,
  sync_file_range,
  set_inode_flags,
  file_size_limit,
  count_of_calls
};

// While it lives, one call of its kind fails, or each from one on. One at a time; the plan is the whole process's.
class failing {
 public:
  // The `nth` call from now on, counted from 1, fails with `error`.
  failing(call kind, int nth, int error) noexcept;
  // Each call from now on fails.
  failing(call kind, int error) noexcept;
  failing(const failing&) = delete;
  failing& operator=(const failing&) = delete;
  ~failing();

  // Whether a call has failed because of this.
  [[nodiscard]] bool has_happened() const noexcept;
};

// While it lives, every O_TMPFILE open fails with `error`; other opens don't.
class without_unnamed_files {
 public:
  explicit without_unnamed_files(int error) noexcept;
  without_unnamed_files(const without_unnamed_files&) = delete;
  without_unnamed_files& operator=(const without_unnamed_files&) = delete;
  ~without_unnamed_files();
};

// While it lives, every linkat() fails with `error`, whatever else fails.
class without_links {
 public:
  explicit without_links(int error) noexcept;
  without_links(const without_links&) = delete;
  without_links& operator=(const without_links&) = delete;
  ~without_links();
};

// While it lives, the system's random generator is no longer random: the first numbers of 64 bits that it gives are
// zeros. So a thread that has got none yet knows the names that it will try.
class zero_entropy {
 public:
  explicit zero_entropy(int numbers) noexcept;
  zero_entropy(const zero_entropy&) = delete;
  zero_entropy& operator=(const zero_entropy&) = delete;
  ~zero_entropy();
};

// While it lives, directories don't tell what their entries are (d_type is DT_UNKNOWN).
class without_entry_types {
 public:
  without_entry_types() noexcept;
  without_entry_types(const without_entry_types&) = delete;
  without_entry_types& operator=(const without_entry_types&) = delete;
  ~without_entry_types();
};

// While it lives, madvise() succeeds whatever it is told, and does nothing.
class advice_ignored {
 public:
  advice_ignored() noexcept;
  advice_ignored(const advice_ignored&) = delete;
  advice_ignored& operator=(const advice_ignored&) = delete;
  ~advice_ignored();
};

// While it lives, a new file is locked only some time after it was made, and a file that has been removed meanwhile
// looks as if it still had its name.
class late_locks {
 public:
  late_locks() noexcept;
  late_locks(const late_locks&) = delete;
  late_locks& operator=(const late_locks&) = delete;
  ~late_locks();
};

// While it lives, somebody else does something just before the `nth` call of a kind from now on, counted from 1.
class intervention {
 public:
  intervention(call kind, int nth, std::function<void()> what);
  intervention(const intervention&) = delete;
  intervention& operator=(const intervention&) = delete;
  ~intervention();

  [[nodiscard]] bool has_happened() const noexcept;
};

// While it lives, a write takes at most so many bytes, and a read gives at most so many.
class short_transfers {
 public:
  explicit short_transfers(std::size_t most) noexcept;
  short_transfers(const short_transfers&) = delete;
  short_transfers& operator=(const short_transfers&) = delete;
  ~short_transfers();
};

}  // namespace faults
