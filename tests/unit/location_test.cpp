// Where temporary objects go. Each test chooses anew, most of them in a child of their own.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using support::environment_guard;

class location : public testing::Test {
 protected:
  ~location() override { tempfile::settempdir({}); }

  // What is chosen with TMPDIR and TEMP set so.
  static fs::path chosen(const std::string& tmpdir, const std::string& temp) {
    const environment_guard first{"TMPDIR", tmpdir};
    const environment_guard second{"TEMP", temp};
    tempfile::settempdir({});
    return tempfile::gettempdir();
  }

  fs::path make(const char* name) const {
    fs::create_directory(scratch_ / name);
    return scratch_ / name;
  }

  support::scratch_directory scratch_;
};

TEST_F(location, is_found_by_a_process_that_may_write_no_file) {
  const int status = support::run_in_child([&] {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_FSIZE, &none);
    std::signal(SIGXFSZ, SIG_DFL);  // would end it
    const bool is_chosen = chosen(scratch_.path().string(), "/missing") == scratch_.path();
    const tempfile::temporary_directory directory;
    return is_chosen && fs::exists(directory.path()) ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(support::entries(scratch_.path()).size() <= 1) << "the child's directory at most";
}

TEST_F(location, may_be_set_to_very_many_directories) {
  for (int i = 0; i < 100'000; ++i) tempfile::settempdir("/directory/" + std::to_string(i));  // took minutes
  EXPECT_EQ(tempfile::gettempdir(), "/directory/99999");
}

TEST_F(location, candidates_are_the_environments_in_order_and_then_the_systems) {
  const environment_guard tmpdir{"TMPDIR", "/first"};
  const environment_guard temp{"TEMP", "/second"};
  const environment_guard tmp{"TMP", "/third"};
  const auto candidates = tempfile::candidate_tempdirs();
  ASSERT_GE(candidates.size(), 5U);
  EXPECT_EQ(candidates[0], "/first");
  EXPECT_EQ(candidates[1], "/second");
  EXPECT_EQ(candidates[2], "/third");
  EXPECT_NE(std::find(candidates.begin(), candidates.end(), "/tmp"), candidates.end());
  EXPECT_NE(std::find(candidates.begin(), candidates.end(), "/var/tmp"), candidates.end());
}

TEST_F(location, empty_and_relative_values_are_ignored_and_the_working_directory_is_no_candidate) {
  const environment_guard tmpdir{"TMPDIR", ""};
  const environment_guard temp{"TEMP", "relative/path"};
  const environment_guard tmp{"TMP", "."};
  const fs::path here = fs::current_path();
  for (const fs::path& candidate : tempfile::candidate_tempdirs()) {
    EXPECT_TRUE(candidate.is_absolute());
    EXPECT_NE(candidate, here);
  }
}

TEST_F(location, each_candidate_comes_once_and_without_trailing_separators) {
  const environment_guard tmpdir{"TMPDIR", "/tmp//"};
  const environment_guard temp{"TEMP", "/tmp/"};
  const environment_guard tmp{"TMP", "/"};
  const auto candidates = tempfile::candidate_tempdirs();
  EXPECT_EQ(std::count(candidates.begin(), candidates.end(), "/tmp"), 1);
  EXPECT_EQ(std::count(candidates.begin(), candidates.end(), "/"), 1);
}

TEST_F(location, is_the_first_candidate_that_serves_and_nothing_is_left_there) {
  const fs::path first = make("first");
  EXPECT_EQ(chosen(first, make("second")), first);
  EXPECT_EQ(chosen(first.string() + "/", ""), first);
  EXPECT_TRUE(support::entries(first).empty());
}

TEST_F(location, candidates_that_do_not_serve_are_passed_over) {
  const fs::path good = make("good");
  support::write_file(scratch_ / "file", "");
  fs::create_symlink("nowhere", scratch_ / "dangling");
  for (const char* const bad : {"missing", "file", "dangling"}) EXPECT_EQ(chosen(scratch_ / bad, good), good) << bad;
}

TEST_F(location, a_link_to_a_directory_serves) {
  fs::create_directory_symlink(make("real"), scratch_ / "link");
  EXPECT_EQ(chosen(scratch_ / "link", ""), scratch_ / "link");
}

TEST_F(location, a_directory_that_may_not_be_written_is_passed_over) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to make what an ordinary user can't write";
  fs::permissions(scratch_.path(), fs::perms{0755});
  const fs::path forbidden = make("forbidden");
  const fs::path good = make("good");
  fs::permissions(good, fs::perms{0777});
  EXPECT_EQ(support::run_as_ordinary_user([&] { return chosen(forbidden, good) == good ? 0 : 1; }), 0);
}

TEST_F(location, a_file_system_that_is_full_or_read_only_is_passed_over) {
  const fs::path full = make("full");
  const fs::path read_only = make("read_only");
  const fs::path good = make("good");
  const int status = support::run_with_own_mounts([&] {
    if (!support::mount_memory(full, "size=4k") || !support::mount_memory(read_only, "", MS_RDONLY)) {
      return support::not_available;
    }
    support::write_file(full / "all", std::string(4096, 'x'));
    if (chosen(full, good) != good) return 1;
    if (support::entries(full).size() != 1) return 2;
    return chosen(read_only, good) == good ? 0 : 3;
  });
  if (status == support::not_available) GTEST_SKIP() << "needs root, to mount file systems";
  EXPECT_EQ(status, 0);
}

TEST_F(location, an_error_names_all_that_were_tried_and_why_each_failed) {
  support::write_file(scratch_ / "file", "");
  const int status = support::run_with_own_mounts([&] {
    // An empty root directory, in which nothing that the system has is there.
    if (!support::is_root() || ::chroot(make("empty").c_str()) != 0) return support::not_available;
    const environment_guard tmpdir{"TMPDIR", "/not/there"};
    tempfile::settempdir({});
    std::error_code error;
    if (!tempfile::gettempdir(error).empty() || error != tempfile::errc::no_usable_directory) return 1;
    if (error != std::errc::no_such_file_or_directory) return 2;
    const std::string reason = std::make_error_code(std::errc::no_such_file_or_directory).message();
    try {
      static_cast<void>(tempfile::mkstemp());
    } catch (const fs::filesystem_error& thrown) {
      const std::string text = thrown.what();
      for (const char* const tried : {"/not/there: ", "/tmp: ", "/var/tmp: ", "/usr/tmp: "}) {
        if (text.find(tried + reason) == std::string::npos) return 3;
      }
      return 0;
    }
    return 4;
  });
  if (status == support::not_available) GTEST_SKIP() << "needs root, to change the root directory";
  EXPECT_EQ(status, 0);
}

TEST_F(location, is_remembered_until_it_is_to_be_chosen_anew) {
  const fs::path first = make("first");
  EXPECT_EQ(chosen(first, ""), first);
  const environment_guard tmpdir{"TMPDIR", make("second").string()};
  EXPECT_EQ(tempfile::gettempdir(), first);
  tempfile::settempdir({});
  EXPECT_EQ(tempfile::gettempdir(), scratch_ / "second");
}

TEST_F(location, can_be_set_and_is_used_then) {
  const fs::path set = make("set");
  tempfile::settempdir(set.string() + "//");
  EXPECT_EQ(tempfile::gettempdir(), set);
  const tempfile::named_temporary_file file;
  EXPECT_EQ(file.path().parent_path(), set);
}

TEST_F(location, that_was_set_is_made_absolute_and_not_probed) {
  EXPECT_EQ(
      support::run_in_child([&] {
        fs::current_path(scratch_.path());
        tempfile::settempdir("missing");
        fs::current_path("/");
        std::error_code error;
        static_cast<void>(tempfile::mkdtemp({}, error));
        return tempfile::gettempdir() == scratch_ / "missing" && error == std::errc::no_such_file_or_directory ? 0 : 1;
      }),
      0);
}

TEST_F(location, with_a_nul_is_refused) {
  const fs::path before = tempfile::gettempdir();
  const std::string nul{"/tmp\0x", 6};
  std::error_code error;
  tempfile::settempdir(nul, error);
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_THROW(tempfile::settempdir(nul), fs::filesystem_error);
  EXPECT_EQ(tempfile::gettempdir(), before);
}

TEST_F(location, can_be_asked_for_and_set_by_many_threads) {
  const fs::path one = make("one");
  const fs::path two = make("two");
  tempfile::settempdir(one);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 500; ++n) {
        if (i == 0) tempfile::settempdir(n % 2 == 0 ? one : two);
        const fs::path now = tempfile::gettempdir();
        if (now != one && now != two) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(location, has_pythons_prefix) { EXPECT_EQ(tempfile::gettempprefix(), "tmp"); }

}  // namespace
