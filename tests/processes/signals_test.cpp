// What cleanup_on_signals() promises besides cleaning up: the signal's origin, the core, the program's own handlers.
// How each signal ends a process is in ways_to_end_test.cpp. Everything happens in children.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using support::run_in_child;

class signals : public testing::Test {
 protected:
  struct owners {
    explicit owners(const fs::path& directory) : file{{.dir = directory}}, dir{{.dir = directory}} {
      if (support::has_linux_platform()) support::write_file(dir / "something", "in it");
    }
    tempfile::named_temporary_file file;
    tempfile::temporary_directory dir;

    [[nodiscard]] bool are_all_there() const { return fs::exists(file.path()) && fs::exists(dir.path()); }
    [[nodiscard]] bool are_all_gone() const { return !fs::exists(file.path()) && !fs::exists(dir.path()); }
  };

  // Runs `work` in a child that has an alarm and dumps no core.
  template <class Work>
  static int run(Work work) {
    return run_in_child([&] {
      support::expect_the_end(60);
      return work();
    });
  }

  // Those that no sanitizer handles: such a handler would be the program's.
  static tempfile::signal_options usual() {
    return {.signals = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM}};
  }

  static bool is_handled_by(int signal, void (*handler)(int)) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == handler;
  }

  void expect_nothing_left() const { EXPECT_TRUE(support::entries(directory_.path()).empty()); }

  support::scratch_directory directory_;
};

std::atomic<int> handled{0};
extern "C" void count_signal(int) { ++handled; }

TEST_F(signals, that_are_ignored_stay_ignored) {
  EXPECT_EQ(run([&] {
              std::signal(SIGHUP, SIG_IGN);
              const owners owned{directory_.path()};
              if (!tempfile::cleanup_on_signals(usual()).empty()) return 1;
              std::raise(SIGHUP);
              return is_handled_by(SIGHUP, SIG_IGN) && owned.are_all_there() ? 0 : 2;
            }),
            0);
}

TEST_F(signals, that_the_program_handles_are_left_alone_and_named) {
  EXPECT_EQ(run([&] {
              std::signal(SIGINT, count_signal);
              std::signal(SIGUSR2, count_signal);
              const owners owned{directory_.path()};
              if (tempfile::cleanup_on_signals(usual()) != std::vector{SIGINT, SIGUSR2}) return 1;
              std::raise(SIGINT);
              std::raise(SIGUSR2);
              return handled == 2 && owned.are_all_there() ? 0 : 2;
            }),
            0);
}

TEST_F(signals, whose_handler_is_installed_later_are_told_by_a_second_call) {
  EXPECT_EQ(run([&] {
              if (!tempfile::cleanup_on_signals(usual()).empty() || !tempfile::cleanup_on_signals(usual()).empty())
                return 1;
              std::signal(SIGTERM, count_signal);
              return tempfile::cleanup_on_signals(usual()) == std::vector{SIGTERM} ? 0 : 2;
            }),
            0);
}

TEST_F(signals, that_are_not_asked_for_do_what_they_did) {
  EXPECT_EQ(run([&] {
              if (!tempfile::cleanup_on_signals({.signals = {SIGUSR1}}).empty()) return 1;
              const owners owned{directory_.path()};
              std::raise(SIGTERM);
              return 2;
            }),
            -SIGTERM);
  EXPECT_EQ(support::entries(directory_.path()).size(), 2U);
}

TEST_F(signals, can_be_any_that_end_a_process) {
  EXPECT_EQ(run([&] {
              if (!tempfile::cleanup_on_signals({.signals = {SIGVTALRM, SIGRTMIN + 3}}).empty()) return 1;
              const owners owned{directory_.path()};
              std::raise(SIGRTMIN + 3);
              return 2;
            }),
            -(SIGRTMIN + 3));
  expect_nothing_left();
}

TEST_F(signals, that_do_not_end_a_process_are_refused_and_nothing_is_changed) {
  EXPECT_EQ(run([&] {
              for (const int bad : {SIGKILL, SIGSTOP, SIGCHLD, SIGWINCH, 0, -1, 1000}) {
                std::error_code error;
                tempfile::cleanup_on_signals({.signals = {SIGTERM, bad}}, error);
                if (error != std::errc::invalid_argument) return 1;
                if (!is_handled_by(SIGTERM, SIG_DFL)) return 2;
                try {
                  tempfile::cleanup_on_signals({.signals = {bad}});
                  return 3;
                } catch (const fs::filesystem_error& failed) {
                  const std::string what = failed.what();
                  if (what.find("signal " + std::to_string(bad) + " does not end a process") == what.npos) return 4;
                }
              }
              return 0;
            }),
            0);
}

// --- handlers of the program -----------------------------------------------------------------------------------------

siginfo_t seen{};
std::atomic<bool> was_gone{false};
fs::path looked_path;

extern "C" void look_at_origin(int, siginfo_t* info, void*) {
  seen = *info;
  was_gone = ::access(looked_path.c_str(), F_OK) != 0;
  ++handled;
}

TEST_F(signals, whose_handler_is_included_clean_up_first_and_call_it_with_their_origin) {
  EXPECT_EQ(run([&] {
              struct sigaction action {};
              action.sa_sigaction = look_at_origin;
              action.sa_flags = SA_SIGINFO;
              ::sigaction(SIGTERM, &action, nullptr);
              if (!tempfile::cleanup_on_signals({.over_handlers = true}).empty()) return 1;
              owners owned{directory_.path()};
              looked_path = owned.file.path();
              sigval value{};
              value.sival_int = 4711;
              if (::sigqueue(::getpid(), SIGTERM, value) != 0) return 2;
              ::usleep(1000);  // the thread sanitizer calls handlers only now and then
              if (handled != 1 || !was_gone || !owned.are_all_gone()) return 3;
              if (support::has_linux_platform() && (seen.si_code != SI_QUEUE || seen.si_value.sival_int != 4711))
                return 4;
              // The program lives on: what it owned is gone, without an error, and it can create.
              std::error_code error;
              owned.dir.cleanup(error);
              if (error) return 5;
              const owners again{directory_.path()};
              if (!again.are_all_there()) return 6;
              // Its handler is alone now, until it is included again.
              std::raise(SIGTERM);
              ::usleep(1000);
              if (handled != 2 || !again.are_all_there()) return 7;
              if (!tempfile::cleanup_on_signals({.over_handlers = true}).empty()) return 8;
              std::raise(SIGTERM);
              ::usleep(1000);
              return handled == 3 && again.are_all_gone() ? 0 : 9;
            }),
            0);
  expect_nothing_left();
}

extern "C" void clean_up_and_end(int) {
  tempfile::cleanup_now(tempfile::after_cleanup::end);
  ::_exit(5);
}

extern "C" void clean_up_and_go_on(int) { tempfile::cleanup_now(); }

template <class Work>
void while_threads_create(const fs::path& directory, Work work) {
  std::atomic<bool> is_over{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!is_over) {
        std::error_code error;
        const tempfile::temporary_directory made{{.dir = directory}, error};
        const tempfile::named_temporary_file file{{.dir = directory}, error};
      }
    });
  }
  work();
  is_over = true;
  for (std::thread& each : threads) each.join();
}

TEST_F(signals, can_be_handled_by_a_program_that_cleans_up_itself_and_ends) {
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(run([&] {
                std::signal(SIGTERM, clean_up_and_end);
                const owners owned{directory_.path()};
                while_threads_create(directory_.path(), [] {
                  ::usleep(2000);
                  std::raise(SIGTERM);
                });
                return 1;
              }),
              5);
    expect_nothing_left();
  }
}

TEST_F(signals, can_be_handled_by_a_program_that_cleans_up_itself_and_goes_on) {
  EXPECT_EQ(run([&] {
              std::signal(SIGUSR1, clean_up_and_go_on);
              std::atomic<int> failures{0};
              while_threads_create(directory_.path(), [&] {
                for (int i = 0; i < 200; ++i) {
                  const owners owned{directory_.path()};
                  std::raise(SIGUSR1);
                  if (!owned.are_all_gone()) ++failures;
                }
              });
              return failures == 0 ? 0 : 1;
            }),
            0);
  expect_nothing_left();
}

TEST_F(signals, can_be_handled_without_a_change_of_errno) {
  EXPECT_EQ(run([&] {
              const owners owned{directory_.path()};
              const tempfile::temporary_directory vanished{{.dir = directory_.path()}};
              fs::remove(vanished.path());
              errno = 4711;
              tempfile::cleanup_now();
              return errno == 4711 && owned.are_all_gone() ? 0 : 1;
            }),
            0);
}

TEST_F(signals, that_end_the_program_make_other_threads_wait_and_then_fail) {
  EXPECT_EQ(
      run([&] {
        tempfile::cleanup_now(tempfile::after_cleanup::end);  // there is nothing to close yet
        const owners owned{directory_.path()};
        tempfile::cleanup_now(tempfile::after_cleanup::end);
        if (!owned.are_all_gone()) return 1;
        std::error_code in_thread;
        std::thread{[&] { const tempfile::temporary_directory made{{.dir = directory_.path()}, in_thread}; }}.join();
        if (in_thread != std::errc::operation_canceled) return 2;
        const owners late{directory_.path()};  // of the thread that ends the program
        return late.are_all_there() ? 0 : 3;
      }),
      0);
  expect_nothing_left();
}

// --- stacks ----------------------------------------------------------------------------------------------------------

TEST_F(signals, of_a_thread_whose_stack_has_overflowed_clean_up_if_it_has_another) {
  if (support::has_sanitizer) GTEST_SKIP() << "a sanitizer's stack overflows elsewhere";
  EXPECT_EQ(run([&] {
              tempfile::cleanup_on_signals();
              const owners owned{directory_.path()};
              std::thread{[] {
                const tempfile::signal_stack stack;
                return support::overflow_the_stack();
              }}.join();
              return 1;
            }),
            -SIGSEGV);
  expect_nothing_left();
}

TEST_F(signals, may_have_stacks_of_the_programs_own) {
  EXPECT_EQ(run([&] {
              const auto known = [] {
                stack_t stack{};
                ::sigaltstack(nullptr, &stack);
                return stack;
              };
              bool is_right = true;
              std::thread{[&] {
                stack_t none{};  // a sanitizer may have set one
                none.ss_flags = SS_DISABLE;
                ::sigaltstack(&none, nullptr);
                {
                  const tempfile::signal_stack stack;
                  is_right = known().ss_size >= 64U * 1024 && (known().ss_flags & SS_DISABLE) == 0;
                  const tempfile::signal_stack nested;
                }
                is_right = is_right && (known().ss_flags & SS_DISABLE) != 0;
                std::vector<char> memory(128U * 1024);
                stack_t own{};
                own.ss_sp = memory.data();
                own.ss_size = memory.size();
                ::sigaltstack(&own, nullptr);
                { const tempfile::signal_stack unused; }
                is_right = is_right && known().ss_sp == memory.data();
                ::sigaltstack(&none, nullptr);
              }}.join();
              return is_right ? 0 : 1;
            }),
            0);
}

// --- the end, as a debugger and the parent see it --------------------------------------------------------------------

#if defined(__linux__)

// Runs `work` in a child until a signal is about to be delivered to it for the second time: first to the handler, then
// to what ends the process. Calls look(child) each time.
template <class Work, class Look>
int trace_signal(int signal, Work work, Look look) {
  const pid_t child = ::fork();
  if (child == -1) return -1;
  if (child == 0) {
    ::alarm(60);
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    work();
    ::_exit(1);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
    if (WSTOPSIG(status) == signal) look(child);
    ::ptrace(PTRACE_CONT, child, nullptr, WSTOPSIG(status));
  }
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

std::vector<siginfo_t> origins_of(int signal, void (*end)(), const fs::path& directory) {
  std::vector<siginfo_t> origins;
  const auto work = [&] {
    const tempfile::temporary_directory owned{{.dir = directory}};
    tempfile::cleanup_on_signals({.signals = {signal}});
    end();
  };
  const int ended = trace_signal(signal, work, [&](pid_t child) {
    siginfo_t info{};
    ::ptrace(PTRACE_GETSIGINFO, child, nullptr, &info);
    origins.push_back(info);
  });
  EXPECT_EQ(ended, signal);
  return origins;
}

TEST_F(signals, of_a_fault_end_the_process_with_the_address_of_the_fault) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX can't send a signal with its origin";
  if (support::has_sanitizer) GTEST_SKIP() << "a sanitizer handles faults itself";
  const auto origins = origins_of(
      SIGSEGV, [] { *reinterpret_cast<volatile int*>(0x123450) = 1; }, directory_.path());
  ASSERT_EQ(origins.size(), 2U);
  for (const siginfo_t& each : origins) {
    EXPECT_EQ(each.si_code, SEGV_MAPERR);
    EXPECT_EQ(each.si_addr, reinterpret_cast<void*>(0x123450));
  }
  expect_nothing_left();
}

TEST_F(signals, end_the_process_with_their_sender) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX can't send a signal with its origin";
  const auto origins = origins_of(
      SIGTERM,
      [] {
        const pid_t sender = ::fork();
        if (sender == 0) {
          ::kill(::getppid(), SIGTERM);
          ::_exit(0);
        }
        while (true) ::pause();
      },
      directory_.path());
  ASSERT_EQ(origins.size(), 2U);
  EXPECT_EQ(origins[0].si_pid, origins[1].si_pid);
  EXPECT_EQ(origins[1].si_code, SI_USER);
  expect_nothing_left();
}

#if defined(__x86_64__)
TEST_F(signals, of_a_fault_end_the_process_at_the_instruction_at_fault) {
  if (support::has_sanitizer) GTEST_SKIP() << "a sanitizer handles faults itself";
  std::vector<user_regs_struct> states;
  const auto work = [&] {
    const tempfile::temporary_directory owned{{.dir = directory_.path()}};
    tempfile::cleanup_on_signals();
    *reinterpret_cast<volatile int*>(0x123450) = 1;
  };
  EXPECT_EQ(trace_signal(SIGSEGV, work,
                         [&](pid_t child) {
                           user_regs_struct registers{};
                           ::ptrace(PTRACE_GETREGS, child, nullptr, &registers);
                           states.push_back(registers);
                         }),
            SIGSEGV);
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].rip, states[1].rip);
  EXPECT_EQ(states[0].rsp, states[1].rsp);
  EXPECT_EQ(states[0].rax, states[1].rax);
  expect_nothing_left();
}

// Its instruction does not trap again.
TEST_F(signals, of_a_breakpoint_end_the_process) {
  EXPECT_EQ(run([&] {
              tempfile::cleanup_on_signals();
              const owners owned{directory_.path()};
              asm volatile("int3");
              return 1;
            }),
            -SIGTRAP);
  expect_nothing_left();
}
#endif
#endif

}  // namespace
