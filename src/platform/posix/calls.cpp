#include "platform/posix/calls.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <system_error>

namespace tempfile::inline v0_1::platform::call {

int openat(int directory, const char* path, int flags, mode_t mode) noexcept {
  return ::openat(directory, path, flags, mode);
}
int close(int descriptor) noexcept { return ::close(descriptor); }

ssize_t read(int descriptor, void* buffer, std::size_t count) noexcept { return ::read(descriptor, buffer, count); }
ssize_t write(int descriptor, const void* buffer, std::size_t count) noexcept {
  return ::write(descriptor, buffer, count);
}
ssize_t pread(int descriptor, void* buffer, std::size_t count, off_t offset) noexcept {
  return ::pread(descriptor, buffer, count, offset);
}
ssize_t pwrite(int descriptor, const void* buffer, std::size_t count, off_t offset) noexcept {
  return ::pwrite(descriptor, buffer, count, offset);
}
off_t lseek(int descriptor, off_t offset, int whence) noexcept { return ::lseek(descriptor, offset, whence); }
int ftruncate(int descriptor, off_t size) noexcept { return ::ftruncate(descriptor, size); }
int fsync(int descriptor) noexcept { return ::fsync(descriptor); }
int fdatasync(int descriptor) noexcept { return ::fdatasync(descriptor); }
int flock(int descriptor, int operation) noexcept { return ::flock(descriptor, operation); }

int fstat(int descriptor, struct stat* status) noexcept { return ::fstat(descriptor, status); }
int fstatat(int directory, const char* path, struct stat* status, int flags) noexcept {
  return ::fstatat(directory, path, status, flags);
}
int fchmod(int descriptor, mode_t mode) noexcept { return ::fchmod(descriptor, mode); }
int fchmodat(int directory, const char* path, mode_t mode, int flags) noexcept {
  return ::fchmodat(directory, path, mode, flags);
}
int fchown(int descriptor, uid_t owner, gid_t group) noexcept { return ::fchown(descriptor, owner, group); }

int mkdirat(int directory, const char* path, mode_t mode) noexcept { return ::mkdirat(directory, path, mode); }
int unlinkat(int directory, const char* path, int flags) noexcept { return ::unlinkat(directory, path, flags); }
int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
  return ::renameat(from_directory, from, to_directory, to);
}
int linkat(int from_directory, const char* from, int to_directory, const char* to, int flags) noexcept {
  return ::linkat(from_directory, from, to_directory, to, flags);
}

int status_flags(int descriptor) noexcept { return ::fcntl(descriptor, F_GETFL); }
int set_status_flags(int descriptor, int flags) noexcept { return ::fcntl(descriptor, F_SETFL, flags); }
int duplicate(int descriptor) noexcept { return ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0); }
std::FILE* fdopen(int descriptor, const char* mode) noexcept { return ::fdopen(descriptor, mode); }
DIR* fdopendir(int descriptor) noexcept { return ::fdopendir(descriptor); }
dirent* readdir(DIR* directory) noexcept { return ::readdir(directory); }

int getentropy(void* buffer, std::size_t count) noexcept { return ::getentropy(buffer, count); }

void* map_memory(std::size_t size) noexcept {
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}
void unmap(void* memory, std::size_t size) noexcept { ::munmap(memory, size); }

bool start_thread(std::thread& thread, void (*work)(void*) noexcept, void* argument) noexcept {
  try {
    thread = std::thread{work, argument};
    return true;
  } catch (const std::system_error& failed) {
    errno = failed.code().value();
  } catch (const std::bad_alloc&) {
    errno = ENOMEM;
  }
  return false;
}

}  // namespace tempfile::inline v0_1::platform::call
