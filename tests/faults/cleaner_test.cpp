// Cleaning up in a signal handler when the system refuses, when files are at fault, and without what a handler may not
// have. Everything happens in children.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <thread>
#include <vector>

#include "faults.hpp"
#include "support/posix.hpp"
#include "support/removal.hpp"
#include "support/support.hpp"
#if defined(__linux__)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#endif

namespace {

namespace fs = std::filesystem;

class cleaner : public testing::Test {
 protected:
  template <class Work>
  static int run(Work work) {
    return support::run_in_child([&] {
      support::expect_the_end(60);
      return work();
    });
  }

  [[nodiscard]] std::size_t left() const { return support::entries(scratch_.path()).size(); }

  support::scratch_directory scratch_;
};

TEST_F(cleaner, is_ended_at_once_by_a_fault_of_its_own) {
  EXPECT_EQ(run([&] {
              const tempfile::named_temporary_file file{{.dir = scratch_.path()}};
              tempfile::cleanup_on_signals({.signals = {SIGTERM, SIGSEGV}, .over_handlers = true});
              const faults::intervention fault{faults::call::unlinkat, 1,
                                               [] { *reinterpret_cast<volatile int*>(0x123450) = 1; }};
              std::raise(SIGTERM);
              return 1;
            }),
            -SIGSEGV);
}

// The signal comes in the midst of what exit() does, on the same thread: it waits.
// The signal comes in the midst of what exit() does, on the same thread: it waits.
TEST_F(cleaner, of_exit_is_not_disturbed_by_a_signal) {
  EXPECT_EQ(run([&] {
              std::vector<tempfile::named_temporary_file> files;
              for (int i = 0; i < 5; ++i) files.push_back(tempfile::named_temporary_file{{.dir = scratch_.path()}});
              tempfile::cleanup_on_signals({.signals = {SIGTERM}});
              // Never destroyed: exit() comes to what it is for after all destructors.
              static const auto* const signal =
                  new faults::intervention{faults::call::unlinkat, 2, [] { std::raise(SIGTERM); }};
              if (signal != nullptr) std::exit(0);
              return 1;
            }),
            -SIGTERM);
  EXPECT_EQ(left(), 0U);
}

extern "C" void clean_up_now(int) { tempfile::cleanup_now(); }

// The same, where the program goes on: both removals use the same memory.
TEST_F(cleaner, that_a_handler_calls_waits_for_one_on_the_same_thread) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: elsewhere handlers leave trees";
  EXPECT_EQ(run([&] {
              std::signal(SIGUSR1, clean_up_now);
              const tempfile::temporary_directory tree{{.dir = scratch_.path()}};
              removal::make_chain(tree / "first", 20, "d");
              removal::make_chain(tree / "second", 20, "d");
              bool was_there = false;
              const faults::intervention signal{faults::call::unlinkat, 30, [&] {
                                                  std::raise(SIGUSR1);
                                                  was_there = fs::exists(tree.path());
                                                }};
              tempfile::cleanup_now();
              return was_there && !fs::exists(tree.path()) ? 0 : 1;
            }),
            0);
  EXPECT_EQ(left(), 0U);
}

TEST_F(cleaner, tries_at_exit_what_could_not_be_removed_before) {
  EXPECT_EQ(run([&] {
              {
                const tempfile::named_temporary_file file{{.dir = scratch_.path()}};
                const faults::failing failing{faults::call::unlinkat, EIO};
                const tempfile::temporary_directory directory{{.dir = scratch_.path()}};
              }
              if (left() != 0) std::exit(0);
              return 1;
            }),
            0);
  EXPECT_EQ(left(), 0U);
}

TEST_F(cleaner, ends_the_process_also_if_nothing_can_be_removed) {
  EXPECT_EQ(run([&] {
              const tempfile::named_temporary_file file{{.dir = scratch_.path()}};
              const tempfile::temporary_directory directory{{.dir = scratch_.path()}};
              const faults::failing failing{faults::call::unlinkat, EIO};
              tempfile::cleanup_on_signals({.signals = {SIGTERM}});
              std::raise(SIGTERM);
              return 1;
            }),
            -SIGTERM);
  EXPECT_EQ(left(), 2U);
}

TEST_F(cleaner, has_nothing_to_remove_where_no_memory_can_be_had_for_the_table) {
  EXPECT_EQ(run([&] {
              const faults::failing failing{faults::call::map_memory, ENOMEM};
              std::error_code error;
              const tempfile::temporary_directory made{{.dir = scratch_.path()}, error};
              if (error != std::errc::not_enough_memory || !made.path().empty()) return 1;
              const tempfile::named_temporary_file file{{.dir = scratch_.path()}, error};
              if (error != std::errc::not_enough_memory) return 2;
              return left() == 0 ? 0 : 3;
            }),
            0);
}

#if defined(__linux__)

TEST_F(cleaner, ends_the_process_where_a_filter_refuses_to_send_a_signal_with_its_origin) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX has no such call";
  EXPECT_EQ(run([&] {
              const tempfile::named_temporary_file file{{.dir = scratch_.path()}};
              tempfile::cleanup_on_signals({.signals = {SIGTERM}});
              const faults::failing failing{faults::call::rt_tgsigqueueinfo, EPERM};
              std::raise(SIGTERM);
              return 1;
            }),
            -SIGTERM);
  EXPECT_EQ(left(), 0U);
}

TEST_F(cleaner, misses_no_thread_that_creates_where_there_is_no_barrier_for_all) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX has no such call, and is tested all the time";
  for (int round = 0; round < 50; ++round) {
    EXPECT_EQ(run([&] {
                const faults::failing failing{faults::call::membarrier, ENOSYS};
                tempfile::cleanup_on_signals({.signals = {SIGTERM}});
                std::vector<std::thread> threads;
                for (int i = 0; i < 3; ++i) {
                  threads.emplace_back([&] {
                    while (true) {
                      std::error_code error;
                      const tempfile::temporary_directory made{{.dir = scratch_.path()}, error};
                    }
                  });
                }
                ::usleep(1000);
                ::kill(::getpid(), SIGTERM);
                while (true) ::pause();
                return 1;
              }),
              -SIGTERM);
    EXPECT_EQ(left(), 0U);
  }
}

// What a handler does that takes a lock (futex), memory (brk, mmap) or anything else ends the process by SIGSYS.
bool allow_only(const std::vector<long>& calls) {
  std::vector<sock_filter> filter;
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (const long call : calls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST_F(cleaner, makes_no_system_call_but_those_that_remove_and_send_the_signal) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: other systems' calls differ";
  if (support::has_sanitizer) GTEST_SKIP() << "a sanitizer makes calls of its own";
  const std::vector<long> calls{SYS_unlinkat,     SYS_openat,       SYS_openat2, SYS_getdents64, SYS_close,
                                SYS_fstat,        SYS_newfstatat,   SYS_statx,   SYS_fchmod,     SYS_renameat,
                                SYS_lseek,        SYS_getuid,       SYS_geteuid, SYS_membarrier, SYS_rt_sigprocmask,
                                SYS_rt_sigaction, SYS_rt_sigreturn, SYS_gettid,  SYS_getpid,     SYS_rt_tgsigqueueinfo,
                                SYS_tgkill,       SYS_fcntl};
  EXPECT_EQ(run([&] {
              const tempfile::named_temporary_file file{{.dir = scratch_.path()}};
              const tempfile::temporary_directory tree{{.dir = scratch_.path()}};
              removal::make_small_tree(tree / "small");
              removal::make_chain(tree / "deep", 500, "d");
              const tempfile::temporary_path adopted{tempfile::mkstemp({.dir = scratch_.path()}).path};
              tempfile::cleanup_on_signals({.signals = {SIGTERM}});
              if (!allow_only(calls)) return support::not_available;
              std::raise(SIGTERM);
              return 1;
            }),
            -SIGTERM);
  EXPECT_EQ(left(), 0U);
}

#endif

}  // namespace
