// A forked child never removes what its parent owns.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "support/hook_listener.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using support::run_in_child;

class fork_test : public testing::Test {
 protected:
  struct owners {
    explicit owners(const fs::path& directory)
        : file{{.dir = directory}}, dir{{.dir = directory}}, path{tempfile::mkstemp({.dir = directory}).path} {}
    tempfile::named_temporary_file file;
    tempfile::temporary_directory dir;
    tempfile::temporary_path path;

    [[nodiscard]] bool are_all_there() const {
      return fs::exists(file.path()) && fs::exists(dir.path()) && fs::exists(path.path());
    }
  };

  support::scratch_directory directory_;
};

TEST_F(fork_test, destructors_in_the_child_remove_nothing) {
  const support::hook_listener hook;
  auto owned = std::make_unique<owners>(directory_.path());
  EXPECT_EQ(run_in_child([&] {
              owned.reset();
              return hook.told().empty() ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(owned->are_all_there());
  owned.reset();
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_F(fork_test, exit_in_the_child_removes_nothing) {
  static std::unique_ptr<owners> owned;
  owned = std::make_unique<owners>(directory_.path());
  std::fflush(nullptr);  // or exit() in the child would print what this process has buffered
  const pid_t child = ::fork();
  if (child == 0) std::exit(0);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(owned->are_all_there());
  owned.reset();
}

TEST_F(fork_test, the_child_is_refused_when_it_asks_to_remove) {
  owners owned{directory_.path()};
  EXPECT_EQ(run_in_child([&] {
              std::error_code error;
              owned.dir.cleanup(error);
              if (error != tempfile::errc::not_owner || error != std::errc::operation_not_permitted) return 1;
              owned.path.remove(error);
              return error == tempfile::errc::not_owner ? 0 : 2;
            }),
            0);
  EXPECT_TRUE(owned.are_all_there());
}

TEST_F(fork_test, the_child_closes_without_removing) {
  owners owned{directory_.path()};
  EXPECT_EQ(run_in_child([&] {
              std::error_code error;
              owned.file.close(error);
              return error ? 1 : 0;
            }),
            0);
  EXPECT_TRUE(owned.are_all_there());
}

TEST_F(fork_test, moves_and_swaps_in_the_child_remove_nothing) {
  owners owned{directory_.path()};
  EXPECT_EQ(run_in_child([&] {
              owners own{directory_.path()};
              own.file.swap(owned.file);
              swap(own.dir, owned.dir);
              own.path = std::move(owned.path);
              own.dir = tempfile::temporary_directory{{.dir = directory_.path()}};
              return 0;
            }),
            0);
  EXPECT_TRUE(owned.are_all_there());
}

TEST_F(fork_test, what_the_child_makes_is_its_own) {
  const owners owned{directory_.path()};
  const auto before = support::entries(directory_.path());
  EXPECT_EQ(run_in_child([&] {
              {
                const owners own{directory_.path()};
                if (!own.are_all_there()) return 1;
              }
              return support::entries(directory_.path()) == before ? 0 : 2;
            }),
            0);
  EXPECT_TRUE(owned.are_all_there());
}

TEST_F(fork_test, a_grandchild_removes_nothing_either) {
  const auto owned = std::make_unique<owners>(directory_.path());
  EXPECT_EQ(run_in_child([&] {
              auto childs = std::make_unique<owners>(directory_.path());
              const int status = run_in_child([&] {
                childs.reset();
                return 0;
              });
              return status == 0 && childs->are_all_there() ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(owned->are_all_there());
}

// --- children of every kind ------------------------------------------------------------------------------------------

using make_child = pid_t (*)();

pid_t by_clone() {
#if defined(__linux__)  // runs no pthread_atfork() handler
  return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
#else
  return ::fork();
#endif
}

// Returns the child's exit status, or minus the signal that ended it.
int end_of(pid_t child) {
  int status = 0;
  if (child <= 0 || ::waitpid(child, &status, 0) != child) return -1000;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

class children : public fork_test, public testing::WithParamInterface<make_child> {};

TEST_P(children, remove_nothing_of_their_parents_however_they_end) {
  EXPECT_EQ(run_in_child([&] {
              auto* const owned = new owners{directory_.path()};
              if (!tempfile::cleanup_on_signals({.signals = {SIGTERM, SIGUSR1}}).empty()) return 1;
              const auto survives = [&](int expected, void (*end)(owners*)) {
                std::fflush(nullptr);  // or exit() in the child would print what this process has buffered
                const pid_t child = GetParam()();
                if (child == 0) {
                  end(owned);
                  ::_exit(99);
                }
                return end_of(child) == expected && owned->are_all_there();
              };
              if (!survives(0, [](owners*) { std::exit(0); })) return 2;
              if (!survives(0, [](owners*) { std::quick_exit(0); })) return 3;
              if (!survives(-SIGTERM, [](owners*) { std::raise(SIGTERM); })) return 4;
              if (!survives(5, [](owners*) {
                    tempfile::cleanup_now();
                    ::_exit(5);
                  })) {
                return 5;
              }
              if (!survives(6, [](owners* copy) {
                    delete copy;
                    ::_exit(6);
                  })) {
                return 6;
              }
              const bool is_clean = survives(-SIGUSR1, [](owners* copy) {
                const tempfile::temporary_directory own{{.dir = copy->dir.path().parent_path()}};
                std::raise(SIGUSR1);
              });
              if (!is_clean || support::entries(directory_.path()).size() != 3) return 7;
              delete owned;
              return support::entries(directory_.path()).empty() ? 0 : 8;
            }),
            0);
}

INSTANTIATE_TEST_SUITE_P(made_by, children, testing::Values(make_child{::fork}, make_child{by_clone}),
                         [](const auto& tested) { return tested.param == make_child{::fork} ? "fork" : "clone"; });

// It shares all memory with its parent, which waits; the signal is its own.
TEST_F(fork_test, a_signal_in_a_child_made_by_vfork_ends_that_alone_and_removes_nothing) {
  EXPECT_EQ(run_in_child([&] {
              owners owned{directory_.path()};
              if (!tempfile::cleanup_on_signals({.signals = {SIGTERM}}).empty()) return 1;
              const pid_t child = ::vfork();
              if (child == 0) {
                ::kill(::getpid(), SIGTERM);
                ::_exit(99);
              }
              if (end_of(child) != -SIGTERM) return 2;
              if (!owned.are_all_there()) return 3;
              const tempfile::temporary_directory another{{.dir = directory_.path()}};
              std::raise(SIGTERM);
              return 4;
            }),
            -SIGTERM);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_F(fork_test, programs_that_the_process_starts_remove_nothing) {
  EXPECT_EQ(run_in_child([&] {
              owners owned{directory_.path()};
              tempfile::cleanup_on_signals();
              if (std::system("kill -TERM $$") == 0) return 1;  // NOLINT(cert-env33-c)
              char name[] = "sh";
              char option[] = "-c";
              char command[] = "kill -TERM $$";
              char* const arguments[]{name, option, command, nullptr};
              pid_t child = 0;
              if (::posix_spawn(&child, "/bin/sh", nullptr, nullptr, arguments, nullptr) != 0) return 2;
              if (end_of(child) != -SIGTERM) return 3;
              return owned.are_all_there() ? 0 : 4;
            }),
            0);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

// --- handing over ----------------------------------------------------------------------------------------------------

TEST_F(fork_test, a_child_that_takes_over_owns_what_its_parent_owned) {
  auto owned = std::make_unique<owners>(directory_.path());
  EXPECT_EQ(run_in_child([&] {
              if (!tempfile::take_over()) return 1;
              if (tempfile::take_over()) return 2;
              const tempfile::temporary_directory own{{.dir = directory_.path()}};
              owned->dir.cleanup();
              if (support::entries(directory_.path()).size() != 3) return 3;
              owned.reset();
              return support::entries(directory_.path()).size() == 1 ? 0 : 4;
            }),
            0);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
  tempfile::hand_over();
  std::error_code error;
  owned->dir.cleanup(error);
  EXPECT_EQ(error, tempfile::errc::not_owner);
  const tempfile::named_temporary_file again{{.dir = directory_.path()}};
  EXPECT_TRUE(fs::exists(again.path()));
}

TEST_F(fork_test, a_parent_that_hands_over_removes_nothing_however_it_ends) {
  EXPECT_EQ(run_in_child([&] {
              auto owned = std::make_unique<owners>(directory_.path());
              tempfile::hand_over();
              if (!owned->are_all_there()) return 1;
              const owners own{directory_.path()};
              owned.reset();
              std::exit(0);
            }),
            0);
  EXPECT_EQ(support::entries(directory_.path()).size(), 3U);
}

TEST_F(fork_test, a_daemon_owns_what_was_made_before_and_is_cleaned_up_by_a_signal) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  EXPECT_EQ(run_in_child([&] {
              const owners owned{directory_.path()};
              tempfile::cleanup_on_signals();
              const pid_t middle = ::fork();
              if (middle != 0) ::_exit(middle == -1 ? 1 : 0);
              if (!tempfile::take_over()) ::_exit(2);
              const pid_t daemon = ::fork();  // twice, as daemons do
              if (daemon != 0) ::_exit(daemon == -1 ? 3 : 0);
              if (!tempfile::take_over()) ::_exit(4);
              const tempfile::temporary_directory own{{.dir = directory_.path()}};
              const bool is_right = owned.are_all_there();
              static_cast<void>(::write(ready[1], is_right ? "+" : "-", 1));
              ::close(ready[1]);
              std::raise(SIGTERM);
              return 5;
            }),
            0);
  ::close(ready[1]);
  char told = 0;
  EXPECT_EQ(::read(ready[0], &told, 1), 1);
  EXPECT_EQ(told, '+');
  for (int i = 0; i < 500 && !support::entries(directory_.path()).empty(); ++i) ::usleep(10'000);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
  ::close(ready[0]);
}

TEST_F(fork_test, there_is_nothing_to_take_over_without_a_fork_or_after_creating) {
  const owners owned{directory_.path()};
  EXPECT_FALSE(tempfile::take_over());
  EXPECT_EQ(run_in_child([&] {
              const tempfile::temporary_directory own{{.dir = directory_.path()}};
              return tempfile::take_over() ? 1 : 0;
            }),
            0);
  EXPECT_TRUE(owned.are_all_there());
}

// A child may be forked while other threads are creating and removing.
TEST_F(fork_test, of_a_process_with_busy_threads_leaves_no_child_stuck) {
  if (support::has_sanitizer) GTEST_SKIP() << "a sanitizer's allocator has locks that such a child finds held";
  EXPECT_EQ(run_in_child([&] {
              ::alarm(60);
              std::atomic<bool> is_over{false};
              std::vector<std::thread> threads;
              for (int i = 0; i < 3; ++i) {
                threads.emplace_back([&] {
                  while (!is_over) const tempfile::temporary_directory made{{.dir = directory_.path()}};
                });
              }
              int mistakes = 0;
              for (int i = 0; i < 50; ++i) {
                mistakes += run_in_child([&] {
                              ::alarm(10);
                              if (i % 2 == 0 && !tempfile::take_over()) return 0;  // nothing was made yet
                              const owners own{directory_.path()};
                              return own.are_all_there() ? 0 : 1;
                            }) == 0
                                ? 0
                                : 1;
              }
              is_over = true;
              for (std::thread& each : threads) each.join();
              return mistakes;
            }),
            0);
}

// In a new process-id namespace the first child has number 1, and so has the first child of that in the next one.
TEST_F(fork_test, a_child_with_its_parents_process_id_removes_nothing) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX tells processes apart by their number only";
  if (!support::is_root()) GTEST_SKIP() << "needs root, to make process-id namespaces";
  constexpr int no_namespaces = 77;
  const int status = run_in_child([&] {
    if (::unshare(CLONE_NEWPID) != 0) return no_namespaces;
    return run_in_child([&] {
      if (::getpid() != 1) return no_namespaces;
      auto* const owned = new owners{directory_.path()};
      if (::unshare(CLONE_NEWPID) != 0) return no_namespaces;
      const int grandchild = run_in_child([&] {
        if (::getpid() != 1) return no_namespaces;
        owned->~owners();
        return 0;
      });
      if (grandchild != 0) return grandchild;
      const bool is_right = owned->are_all_there();
      delete owned;
      return is_right ? 0 : 1;
    });
  });
  if (status == no_namespaces) GTEST_SKIP() << "needs process-id namespaces";
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST(a_forked_child, that_writes_through_the_descriptor_moves_its_parents_stream_on) {
  tempfile::temporary_file file;
  file << "parent, " << std::flush;
  EXPECT_EQ(support::run_in_child([&] { return ::write(file.native_handle(), "child, ", 7) == 7 ? 0 : 1; }), 0);
  file << "parent again";
  file.seek(0);
  std::string all;
  std::getline(file, all);
  EXPECT_EQ(all, "parent, child, parent again");
}

}  // namespace
