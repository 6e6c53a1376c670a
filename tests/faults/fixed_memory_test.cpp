// Removing without memory. The walk that removes trees from a signal handler allocates nothing and makes do with what
// it was given; and where memory can't be had, a removal goes on with what was kept for it.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "removal/tree_remover.hpp"
#include "support/posix.hpp"
#include "support/removal.hpp"
#include "support/support.hpp"

namespace {

std::atomic<bool> is_counting{false};
std::atomic<int> allocations{0};
// Which allocations fail: from the one of this number (the first is 0) on, so many.
std::atomic<int> first_failing{0};
std::atomic<int> failing{0};

void* allocate(std::size_t size) noexcept {
  if (is_counting) {
    const int number = allocations++;
    if (number >= first_failing && number - first_failing < failing) return nullptr;
  }
  return std::malloc(size);  // NOLINT(*-no-malloc): what else
}

void* allocate_or_throw(std::size_t size) {
  void* const memory = allocate(size);
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}

}  // namespace

// All of them: the address sanitizer tells when memory of one that was left out is freed by one that was not.
void* operator new(std::size_t size) { return allocate_or_throw(size); }
void* operator new[](std::size_t size) { return allocate_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

namespace fs = std::filesystem;
using tempfile::removal_report;
using tempfile::internal::tree_remover;

class fixed_memory : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: readdir() allocates";
  }

  removal_report remove_by(tree_remover& walk) {
    const tempfile::file_handle parent{::open(scratch_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    removal_report report;
    walk.remove({.directory = parent.native_handle(), .path_of_directory = scratch_.path(), .name = "tree"}, report);
    return report;
  }

  support::scratch_directory scratch_;
  fs::path tree_{scratch_ / "tree"};
};

constexpr tree_remover::fixed_memory enough{.levels = 1024, .names = 64 * 1024};

struct handled {
  tree_remover* walk;
  tempfile::native_handle_type parent;
  const fs::path* path;
  removal_report report;
};
handled* given = nullptr;

extern "C" void remove_in_handler(int) {
  given->walk->remove({.directory = given->parent, .path_of_directory = *given->path, .name = "tree"}, given->report);
}

TEST_F(fixed_memory, removes_a_tree_in_a_signal_handler_without_allocating) {
  removal::make_small_tree(tree_);
  removal::make_chain(tree_ / "chain", 100, "d");
  fs::permissions(tree_ / "a", fs::perms::none);
  tree_remover walk{enough};
  const tempfile::file_handle parent{::open(scratch_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  handled work{&walk, parent.native_handle(), &scratch_.path(), {}};
  given = &work;
  const auto before = std::signal(SIGUSR1, remove_in_handler);
  is_counting = true;
  std::raise(SIGUSR1);
  is_counting = false;
  std::signal(SIGUSR1, before);
  EXPECT_EQ(allocations, 0);
  EXPECT_EQ(work.report.failed, 0U);
  EXPECT_EQ(work.report.removed, removal::entries_of_a_small_tree + 102);
  EXPECT_FALSE(fs::exists(tree_));
}

TEST_F(fixed_memory, can_be_used_again) {
  tree_remover walk{enough};
  for (int i = 0; i < 3; ++i) {
    removal::make_small_tree(tree_);
    EXPECT_EQ(remove_by(walk).removed, removal::entries_of_a_small_tree);
  }
}

TEST_F(fixed_memory, removes_wide_directories_whose_names_it_can_not_hold) {
  constexpr int width = 500;
  for (int i = 0; i < width; ++i) fs::create_directories(tree_ / (std::string(200, 'w') + std::to_string(i)) / "d");
  tree_remover walk{{.levels = 8, .names = 1024}};
  const removal_report report = remove_by(walk);
  EXPECT_EQ(report.failed, 0U);
  EXPECT_EQ(report.removed, 2U * width + 1);
}

// More levels than it has room for, by far.
TEST_F(fixed_memory, removes_trees_of_any_depth) {
  for (const int depth : {7, 8, 9, 50, 3000}) {
    removal::make_small_tree(tree_);
    removal::make_chain(tree_ / "chain", depth, "d");
    removal::make_chain(tree_ / "a/chain", depth, std::string(200, 'n'));
    tree_remover walk{{.levels = 8, .names = 1024}};
    EXPECT_EQ(remove_by(walk).failed, 0U) << depth;
    EXPECT_FALSE(fs::exists(tree_)) << depth;
  }
}

TEST_F(fixed_memory, removes_deep_trees_that_are_wide_everywhere) {
  fs::path directory = tree_;
  for (int level = 0; level < 30; ++level) {
    for (int i = 0; i < 20; ++i) fs::create_directories(directory / (std::string(100, 'w') + std::to_string(i)) / "d");
    directory /= "next";
  }
  tree_remover walk{{.levels = 8, .names = 1024}};
  EXPECT_EQ(remove_by(walk).failed, 0U);
  EXPECT_FALSE(fs::exists(tree_));
}

TEST_F(fixed_memory, removes_deep_trees_that_nobody_may_write_to) {
  fs::permissions(scratch_.path(), fs::perms::all);
  EXPECT_EQ(support::run_as_ordinary_user([&] {
              const fs::path root = scratch_.path() / "of_a_user";
              if (::mkdir(root.c_str(), S_IRWXU) != 0) return support::not_available;
              removal::make_chain(root / "tree", 50, "d");
              std::vector<fs::path> all{root / "tree"};
              for (const auto& entry : fs::recursive_directory_iterator{root / "tree"}) all.push_back(entry.path());
              std::reverse(all.begin(), all.end());
              for (const fs::path& each : all) fs::permissions(each, fs::perms::owner_read | fs::perms::owner_exec);
              const tempfile::file_handle parent{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
              removal_report report;
              tree_remover walk{{.levels = 8, .names = 1024}};
              walk.remove({.directory = parent.native_handle(), .path_of_directory = root, .name = "tree"}, report);
              return report.failed == 0 && !fs::exists(root / "tree") ? 0 : 1;
            }),
            0);
}

TEST_F(fixed_memory, leaves_and_counts_what_can_not_be_removed_once) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to make a file that nobody can remove";
  removal::make_chain(tree_, 50, "d");
  fs::path deepest = tree_;
  while (fs::exists(deepest / "d")) deepest /= "d";
  support::write_file(deepest / "file", "");
  const std::string change = "chattr +i " + (deepest / "file").string() + " 2>/dev/null";
  if (std::system(change.c_str()) != 0) GTEST_SKIP() << "needs chattr, and a file system that knows immutable files";
  tree_remover walk{{.levels = 8, .names = 1024}};
  EXPECT_EQ(remove_by(walk).failed, 1U);
  const std::string undo = "chattr -R -i " + tree_.string() + " 2>/dev/null";
  EXPECT_EQ(std::system(undo.c_str()), 0);
  EXPECT_EQ(remove_by(walk).failed, 0U);
  EXPECT_FALSE(fs::exists(tree_));
}

TEST_F(fixed_memory, leaves_and_counts_a_name_that_is_too_long_for_it) {
  fs::create_directories(tree_ / std::string(200, 'n') / "d");
  tree_remover walk{{.levels = 8, .names = 100}};
  const removal_report report = remove_by(walk);
  EXPECT_EQ(report.failed, 1U);
  EXPECT_EQ(report.removed, 0U);
}

// Ends the life of a directory with such a tree in it, over and over: each time another allocation fails, until there
// is no such allocation. Returns how many there are.
template <class MakeTree>
int end_with_failing_allocations(const support::scratch_directory& scratch, int how_many, MakeTree make_tree) {
  failing = how_many;
  for (first_failing = 0;; ++first_failing) {
    {
      const tempfile::temporary_directory directory{{.dir = scratch.path()}};
      make_tree(directory.path());
      allocations = 0;
      is_counting = true;
    }
    is_counting = false;
    EXPECT_EQ(support::entries(scratch.path()).size(), 0U) << "allocation " << first_failing;
    if (allocations <= first_failing || testing::Test::HasFailure()) break;
  }
  failing = 0;
  return first_failing;
}

class lack_of_memory : public testing::Test {
 protected:
  support::scratch_directory scratch_{support::quick_place()};
};

void make_deep_tree(const fs::path& root) {
  removal::make_small_tree(root);
  removal::make_chain(root / "chain", 100, "d");
}

TEST_F(lack_of_memory, for_a_moment_does_not_keep_a_directory_from_being_removed) {
  EXPECT_GT(end_with_failing_allocations(scratch_, 1, make_deep_tree), 3);
}

TEST_F(lack_of_memory, from_then_on_does_not_keep_a_directory_from_being_removed) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: readdir() allocates";
  constexpr int all = 1 << 30;
  EXPECT_GT(end_with_failing_allocations(scratch_, all, make_deep_tree), 3);
}

TEST_F(lack_of_memory, of_one_thread_among_several_does_not_keep_a_directory_from_being_removed) {
  const auto make_wide_tree = [](const fs::path& root) {
    for (int i = 0; i < 20; ++i) {
      fs::create_directories(root / std::to_string(i) / "d");
      for (int j = 0; j < 40; ++j) support::write_file(root / std::to_string(i) / std::to_string(j), "");
    }
  };
  EXPECT_GT(end_with_failing_allocations(scratch_, 1, make_wide_tree), 3);
}

TEST_F(lack_of_memory, does_not_keep_a_tree_of_any_depth_from_being_removed) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: readdir() allocates";
  {
    const tempfile::temporary_directory directory{{.dir = scratch_.path()}};
    removal::make_chain(directory.path() / "chain", 1000, "d");
    first_failing = 0;
    failing = 1 << 30;
    is_counting = true;
  }
  is_counting = false;
  failing = 0;
  EXPECT_TRUE(support::entries(scratch_.path()).empty());
}

}  // namespace
