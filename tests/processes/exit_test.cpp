// exit() cleans up after the destructors of static objects, which still find their files.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <cstdlib>
#include <string>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

class exit_of_a_program : public testing::Test {
 protected:
  static int run_static_objects(const fs::path& directory, const char* how) {
    return support::run_in_child([&] {
      ::execl(TEMPFILE_STATIC_OBJECTS, "static_objects", directory.c_str(), how, nullptr);
      return 127;
    });
  }

  support::scratch_directory directory_;
};

TEST_F(exit_of_a_program, leaves_nothing_of_static_objects_and_those_of_threads) {
  if (!support::has_linux_platform())
    GTEST_SKIP() << "needs Linux: elsewhere exit() cleans up before older destructors";
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(run_static_objects(directory_.path(), nullptr), 0);
    EXPECT_EQ(support::entries(directory_.path()).size(), 0U);
  }
}

TEST_F(exit_of_a_program, on_another_thread_leaves_nothing_either) {
  if (!support::has_linux_platform())
    GTEST_SKIP() << "needs Linux: elsewhere exit() cleans up before older destructors";
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(run_static_objects(directory_.path(), "thread"), 0);
    EXPECT_EQ(support::entries(directory_.path()).size(), 0U);
  }
}

TEST_F(exit_of_a_program, removes_what_was_moved_and_nothing_that_was_kept_released_or_persisted) {
  EXPECT_EQ(support::run_in_child([&] {
              tempfile::temporary_directory first{{.dir = directory_.path()}};
              const tempfile::temporary_directory moved{std::move(first)};
              tempfile::named_temporary_file second{{.dir = directory_.path()}};
              const tempfile::temporary_path path = std::move(second).into_path();
              tempfile::named_temporary_file{{.dir = directory_.path()}}.keep();
              tempfile::named_temporary_file{{.dir = directory_.path()}}.persist(directory_ / "persisted");
              const tempfile::named_temporary_file stays{{.dir = directory_.path(), .keep = true}};
              std::exit(0);
              return 1;
            }),
            0);
  EXPECT_EQ(support::entries(directory_.path()).size(), 3U);
}

// An editor's or a program's: the name is ours, whatever has it.
TEST_F(exit_of_a_program, removes_what_has_replaced_its_files) {
  EXPECT_EQ(support::run_in_child([&] {
              const tempfile::named_temporary_file file{{.dir = directory_.path()}};
              fs::remove(file.path());
              fs::create_directories(file.path() / "a/directory");
              const tempfile::temporary_directory directory{{.dir = directory_.path()}};
              fs::remove(directory.path());
              support::write_file(directory.path(), "a file");
              std::exit(0);
              return 1;
            }),
            0);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_F(exit_of_a_program, leaves_what_has_replaced_an_adopted_file) {
  support::write_file(directory_ / "adopted", "first");
  EXPECT_EQ(support::run_in_child([&] {
              const tempfile::temporary_path path{directory_ / "adopted"};
              fs::rename(directory_ / "adopted", directory_ / "elsewhere");
              support::write_file(directory_ / "adopted", "another's");
              std::exit(0);
              return 1;
            }),
            0);
  EXPECT_EQ(support::read_file(directory_ / "adopted"), "another's");
  EXPECT_TRUE(fs::exists(directory_ / "elsewhere"));
}

TEST_F(exit_of_a_program, removes_a_hundred_thousand_files) {
  const support::scratch_directory quick{support::quick_place(200'000)};
  const int files = support::has_sanitizer ? 5000 : 100'000;
  EXPECT_EQ(support::run_in_child([&] {
              std::vector<tempfile::temporary_directory> all;
              for (int i = 0; i < files; ++i) all.push_back(tempfile::temporary_directory{{.dir = quick.path()}});
              std::exit(0);
              return 1;
            }),
            0);
  EXPECT_TRUE(support::entries(quick.path()).empty());
}

}  // namespace
