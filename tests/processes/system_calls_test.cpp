// Which system calls an object costs: the floor, and nothing else. A child is traced while it makes one.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#if defined(__linux__)

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using calls = std::vector<long>;

const std::map<long, const char*> names = {
    {SYS_openat, "openat"}, {SYS_close, "close"}, {SYS_unlinkat, "unlinkat"},     {SYS_mkdirat, "mkdirat"},
    {SYS_fchmod, "fchmod"}, {SYS_fstat, "fstat"}, {SYS_newfstatat, "newfstatat"}, {SYS_lseek, "lseek"},
};

std::string text_of(const calls& made) {
  std::string text;
  for (const long number : made) {
    const auto found = names.find(number);
    text += (found == names.end() ? "call " + std::to_string(number) : found->second) + std::string{" "};
  }
  return text;
}

// In the child: runs `work` between two calls that nothing else makes.
[[noreturn]] void run_traced(const std::function<void()>& work) {
  ::alarm(30);
  work();  // what is done once for a thread is done now
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(1);
  ::raise(SIGSTOP);
  ::syscall(SYS_getppid);
  work();
  ::syscall(SYS_getppid);
  ::_exit(0);
}

// The system calls of `work`, in order; nothing where they can't be observed.
std::optional<calls> traced(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child < 0) return std::nullopt;
  if (child == 0) run_traced(work);
  calls made;
  bool is_observed = false;
  bool is_between = false;
  int status = 0;
  while (::waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
    __ptrace_syscall_info info{};  // Linux 5.3
    const bool is_call = WSTOPSIG(status) == (SIGTRAP | 0x80) &&
                         ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) > 0 &&
                         info.op == PTRACE_SYSCALL_INFO_ENTRY;
    if (is_call) {
      const long number = static_cast<long>(info.entry.nr);
      if (number == SYS_getppid) {
        is_observed = is_observed || is_between;
        is_between = !is_between;
      } else if (is_between) {
        made.push_back(number);
      }
    }
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    if (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) break;
  }
  if (!is_observed) return std::nullopt;
  return made;
}

class one_object_costs : public testing::Test {
 protected:
  void SetUp() override {
    if (support::has_sanitizer) GTEST_SKIP() << "needs a build without sanitizers, which make calls of their own";
    if (!support::has_linux_platform()) GTEST_SKIP() << "needs the Linux platform";
  }

  void expect(const calls& floor, const std::function<void()>& work) {
    const std::optional<calls> made = traced(work);
    if (!made) GTEST_SKIP() << "needs ptrace";
    EXPECT_EQ(*made, floor) << text_of(*made);
  }

  [[nodiscard]] bool has_unnamed_files() const {
    return tempfile::file_handle{::open(directory_.path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)}.is_open();
  }

  support::scratch_directory directory_;
  const fs::path dir_{directory_.path()};
};

TEST_F(one_object_costs, open_and_close_without_a_name) {
  if (!has_unnamed_files()) GTEST_SKIP() << "needs a file system with O_TMPFILE";
  expect({SYS_openat, SYS_close}, [&] { const tempfile::temporary_file file{{.dir = dir_}}; });
}

TEST_F(one_object_costs, open_unlink_and_close_with_a_name) {
  expect({SYS_openat, SYS_unlinkat, SYS_close}, [&] { const tempfile::named_temporary_file file{{.dir = dir_}}; });
}

TEST_F(one_object_costs, mkdir_and_rmdir_as_a_directory) {
  expect({SYS_mkdirat, SYS_unlinkat}, [&] { const tempfile::temporary_directory made{{.dir = dir_}}; });
}

TEST_F(one_object_costs, open_by_mkstemp) {
  expect({SYS_openat, SYS_close}, [&] { const auto made = tempfile::mkstemp({.dir = dir_}); });
}

TEST_F(one_object_costs, mkdir_by_mkdtemp) {
  expect({SYS_mkdirat}, [&] { const fs::path made = tempfile::mkdtemp({.dir = dir_}); });
}

TEST_F(one_object_costs, nothing_in_memory) {
  expect({}, [&] {
    tempfile::spooled_temporary_file file{{.dir = dir_, .max_size = 4096}};
    file << "few bytes";
  });
}

TEST_F(one_object_costs, one_call_more_for_an_exact_mode) {
  expect({SYS_openat, SYS_fchmod, SYS_unlinkat, SYS_close},
         [&] { const tempfile::named_temporary_file file{{.dir = dir_, .mode = fs::perms{0640}}}; });
}

TEST_F(one_object_costs, nothing_more_with_a_lease_in_memory) {
  const support::scratch_directory quick{support::quick_place()};
  bool is_leased = false;
  const auto make = [&] {
    if (!is_leased) is_leased = !tempfile::enable_leases({.dir = quick.path()});
    const tempfile::named_temporary_file file;
    const tempfile::temporary_directory made;
  };
  if (support::quick_place() != "/dev/shm") GTEST_SKIP() << "needs a file system in memory";
  expect({SYS_openat, SYS_mkdirat, SYS_unlinkat, SYS_unlinkat, SYS_close}, make);
}

}  // namespace

#endif
