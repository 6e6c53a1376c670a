// The seam's calls that only Linux has, with faults.
#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "plan.hpp"
#include "platform/linux/calls.hpp"

namespace tempfile::inline v0_1::platform::call {
namespace {

constexpr long fchmodat2_number = 452;  // Linux 6.6

// struct linux_dirent64 of getdents64(2): inode and offset, then the entry's size, its type, and its name.
constexpr std::size_t size_offset = 16;
constexpr std::size_t type_offset = 18;

void hide_types(char* batch, std::size_t size) noexcept {
  for (std::size_t at = 0; at < size;) {
    batch[at + type_offset] = DT_UNKNOWN;
    unsigned short entry_size = 0;
    std::memcpy(&entry_size, batch + at + size_offset, sizeof entry_size);
    at += entry_size;
  }
}

}  // namespace

using faults::call;
using faults::fails;

int openat2(int directory, const char* path, const open_how& how) noexcept {
  if (fails(call::openat2)) return -1;
  return static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int fchmodat2(int directory, const char* path, mode_t mode, int flags) noexcept {
  if (fails(call::fchmodat2)) return -1;
  return static_cast<int>(::syscall(fchmodat2_number, directory, path, mode, flags));
}

ssize_t getdents64(int directory, void* buffer, std::size_t size) noexcept {
  if (fails(call::getdents64)) return -1;
  const ssize_t got = ::syscall(SYS_getdents64, directory, buffer, size);
  if (got > 0 && faults::hides_entry_types()) hide_types(static_cast<char*>(buffer), static_cast<std::size_t>(got));
  return got;
}

int renameat2(int from_directory, const char* from, int to_directory, const char* to, unsigned flags) noexcept {
  if (fails(call::renameat2)) return -1;
  return static_cast<int>(::syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
}

int clone_content(int from, int to) noexcept { return fails(call::clone_content) ? -1 : ::ioctl(to, FICLONE, from); }

ssize_t copy_file_range(int from, int to, off_t offset, std::size_t count) noexcept {
  if (fails(call::copy_file_range)) return -1;
  off64_t from_offset = offset;
  off64_t to_offset = offset;
  return ::syscall(SYS_copy_file_range, from, &from_offset, to, &to_offset, faults::most_to_transfer(count), 0U);
}

ssize_t flistxattr(int descriptor, char* names, std::size_t size) noexcept {
  return fails(call::flistxattr) ? -1 : ::flistxattr(descriptor, names, size);
}
ssize_t fgetxattr(int descriptor, const char* name, void* value, std::size_t size) noexcept {
  return fails(call::fgetxattr) ? -1 : ::fgetxattr(descriptor, name, value, size);
}
ssize_t getxattr(const char* path, const char* name, void* value, std::size_t size) noexcept {
  return fails(call::getxattr) ? -1 : ::getxattr(path, name, value, size);
}
int fremovexattr(int descriptor, const char* name) noexcept {
  return fails(call::fremovexattr) ? -1 : ::fremovexattr(descriptor, name);
}
int fsetxattr(int descriptor, const char* name, const void* value, std::size_t size) noexcept {
  return fails(call::fsetxattr) ? -1 : ::fsetxattr(descriptor, name, value, size, 0);
}

int statx(int directory, const char* path, int flags, unsigned mask, struct statx& status) noexcept {
  return fails(call::statx) ? -1 : ::statx(directory, path, flags, mask, &status);
}

int sched_getaffinity(std::size_t size, cpu_set_t* set) noexcept {
  return fails(call::sched_getaffinity) ? -1 : ::sched_getaffinity(0, size, set);
}

int fstatfs(int descriptor, struct statfs& status) noexcept {
  return fails(call::fstatfs) ? -1 : ::fstatfs(descriptor, &status);
}
int fallocate(int descriptor, off_t begin, off_t size) noexcept {
  return fails(call::fallocate) ? -1 : ::fallocate(descriptor, 0, begin, size);
}
int sync_file_range(int descriptor, off_t begin, off_t size, unsigned flags) noexcept {
  return fails(call::sync_file_range) ? -1 : ::sync_file_range(descriptor, begin, size, flags);
}
int set_inode_flags(int descriptor, int flags) noexcept {
  return fails(call::set_inode_flags) ? -1 : ::ioctl(descriptor, FS_IOC_SETFLAGS, &flags);
}
int file_size_limit(rlimit& limit) noexcept {
  return fails(call::file_size_limit) ? -1 : ::getrlimit(RLIMIT_FSIZE, &limit);
}
void* map_file(int descriptor, off_t begin, std::size_t size) noexcept {
  if (fails(call::map_file)) return nullptr;
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, begin);
  return memory == MAP_FAILED ? nullptr : memory;
}
int sync_mapped(void* memory, std::size_t size) noexcept {
  return fails(call::sync_mapped) ? -1 : ::msync(memory, size, MS_SYNC);
}

int madvise(void* memory, std::size_t size, int advice) noexcept {
  if (faults::gives_no_heed_to_advice()) return 0;
  return fails(call::madvise) ? -1 : ::madvise(memory, size, advice);
}

int membarrier(int command) noexcept {
  return fails(call::membarrier) ? -1 : static_cast<int>(::syscall(SYS_membarrier, command, 0U, 0));
}

int rt_tgsigqueueinfo(pid_t process, pid_t thread, int signal, siginfo_t* info) noexcept {
  if (fails(call::rt_tgsigqueueinfo)) return -1;
  return static_cast<int>(::syscall(SYS_rt_tgsigqueueinfo, process, thread, signal, info));
}

}  // namespace tempfile::inline v0_1::platform::call
