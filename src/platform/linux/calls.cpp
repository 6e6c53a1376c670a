#include "platform/linux/calls.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tempfile::platform::call {
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

void* map_wiped_on_fork(std::size_t size) noexcept {
  void* const page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (::madvise(page, size, MADV_WIPEONFORK) == 0) return page;
  ::munmap(page, size);
  return nullptr;
}

void unmap(void* memory, std::size_t size) noexcept { ::munmap(memory, size); }

}  // namespace tempfile::platform::call
