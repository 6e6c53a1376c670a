// The seam of the POSIX platform, with faults.
#include "platform/posix/calls.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "plan.hpp"

namespace tempfile::inline v0_1::platform::call {
namespace {

#if defined(O_TMPFILE)
bool opens_unnamed_file(int flags) noexcept { return (flags & O_TMPFILE) == O_TMPFILE; }
#else
bool opens_unnamed_file(int) noexcept { return false; }
#endif

}  // namespace

using faults::call;
using faults::fails;
using faults::most_to_transfer;

int openat(int directory, const char* path, int flags, mode_t mode) noexcept {
  if (fails(call::openat)) return -1;
  if (opens_unnamed_file(flags) && faults::refuses_unnamed_file()) return -1;
  return ::openat(directory, path, flags, mode);
}

// As on Linux, the descriptor is gone even if the call fails.
int close(int descriptor) noexcept {
  const int result = ::close(descriptor);
  return fails(call::close) ? -1 : result;
}

ssize_t read(int descriptor, void* buffer, std::size_t count) noexcept {
  return fails(call::read) ? -1 : ::read(descriptor, buffer, most_to_transfer(count));
}
ssize_t write(int descriptor, const void* buffer, std::size_t count) noexcept {
  return fails(call::write) ? -1 : ::write(descriptor, buffer, most_to_transfer(count));
}
ssize_t pread(int descriptor, void* buffer, std::size_t count, off_t offset) noexcept {
  return fails(call::pread) ? -1 : ::pread(descriptor, buffer, most_to_transfer(count), offset);
}
ssize_t pwrite(int descriptor, const void* buffer, std::size_t count, off_t offset) noexcept {
  return fails(call::pwrite) ? -1 : ::pwrite(descriptor, buffer, most_to_transfer(count), offset);
}
off_t lseek(int descriptor, off_t offset, int whence) noexcept {
  return fails(call::lseek) ? -1 : ::lseek(descriptor, offset, whence);
}
int ftruncate(int descriptor, off_t size) noexcept {
  return fails(call::ftruncate) ? -1 : ::ftruncate(descriptor, size);
}
int fsync(int descriptor) noexcept { return fails(call::fsync) ? -1 : ::fsync(descriptor); }
int fdatasync(int descriptor) noexcept { return fails(call::fdatasync) ? -1 : ::fdatasync(descriptor); }
int flock(int descriptor, int operation) noexcept {
  if (faults::locks_late()) ::usleep(1000);
  return fails(call::flock) ? -1 : ::flock(descriptor, operation);
}

int fstat(int descriptor, struct stat* status) noexcept {
  if (fails(call::fstat)) return -1;
  const int result = ::fstat(descriptor, status);
  if (result == 0 && status->st_nlink == 0 && faults::locks_late()) status->st_nlink = 1;
  return result;
}
int fstatat(int directory, const char* path, struct stat* status, int flags) noexcept {
  return fails(call::fstatat) ? -1 : ::fstatat(directory, path, status, flags);
}
int fchmod(int descriptor, mode_t mode) noexcept { return fails(call::fchmod) ? -1 : ::fchmod(descriptor, mode); }
int fchmodat(int directory, const char* path, mode_t mode, int flags) noexcept {
  return fails(call::fchmodat) ? -1 : ::fchmodat(directory, path, mode, flags);
}
int fchown(int descriptor, uid_t owner, gid_t group) noexcept {
  return fails(call::fchown) ? -1 : ::fchown(descriptor, owner, group);
}

int mkdirat(int directory, const char* path, mode_t mode) noexcept {
  return fails(call::mkdirat) ? -1 : ::mkdirat(directory, path, mode);
}
int unlinkat(int directory, const char* path, int flags) noexcept {
  return fails(call::unlinkat) ? -1 : ::unlinkat(directory, path, flags);
}
int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
  return fails(call::renameat) ? -1 : ::renameat(from_directory, from, to_directory, to);
}
int linkat(int from_directory, const char* from, int to_directory, const char* to, int flags) noexcept {
  return fails(call::linkat) || faults::refuses_links() ? -1 : ::linkat(from_directory, from, to_directory, to, flags);
}

int status_flags(int descriptor) noexcept { return fails(call::status_flags) ? -1 : ::fcntl(descriptor, F_GETFL); }
int set_status_flags(int descriptor, int flags) noexcept {
  return fails(call::set_status_flags) ? -1 : ::fcntl(descriptor, F_SETFL, flags);
}
int duplicate(int descriptor) noexcept { return fails(call::duplicate) ? -1 : ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0); }
std::FILE* fdopen(int descriptor, const char* mode) noexcept {
  return fails(call::fdopen) ? nullptr : ::fdopen(descriptor, mode);
}
DIR* fdopendir(int descriptor) noexcept { return fails(call::fdopendir) ? nullptr : ::fdopendir(descriptor); }
dirent* readdir(DIR* directory) noexcept {
  if (fails(call::readdir)) return nullptr;
  dirent* const entry = ::readdir(directory);
  if (entry != nullptr && faults::hides_entry_types()) entry->d_type = DT_UNKNOWN;
  return entry;
}

int getentropy(void* buffer, std::size_t count) noexcept {
  if (fails(call::getentropy)) return -1;
  const int result = ::getentropy(buffer, count);
  constexpr std::size_t number_size = 8;
  for (std::size_t at = 0; at + number_size <= count && faults::gives_zero_entropy(); at += number_size) {
    std::memset(static_cast<char*>(buffer) + at, 0, number_size);
  }
  return result;
}

void* map_memory(std::size_t size) noexcept {
  if (fails(call::map_memory)) return nullptr;
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}
void unmap(void* memory, std::size_t size) noexcept { ::munmap(memory, size); }

bool start_thread(std::thread& thread, void (*work)(void*) noexcept, void* argument) noexcept {
  if (fails(call::start_thread)) return false;
  try {
    thread = std::thread{work, argument};
    return true;
  } catch (const std::bad_alloc&) {
    errno = ENOMEM;
    return false;
  }
}

}  // namespace tempfile::inline v0_1::platform::call
