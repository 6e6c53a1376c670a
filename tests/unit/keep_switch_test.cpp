// TEMPFILE_KEEP is read once in a process, so each test starts this program anew to run itself: there it finds a
// directory in its environment, and does what is to be looked at.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

constexpr const char* directory_variable = "KEEP_SWITCH_TEST_DIRECTORY";

class keep_switch : public testing::Test {
 protected:
  // Empty in the process that looks, given in the one that is looked at.
  static fs::path given_directory() {
    const char* const value = std::getenv(directory_variable);
    return value == nullptr ? "" : value;
  }

  // Runs this test in a new process with the switch set so, and returns what it printed on standard error.
  std::string printed_with(const char* value, int status = 0) {
    const support::scratch_directory log_directory;
    const fs::path log = log_directory / "log";
    const std::string filter =
        std::string{"--gtest_filter=keep_switch."} + testing::UnitTest::GetInstance()->current_test_info()->name();
    EXPECT_EQ(support::run_in_child([&] {
                ::setenv("TEMPFILE_KEEP", value, 1);
                ::setenv(directory_variable, directory_.path().c_str(), 1);
                ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
                ::dup2(::open(log.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
                ::execl("/proc/self/exe", "tests", filter.c_str(), nullptr);
                return 127;
              }),
              status);
    return support::read_file(log);
  }

  // All are there, and each was told once.
  void expect_three_kept(const std::string& printed) const {
    const auto kept = support::entries(directory_.path());
    EXPECT_EQ(kept.size(), 3U);
    EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 3) << printed;
    for (const fs::path& path : kept) {
      EXPECT_NE(printed.find("tempfile: kept " + path.string() + "\n"), std::string::npos) << printed;
    }
  }

  support::scratch_directory directory_;
};

TEST_F(keep_switch, shows_nothing_that_a_terminal_would_obey) {
  if (const fs::path directory = given_directory(); !directory.empty()) {
    const tempfile::named_temporary_file file{{.suffix = "\x1b[31m\n", .dir = directory}};
    return;
  }
  const std::string printed = printed_with("1");
  EXPECT_NE(printed.find("\\x1b[31m\\x0a\n"), std::string::npos) << printed;
  EXPECT_EQ(printed.find('\x1b'), std::string::npos);
}

void use_every_owner(const fs::path& directory) {
  tempfile::temporary_directory dir{{.dir = directory}};
  support::write_file(dir / "inside", "");
  tempfile::named_temporary_file file{{.dir = directory}};
  file << "content";
  file.close();
  const tempfile::temporary_path path{tempfile::mkstemp({.dir = directory}).path};
  const tempfile::temporary_file unnamed{{.dir = directory}};
  dir.cleanup();
  dir.cleanup();
}

TEST_F(keep_switch, keeps_everything_and_tells_each_path_once) {
  if (!fs::exists("/proc/self/exe")) GTEST_SKIP() << "needs /proc";
  if (!given_directory().empty()) return use_every_owner(given_directory());
  expect_three_kept(printed_with("1"));
}

TEST_F(keep_switch, is_off_when_it_is_zero_or_empty) {
  if (!fs::exists("/proc/self/exe")) GTEST_SKIP() << "needs /proc";
  if (!given_directory().empty()) return use_every_owner(given_directory());
  for (const char* const value : {"0", ""}) {
    EXPECT_EQ(printed_with(value), "");
    EXPECT_TRUE(support::entries(directory_.path()).empty());
  }
}

// Ends by exit(), or by a signal, with objects whose destructors are not run, the test's included.
void end_with_every_owner(const fs::path& directory, int signal, const support::scratch_directory& unused) {
  fs::remove(unused.path());
  const tempfile::temporary_directory dir{{.dir = directory}};
  support::write_file(dir / "inside", "");
  const tempfile::named_temporary_file file{{.dir = directory}};
  const tempfile::temporary_path path{tempfile::mkstemp({.dir = directory}).path};
  if (signal == 0) std::exit(0);
  tempfile::cleanup_on_signals();
  std::raise(signal);
}

TEST_F(keep_switch, keeps_what_exit_would_remove) {
  if (!fs::exists("/proc/self/exe")) GTEST_SKIP() << "needs /proc";
  if (!given_directory().empty()) return end_with_every_owner(given_directory(), 0, directory_);
  expect_three_kept(printed_with("1"));
}

TEST_F(keep_switch, keeps_what_a_signal_handler_would_remove) {
  if (!fs::exists("/proc/self/exe")) GTEST_SKIP() << "needs /proc";
  if (!given_directory().empty()) return end_with_every_owner(given_directory(), SIGTERM, directory_);
  expect_three_kept(printed_with("1", -SIGTERM));
}

TEST_F(keep_switch, does_not_keep_what_the_program_removes_itself) {
  if (!fs::exists("/proc/self/exe")) GTEST_SKIP() << "needs /proc";
  if (!given_directory().empty()) {
    EXPECT_EQ(tempfile::remove_tree(given_directory() / "tree"), 2U);
    return;
  }
  fs::create_directories(directory_ / "tree/sub");
  EXPECT_EQ(printed_with("1"), "");
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

}  // namespace
