// The seam's calls that only Linux has; see posix/calls.hpp.
#pragma once

#include <linux/openat2.h>

#include <cstddef>

#include "platform/posix/calls.hpp"

namespace tempfile::platform::call {

int openat2(int directory, const char* path, const open_how& how) noexcept;       // Linux 5.6
int fchmodat2(int directory, const char* path, mode_t mode, int flags) noexcept;  // Linux 6.6
ssize_t getdents64(int directory, void* buffer, std::size_t size) noexcept;

// mmap() of zeroed memory, then madvise(MADV_WIPEONFORK), Linux 4.14; null on failure.
void* map_wiped_on_fork(std::size_t size) noexcept;
void unmap(void* memory, std::size_t size) noexcept;

}  // namespace tempfile::platform::call
