// POSIX and Linux for the tests: their headers, which no other test includes by itself; limits of the process;
// children, also with other rights than the test has. A test that includes this needs such a system.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/fs.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/user.h>
#include <sys/xattr.h>
#endif

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <string>

#include "support/support.hpp"

namespace support {

inline bool is_root() { return ::geteuid() == 0; }

inline std::size_t open_descriptors() {
  constexpr int most = 4096;
  std::size_t count = 0;
  for (int descriptor = 0; descriptor < most; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) != -1) ++count;
  }
  return count;
}

inline mode_t mode_of_descriptor(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 ? status.st_mode : 0;
}

class umask_guard {
 public:
  explicit umask_guard(mode_t mask) : before_{::umask(mask)} {}
  umask_guard(const umask_guard&) = delete;
  umask_guard& operator=(const umask_guard&) = delete;
  ~umask_guard() { ::umask(before_); }

 private:
  mode_t before_;
};

// While it lives, this process can't make a file longer than `bytes`: writing fails with EFBIG.
class file_size_limit {
 public:
  explicit file_size_limit(rlim_t bytes) : signal_before_{std::signal(SIGXFSZ, SIG_IGN)} {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_before_);
  }

 private:
  rlimit before_{};
  void (*signal_before_)(int);
};

// While it lives, this process gets no descriptor of that number or above.
class descriptor_limit {
 public:
  explicit descriptor_limit(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit limit{most, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  descriptor_limit(const descriptor_limit&) = delete;
  descriptor_limit& operator=(const descriptor_limit&) = delete;
  ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

// --- children --------------------------------------------------------------------------------------------------------

// Runs `work` in a forked child and returns its exit status, or minus the signal that ended it. The child ends by
// _exit(), so nothing of the parent's is destroyed in it.
template <class Work>
int run_in_child(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    int result = 255;
    try {
      result = work();
    } catch (...) {
      result = 254;
    }
    ::_exit(result);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) == -1 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

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

// For a child that is to end: it has so many seconds, and dumps no core.
inline void expect_the_end(unsigned seconds) {
  ::alarm(seconds);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
}

// Uses up the stack. (The compiler must not see that it never ends.)
inline int overflow_the_stack(int depth = 0) {  // NOLINT(misc-no-recursion)
  volatile char page[4096];
  page[0] = static_cast<char>(depth);
  return depth == -1 ? 0 : overflow_the_stack(depth + 1) + page[0];
}

// Runs `work`, which may make any number of processes and kill them, where it can hurt nobody: in a process-id
// namespace of its own, if that can be had, which ends with everything in it when `work` returns or `seconds` are over.
template <class Work>
int run_in_storm(unsigned seconds, Work work) {
  return run_in_child([&] {
    ::alarm(seconds);
#if defined(__linux__)
    if (::unshare(CLONE_NEWPID | CLONE_NEWNS) == 0) {
      return run_in_child([&] {  // the first in it: whatever else there is ends with it
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
        ::mount("proc", "/proc", "proc", 0, nullptr);  // a leak detector looks for the process there
        return work();
      });
    }
#endif
    return work();
  });
}

// Sends a signal to a child that fork() has returned. A fork() that has failed returns -1, which means everybody.
inline bool send(pid_t child, int signal) { return child > 0 && ::kill(child, signal) == 0; }

// Writes one file system to its disk, where the system can. (sync() writes others, too, which another test may want to
// be lost.)
inline bool sync_file_system(const std::filesystem::path& directory) {
#if defined(__linux__)
  const int opened = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_written = ::syncfs(opened) == 0;
  ::close(opened);
  return is_written;
#else
  static_cast<void>(directory);
  ::sync();
  return true;
#endif
}

// Mounts an empty file system in memory; `how` is its size and so on.
inline bool mount_memory(const std::filesystem::path& where, const std::string& how = "", unsigned long flags = 0) {
  return ::mount("tmpfs", where.c_str(), "tmpfs", flags, how.c_str()) == 0;
}

}  // namespace support
