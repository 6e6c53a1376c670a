// Children with other rights than the test has: as an ordinary user, or with mounts of their own.
#pragma once

#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "support.hpp"

namespace support {

inline constexpr uid_t nobody = 65534;

// What the functions below return where the system refuses what the child needs. (Tests exit with small numbers.)
inline constexpr int not_available = 77;

inline bool become_ordinary_user() {
  return ::setgroups(0, nullptr) == 0 && ::setgid(nobody) == 0 && ::setuid(nobody) == 0;
}

// Runs `work` in a child that is an ordinary user: nobody, or whoever runs the tests if that isn't root.
template <class Work>
int run_as_ordinary_user(Work work) {
  return run_in_child([&] {
    if (is_root() && !become_ordinary_user()) return not_available;
    return work();
  });
}

// Runs `work` in a child whose mounts nobody else sees, and which end with it.
template <class Work>
int run_with_own_mounts(Work work) {
  return run_in_child([&] {
    if (::unshare(CLONE_NEWNS) != 0) return not_available;
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return not_available;
    return work();
  });
}

// Mounts an empty file system in memory; `how` is its size and so on.
inline bool mount_memory(const std::filesystem::path& where, const std::string& how = "", unsigned long flags = 0) {
  return ::mount("tmpfs", where.c_str(), "tmpfs", flags, how.c_str()) == 0;
}

}  // namespace support
