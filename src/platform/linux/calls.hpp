// The seam's calls that only Linux has; see posix/calls.hpp.
#pragma once

#include <linux/openat2.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <csignal>
#include <cstddef>

#include "platform/posix/calls.hpp"

namespace tempfile::inline v0_1::platform::call {

int openat2(int directory, const char* path, const open_how& how) noexcept;       // Linux 5.6
int fchmodat2(int directory, const char* path, mode_t mode, int flags) noexcept;  // Linux 6.6
ssize_t getdents64(int directory, void* buffer, std::size_t size) noexcept;

int renameat2(int from_directory, const char* from, int to_directory, const char* to, unsigned flags) noexcept;  // 3.15
int clone_content(int from, int to) noexcept;                                         // ioctl(FICLONE), Linux 4.5
ssize_t copy_file_range(int from, int to, off_t offset, std::size_t count) noexcept;  // Linux 4.5; the same in both
ssize_t flistxattr(int descriptor, char* names, std::size_t size) noexcept;
ssize_t fgetxattr(int descriptor, const char* name, void* value, std::size_t size) noexcept;
ssize_t getxattr(const char* path, const char* name, void* value, std::size_t size) noexcept;
int fremovexattr(int descriptor, const char* name) noexcept;
int fsetxattr(int descriptor, const char* name, const void* value, std::size_t size) noexcept;

int statx(int directory, const char* path, int flags, unsigned mask, struct statx& status) noexcept;  // Linux 4.11
int sched_getaffinity(std::size_t size, cpu_set_t* set) noexcept;  // of the calling thread

int fstatfs(int descriptor, struct statfs& status) noexcept;
int fallocate(int descriptor, off_t begin, off_t size) noexcept;
int sync_file_range(int descriptor, off_t begin, off_t size, unsigned flags) noexcept;  // Linux 2.6.17
int set_inode_flags(int descriptor, int flags) noexcept;                                // ioctl(FS_IOC_SETFLAGS)
int file_size_limit(rlimit& limit) noexcept;                                            // getrlimit(RLIMIT_FSIZE)
// Memory shared with a file; null on failure.
void* map_file(int descriptor, off_t begin, std::size_t size) noexcept;
int sync_mapped(void* memory, std::size_t size) noexcept;  // msync(MS_SYNC)

int madvise(void* memory, std::size_t size, int advice) noexcept;
int membarrier(int command) noexcept;                                                      // Linux 4.3
int rt_tgsigqueueinfo(pid_t process, pid_t thread, int signal, siginfo_t* info) noexcept;  // Linux 2.6.31

}  // namespace tempfile::inline v0_1::platform::call
