// TEMPFILE_KEEP is read once in a process, so each test starts this program anew, with one of the tests at the end,
// which run only then.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "support.hpp"

namespace {

namespace fs = std::filesystem;

constexpr const char* directory_variable = "KEEP_SWITCH_TEST_DIRECTORY";

class keep_switch : public testing::Test {
 protected:
  // Runs one of the tests below with the switch set so, and returns what the library printed on standard error.
  std::string printed_by(const std::string& test, const char* value) {
    const support::scratch_directory log_directory;
    const fs::path log = log_directory / "log";
    EXPECT_EQ(support::run_in_child([&] {
                ::setenv("TEMPFILE_KEEP", value, 1);
                ::setenv(directory_variable, directory_.path().c_str(), 1);
                ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
                ::dup2(::open(log.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
                const std::string filter = "--gtest_filter=keep_switch_in_a_new_process.DISABLED_" + test;
                ::execl("/proc/self/exe", "tests", filter.c_str(), "--gtest_also_run_disabled_tests", nullptr);
                return 127;
              }),
              0);
    return support::read_file(log);
  }

  support::scratch_directory directory_;
};

TEST_F(keep_switch, keeps_everything_and_tells_each_path_once) {
  if (!fs::exists("/proc/self/exe")) GTEST_SKIP() << "needs /proc";
  const std::string printed = printed_by("uses_every_owner", "1");
  const auto kept = support::entries(directory_.path());
  ASSERT_EQ(kept.size(), 3U);
  for (const fs::path& path : kept) {
    EXPECT_NE(printed.find("tempfile: kept " + path.string() + "\n"), std::string::npos) << printed;
  }
  EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 3);
}

TEST_F(keep_switch, is_off_when_it_is_zero_or_empty) {
  if (!fs::exists("/proc/self/exe")) GTEST_SKIP() << "needs /proc";
  for (const char* const value : {"0", ""}) {
    EXPECT_EQ(printed_by("uses_every_owner", value), "");
    EXPECT_TRUE(support::entries(directory_.path()).empty());
  }
}

TEST_F(keep_switch, does_not_keep_what_the_program_removes_itself) {
  if (!fs::exists("/proc/self/exe")) GTEST_SKIP() << "needs /proc";
  fs::create_directories(directory_ / "tree/sub");
  EXPECT_EQ(printed_by("removes_a_tree", "1"), "");
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

// --- what runs in the new process ------------------------------------------------------------------------------------

fs::path given_directory() {
  const char* const value = std::getenv(directory_variable);
  return value == nullptr ? "" : value;
}

TEST(keep_switch_in_a_new_process, DISABLED_uses_every_owner) {
  const fs::path directory = given_directory();
  ASSERT_FALSE(directory.empty());
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

TEST(keep_switch_in_a_new_process, DISABLED_removes_a_tree) {
  ASSERT_FALSE(given_directory().empty());
  EXPECT_EQ(tempfile::remove_tree(given_directory() / "tree"), 2U);
}

}  // namespace
