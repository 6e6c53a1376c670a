// Removal of what is deep, long or wide: with few descriptors, little stack, little memory, and several threads.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <string>
#include <thread>

#include "support/posix.hpp"
#include "support/removal.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using removal::make_chain;
using tempfile::removal_report;

// As removal::remove_tree, with room for large trees.
class remove_huge_tree : public testing::Test {
 protected:
  // A link takes an inode of a tmpfs, too.
  static inline const std::uintmax_t fewest_inodes = support::is_long_run() ? 10'100'000 : 300'000;

  // A test that fails must not leave what nobody else removes.
  ~remove_huge_tree() override {
    removal_report report;
    tempfile::remove_tree(tree_, report);
    EXPECT_EQ(report.failed, 0U);
  }

  // Runs `work` in a child that can have so many descriptors open.
  template <class Work>
  static int run_with_descriptors(rlim_t most, Work work) {
    return support::run_in_child([&] {
      for (int descriptor = 3; descriptor < 1024; ++descriptor) ::close(descriptor);
      const rlimit limit{most, most};
      return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? work() : 100;
    });
  }

  // Removes the tree in a thread with a stack of 64 KiB, which is a quarter of what musl gives and a 128th of glibc's.
  [[nodiscard]] std::uintmax_t remove_on_a_small_stack() {
    pthread_attr_t small;
    if (::pthread_attr_init(&small) != 0 || ::pthread_attr_setstacksize(&small, std::size_t{64} * 1024) != 0) return 0;
    const auto work = [](void* test) -> void* {
      auto& self = *static_cast<remove_huge_tree*>(test);
      std::error_code error;
      self.removed_ = tempfile::remove_tree(self.tree_, error);
      return nullptr;
    };
    pthread_t thread{};
    if (::pthread_create(&thread, &small, work, this) == 0) ::pthread_join(thread, nullptr);
    ::pthread_attr_destroy(&small);
    return removed_;
  }

  // `width` directories with `files` files each, all of them names of one file.
  void make_wide_tree(int width, int files, const std::string& prefix = "") const {
    fs::create_directory(tree_);
    support::write_file(scratch_ / "file", "");
    for (int i = 0; i < width; ++i) {
      const fs::path directory = tree_ / (prefix + std::to_string(i));
      fs::create_directory(directory);
      link_files(directory, files, "");
    }
  }

  void link_files(const fs::path& directory, int files, const std::string& prefix) const {
    for (int i = 0; i < files; ++i) {
      const fs::path file = directory / (prefix + std::to_string(i));
      if (::link((scratch_ / "file").c_str(), file.c_str()) == 0) continue;
      fs::remove(scratch_ / "file");  // so many links the file system doesn't allow to one file
      support::write_file(scratch_ / "file", "");
      ASSERT_EQ(::link((scratch_ / "file").c_str(), file.c_str()), 0) << file;
    }
  }

  support::scratch_directory scratch_{support::quick_place(fewest_inodes)};
  fs::path tree_{scratch_ / "tree"};
  std::uintmax_t removed_{};
};

// --- deep ------------------------------------------------------------------------------------------------------------

TEST_F(remove_huge_tree, of_a_hundred_thousand_levels_with_32_descriptors_on_a_small_stack) {
  constexpr int levels = 100'000;
  make_chain(tree_, levels, "d");
  EXPECT_EQ(run_with_descriptors(32, [&] { return remove_on_a_small_stack() == levels + 2 ? 0 : 1; }), 0);
  EXPECT_FALSE(fs::exists(tree_));
}

TEST_F(remove_huge_tree, makes_do_with_six_descriptors) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: readdir() takes one more";
  make_chain(tree_, 100, "d");
  EXPECT_EQ(run_with_descriptors(6, [&] { return tempfile::remove_tree(tree_) == 102 ? 0 : 1; }), 0);
  EXPECT_FALSE(fs::exists(tree_));
}

TEST_F(remove_huge_tree, of_a_thousand_levels_with_names_of_255_bytes) {
  make_chain(tree_, 1000, std::string(255, 'n'));
  EXPECT_EQ(tempfile::remove_tree(tree_), 1002U);
  EXPECT_FALSE(fs::exists(tree_));
}

// --- wide ------------------------------------------------------------------------------------------------------------

TEST_F(remove_huge_tree, of_wide_directories) {
  fs::create_directory(tree_);
  for (int i = 0; i < 3000; ++i) {
    support::write_file(tree_ / ("file" + std::to_string(i)), "");
    fs::create_directory(tree_ / ("dir" + std::to_string(i)));
    if (i % 3 == 0) support::write_file(tree_ / ("dir" + std::to_string(i)) / "file", "");
  }
  EXPECT_EQ(tempfile::remove_tree(tree_), 7001U);
  EXPECT_FALSE(fs::exists(tree_));
}

// Where names are listed by their hashes, as on ext4, files are removed in another order than they are listed in,
// unless there are directories among them; where those turn up is left to chance.
TEST_F(remove_huge_tree, of_large_directories_with_few_directories_among_the_files) {
  constexpr int files = 3000;
  const support::scratch_directory place;
  const fs::path tree = place / "tree";
  for (const int directories : {0, 1, 2, 5}) {
    fs::create_directory(tree);
    for (int i = 0; i < files; ++i) support::write_file(tree / ("file" + std::to_string(i)), "");
    for (int i = 0; i < directories; ++i) {
      fs::create_directory(tree / std::to_string(i));
      support::write_file(tree / std::to_string(i) / "file", "");
    }
    EXPECT_EQ(tempfile::remove_tree(tree), 1U + files + 2U * static_cast<unsigned>(directories));
    EXPECT_FALSE(fs::exists(tree));
  }
}

// Their names are more than are collected at a time, and their depth more than is held open.
TEST_F(remove_huge_tree, of_wide_directories_of_deep_ones_with_long_names) {
  constexpr int width = 5000;
  make_wide_tree(width, 1, std::string(240, 'w'));
  const fs::path deep = tree_ / (std::string(240, 'w') + "0") / "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20";
  fs::create_directories(deep);
  EXPECT_EQ(tempfile::remove_tree(tree_), 1U + 2U * width + 20U);
  EXPECT_FALSE(fs::exists(tree_));
}

// How much more memory a child has used at its height, in KiB, because of `work`.
template <class Work>
long growth_of(Work work) {
  const auto used = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const long before = used();
  work();
  return used() - before;
}

// The names alone are 40 MiB.
TEST_F(remove_huge_tree, of_many_files_takes_little_memory) {
  constexpr long most_kib = 12L * 1024;
  const int files = support::is_long_run() ? 10'000'000 : 200'000;
  make_wide_tree(0, 0);
  link_files(tree_, files, std::string(support::is_long_run() ? 1 : 200, 'f'));
  EXPECT_EQ(support::run_in_child([&] {
              const long growth = growth_of([&] { removed_ = tempfile::remove_tree(tree_); });
              if (removed_ != static_cast<std::uintmax_t>(files) + 1) return 1;
              return growth < most_kib ? 0 : 2;
            }),
            0);
}

// The names alone are 48 MiB.
TEST_F(remove_huge_tree, of_many_directories_takes_little_memory) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: directories that can be read from any entry on";
  if (support::has_sanitizer) GTEST_SKIP() << "needs a build without sanitizer, which doesn't use freed memory again";
  constexpr long most_kib = 12L * 1024;
  const int width = support::is_long_run() ? 1'000'000 : 200'000;
  make_wide_tree(width, 1, std::string(240, 'd'));
  EXPECT_EQ(support::run_in_child([&] {
              const long growth = growth_of([&] { removed_ = tempfile::remove_tree(tree_); });
              if (removed_ != 2 * static_cast<std::uintmax_t>(width) + 1) return 1;
              return growth < most_kib ? 0 : 2;
            }),
            0);
}

// --- by several threads ----------------------------------------------------------------------------------------------

bool blocks_signals(const fs::path& task) {
  std::ifstream status{task / "status"};
  std::string line;
  while (std::getline(status, line)) {
    if (!line.starts_with("SigBlk:")) continue;
    const unsigned long long mask = std::stoull(line.substr(line.find('\t')), nullptr, 16);
    const auto blocks = [mask](int signal) { return (mask >> (signal - 1) & 1U) != 0; };
    return blocks(SIGTERM) && blocks(SIGINT) && blocks(SIGUSR1) && blocks(SIGCHLD);
  }
  return false;
}

TEST_F(remove_huge_tree, starts_threads_that_take_none_of_the_programs_signals) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "needs two processors";
  std::atomic<bool> is_over{false};
  std::atomic<bool> is_seen{false};
  std::thread observer{[&] {
    while (!is_over) {
      std::error_code gone;
      for (const fs::directory_entry& task : fs::directory_iterator{"/proc/self/task", gone}) {
        if (blocks_signals(task)) is_seen = true;
      }
    }
  }};
  for (int round = 0; round < 20 && !is_seen; ++round) {
    make_wide_tree(100, 200);
    tempfile::remove_tree(tree_);
  }
  is_over = true;
  observer.join();
  EXPECT_TRUE(is_seen);
}

TEST_F(remove_huge_tree, counts_what_all_threads_removed) {
  make_wide_tree(300, 30);
  for (int i = 0; i < 300; i += 7) {
    const fs::path inner = tree_ / std::to_string(i) / "inner";
    for (int j = 0; j < 20; ++j) {
      fs::create_directories(inner / std::to_string(j) / "empty");
      link_files(inner / std::to_string(j), 20, "f");
    }
  }
  constexpr std::uintmax_t inner_trees = 43;
  EXPECT_EQ(tempfile::remove_tree(tree_), 1 + 300 * 31 + inner_trees * (1 + 20 * 22));
  EXPECT_FALSE(fs::exists(tree_));
}

TEST_F(remove_huge_tree, needs_no_more_descriptors_for_wide_ones) {
  constexpr int width = 64;
  constexpr int levels = 40;
  make_wide_tree(width, 20);
  for (int i = 0; i < width; ++i) {
    fs::path deepest = tree_ / std::to_string(i);
    for (int level = 0; level < levels; ++level) {
      deepest /= "d";
      fs::create_directory(deepest);
    }
    link_files(deepest, 20, "f");
  }
  for (const rlim_t most : {8U, 12U, 20U}) {
    EXPECT_EQ(run_with_descriptors(most,
                                   [&] {
                                     removal_report report;
                                     tempfile::remove_tree(tree_, report);
                                     return report.failed == 0 ? 0 : 1;
                                   }),
              0)
        << most;
    EXPECT_FALSE(fs::exists(tree_));
    make_wide_tree(width, 20);
  }
}

TEST_F(remove_huge_tree, reports_what_each_thread_could_not_remove) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to make what an ordinary user can't remove";
  constexpr int width = 200;
  make_wide_tree(width, 50);
  fs::permissions(scratch_.path(), fs::perms::all);
  fs::permissions(tree_, fs::perms::all);
  for (int i = 0; i < width; ++i) {
    if (i % 10 != 0) fs::permissions(tree_ / std::to_string(i), fs::perms::all);
  }
  EXPECT_EQ(support::run_as_ordinary_user([&] {
              removal_report report;
              tempfile::remove_tree(tree_, report);
              constexpr std::uintmax_t left = width / 10 * 50;
              if (report.failed != left || report.removed != (width - width / 10) * 51) return 1;
              return report.failures.size() == removal_report::max_named ? 0 : 2;
            }),
            0);
}

}  // namespace
