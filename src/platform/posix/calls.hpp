// The seam: every system call of the POSIX platform goes through one of these, and through nothing else, so that a test
// can link its own definitions and make the N-th call of a kind fail. Each is the call of its name, errno included.
#pragma once

#include <dirent.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdio>
#include <thread>

namespace tempfile::inline v0_1::platform::call {

int openat(int directory, const char* path, int flags, mode_t mode) noexcept;
int close(int descriptor) noexcept;

ssize_t read(int descriptor, void* buffer, std::size_t count) noexcept;
ssize_t write(int descriptor, const void* buffer, std::size_t count) noexcept;
ssize_t pread(int descriptor, void* buffer, std::size_t count, off_t offset) noexcept;
ssize_t pwrite(int descriptor, const void* buffer, std::size_t count, off_t offset) noexcept;
off_t lseek(int descriptor, off_t offset, int whence) noexcept;
int ftruncate(int descriptor, off_t size) noexcept;
int fsync(int descriptor) noexcept;
int fdatasync(int descriptor) noexcept;
int flock(int descriptor, int operation) noexcept;

int fstat(int descriptor, struct stat* status) noexcept;
int fstatat(int directory, const char* path, struct stat* status, int flags) noexcept;
int fchmod(int descriptor, mode_t mode) noexcept;
int fchmodat(int directory, const char* path, mode_t mode, int flags) noexcept;
int fchown(int descriptor, uid_t owner, gid_t group) noexcept;

int mkdirat(int directory, const char* path, mode_t mode) noexcept;
int unlinkat(int directory, const char* path, int flags) noexcept;
int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept;
int linkat(int from_directory, const char* from, int to_directory, const char* to, int flags) noexcept;

int status_flags(int descriptor) noexcept;                 // fcntl(F_GETFL)
int set_status_flags(int descriptor, int flags) noexcept;  // fcntl(F_SETFL)
int duplicate(int descriptor) noexcept;                    // fcntl(F_DUPFD_CLOEXEC)
std::FILE* fdopen(int descriptor, const char* mode) noexcept;
DIR* fdopendir(int descriptor) noexcept;
dirent* readdir(DIR* directory) noexcept;

int getentropy(void* buffer, std::size_t count) noexcept;

// Zeroed memory of this process's own; null on failure.
void* map_memory(std::size_t size) noexcept;
void unmap(void* memory, std::size_t size) noexcept;

// Returns false, with errno, if there is no thread to be had.
bool start_thread(std::thread& thread, void (*work)(void*) noexcept, void* argument) noexcept;

}  // namespace tempfile::inline v0_1::platform::call
