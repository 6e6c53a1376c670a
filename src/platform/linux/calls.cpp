#include "platform/linux/calls.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace tempfile::inline v0_1::platform::call {
namespace {

// Headers older than Linux 6.6 lack the number. All systems share it but alpha, whose headers would have to be newer.
#if defined(SYS_fchmodat2)
constexpr long fchmodat2_number = SYS_fchmodat2;
#else
constexpr long fchmodat2_number = 452;
#endif

}  // namespace

int openat2(int directory, const char* path, const open_how& how) noexcept {
  return static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int fchmodat2(int directory, const char* path, mode_t mode, int flags) noexcept {
  return static_cast<int>(::syscall(fchmodat2_number, directory, path, mode, flags));
}

ssize_t getdents64(int directory, void* buffer, std::size_t size) noexcept {
  return ::syscall(SYS_getdents64, directory, buffer, size);
}

int renameat2(int from_directory, const char* from, int to_directory, const char* to, unsigned flags) noexcept {
  return static_cast<int>(::syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
}

int clone_content(int from, int to) noexcept { return ::ioctl(to, FICLONE, from); }

ssize_t copy_file_range(int from, int to, off_t offset, std::size_t count) noexcept {
  off64_t from_offset = offset;
  off64_t to_offset = offset;
  return ::syscall(SYS_copy_file_range, from, &from_offset, to, &to_offset, count, 0U);
}

ssize_t flistxattr(int descriptor, char* names, std::size_t size) noexcept {
  return ::flistxattr(descriptor, names, size);
}
ssize_t fgetxattr(int descriptor, const char* name, void* value, std::size_t size) noexcept {
  return ::fgetxattr(descriptor, name, value, size);
}
ssize_t getxattr(const char* path, const char* name, void* value, std::size_t size) noexcept {
  return ::getxattr(path, name, value, size);
}
int fremovexattr(int descriptor, const char* name) noexcept { return ::fremovexattr(descriptor, name); }
int fsetxattr(int descriptor, const char* name, const void* value, std::size_t size) noexcept {
  return ::fsetxattr(descriptor, name, value, size, 0);
}

int statx(int directory, const char* path, int flags, unsigned mask, struct statx& status) noexcept {
  return ::statx(directory, path, flags, mask, &status);
}

int sched_getaffinity(std::size_t size, cpu_set_t* set) noexcept { return ::sched_getaffinity(0, size, set); }

int fstatfs(int descriptor, struct statfs& status) noexcept { return ::fstatfs(descriptor, &status); }
int fallocate(int descriptor, off_t begin, off_t size) noexcept { return ::fallocate(descriptor, 0, begin, size); }
int sync_file_range(int descriptor, off_t begin, off_t size, unsigned flags) noexcept {
  return ::sync_file_range(descriptor, begin, size, flags);
}
int set_inode_flags(int descriptor, int flags) noexcept { return ::ioctl(descriptor, FS_IOC_SETFLAGS, &flags); }
int file_size_limit(rlimit& limit) noexcept { return ::getrlimit(RLIMIT_FSIZE, &limit); }
void* map_file(int descriptor, off_t begin, std::size_t size) noexcept {
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, begin);
  return memory == MAP_FAILED ? nullptr : memory;
}
int sync_mapped(void* memory, std::size_t size) noexcept { return ::msync(memory, size, MS_SYNC); }

int madvise(void* memory, std::size_t size, int advice) noexcept { return ::madvise(memory, size, advice); }

int membarrier(int command) noexcept { return static_cast<int>(::syscall(SYS_membarrier, command, 0U, 0)); }

int rt_tgsigqueueinfo(pid_t process, pid_t thread, int signal, siginfo_t* info) noexcept {
  return static_cast<int>(::syscall(SYS_rt_tgsigqueueinfo, process, thread, signal, info));
}

}  // namespace tempfile::inline v0_1::platform::call
