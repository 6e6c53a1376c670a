// What keeps a removal inside its tree, whatever others do meanwhile and whatever the system lacks.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "faults.hpp"
#include "support/posix.hpp"
#include "support/removal.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

// The call that opens a directory of a tree, and how many of its kind come before the first.
const faults::call opening = support::has_linux_platform() ? faults::call::openat2 : faults::call::openat;
const int before_opening = support::has_linux_platform() ? 0 : 1;

class removal_guards : public removal::remove_tree {};

TEST_F(removal_guards, a_directory_that_becomes_a_link_before_it_is_opened_is_not_followed) {
  removal::make_small_tree(tree_);
  const faults::intervention swap{opening, before_opening + 1, [&] {
                                    fs::rename(tree_, scratch_ / "moved");
                                    fs::create_directory_symlink(canary_, tree_);
                                  }};
  tempfile::remove_tree(tree_);
  EXPECT_TRUE(swap.has_happened());
  expect_gone(tree_);
}

TEST_F(removal_guards, a_sub_directory_that_becomes_a_link_before_it_is_opened_is_not_followed) {
  fs::create_directories(tree_ / "sub/sub");
  const faults::intervention swap{opening, before_opening + 2, [&] {
                                    fs::rename(tree_ / "sub", scratch_ / "moved");
                                    fs::create_directory_symlink(canary_, tree_ / "sub");
                                  }};
  tempfile::remove_tree(tree_);
  EXPECT_TRUE(swap.has_happened());
  expect_gone(tree_);
}

// Directories far up are closed, and reached again by "..": which leads elsewhere once somebody moves one of them.
// There are directories of the same names there.
TEST_F(removal_guards, the_way_up_does_not_lead_into_a_tree_that_a_directory_was_moved_to) {
  constexpr int levels = 40;
  removal::make_chain(tree_, levels, "d");
  const fs::path foreign = scratch_ / "foreign";
  removal::make_chain(foreign, 10, "d");
  fs::path moved = tree_;
  for (int level = 0; level < 10; ++level) moved /= "d";
  fs::path its_new_parent = foreign;
  for (int level = 0; level < 5; ++level) its_new_parent /= "d";
  support::write_file(its_new_parent / "precious", "text");
  const auto before = support::snapshot(foreign);
  bool is_done = false;
  // Before the deepest directory is removed: by then those far up are closed.
  const faults::intervention move{faults::call::unlinkat, levels + 2, [&] {
                                    fs::rename(moved, its_new_parent / "e");
                                    is_done = true;
                                  }};
  std::error_code error;
  tempfile::remove_tree(tree_, error);
  ASSERT_TRUE(is_done);
  EXPECT_FALSE(error);
  expect_gone(tree_);
  tempfile::remove_tree(its_new_parent / "e");
  EXPECT_EQ(support::snapshot(foreign), before);
  EXPECT_EQ(support::read_file(its_new_parent / "precious"), "text");
}

TEST_F(removal_guards, what_is_not_what_was_adopted_by_the_time_it_is_opened_is_left_and_told) {
  removal::make_small_tree(tree_);
  const fs::path other = scratch_ / "other";
  removal::make_small_tree(other);
  tempfile::temporary_path owner{tree_};
  const faults::intervention swap{opening, before_opening + 1, [&] {
                                    fs::rename(tree_, scratch_ / "moved");
                                    fs::rename(other, tree_);
                                  }};
  std::error_code error;
  owner.remove(error);
  EXPECT_TRUE(swap.has_happened());
  EXPECT_EQ(error, tempfile::errc::replaced);
  EXPECT_NE(error, std::errc::no_such_file_or_directory);
  EXPECT_TRUE(fs::exists(tree_ / "a/b/c/file"));
}

// --- mounts, where the system can't refuse to cross them
// ---------------------------------------------------------------

class removal_guards_with_mounts : public removal::remove_tree, public testing::WithParamInterface<int> {
 protected:
  template <class Test>
  void run(Test test) {
    if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux";
    const int status = support::run_with_own_mounts([&] {
      std::optional<faults::failing> absent;
      if (GetParam() != 0) absent.emplace(faults::call::openat2, GetParam());
      return test();
    });
    if (status == support::not_available) GTEST_SKIP() << "needs mounts of its own";
    EXPECT_EQ(status, 0);
  }
};

bool bind(const fs::path& what, const fs::path& where) {
  return ::mount(what.c_str(), where.c_str(), nullptr, MS_BIND, nullptr) == 0;
}

// rmdir(2) says EROFS there before it says that something is mounted.
TEST_P(removal_guards_with_mounts, a_directory_that_is_bound_into_a_read_only_mount_is_not_entered) {
  const fs::path real = scratch_ / "real";
  fs::create_directories(scratch_ / "outer/tree/mounted");
  fs::create_directory(real);
  support::write_file(real / "data", "precious");
  run([&] {
    const fs::path outer = scratch_ / "outer";
    if (!bind(outer, outer)) return support::not_available;
    if (::mount(nullptr, outer.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 2;
    if (!bind(real, outer / "tree/mounted")) return 3;
    std::error_code error;
    tempfile::remove_tree(outer / "tree", error);
    if (!error) return 4;
    return support::read_file(real / "data") == "precious" ? 0 : 5;
  });
}

// The tree is another's, so that rmdir(2) says EACCES before it says that something is mounted; what is mounted is not.
TEST_P(removal_guards_with_mounts, a_mounted_directory_that_forbids_to_be_read_keeps_its_mode) {
  const fs::path real = scratch_ / "real";
  fs::create_directories(tree_ / "mounted");
  fs::create_directory(real);
  support::write_file(real / "data", "precious");
  ASSERT_EQ(::chmod(real.c_str(), 0), 0);
  if (support::is_root()) {
    ASSERT_EQ(::chown(real.c_str(), support::nobody, support::nobody), 0);
  }
  run([&] {
    if (!bind(real, tree_ / "mounted")) return support::not_available;
    ::chmod(scratch_.path().c_str(), 0777);
    if (!support::become_ordinary_user()) return support::not_available;
    std::error_code error;
    tempfile::remove_tree(tree_, error);
    if (!error) return 4;
    struct stat status {};
    if (::stat(real.c_str(), &status) != 0) return 5;
    return (status.st_mode & 0777U) == 0 ? 0 : 6;
  });
  ::chmod(real.c_str(), 0700);
}

INSTANTIATE_TEST_SUITE_P(without_openat2, removal_guards_with_mounts, testing::Values(ENOSYS, EPERM, 0),
                         [](const auto& tried) {
                           return tried.param == ENOSYS ? "missing" : tried.param == EPERM ? "filtered" : "there";
                         });

// --- rights
// ------------------------------------------------------------------------------------------------------------

TEST_F(removal_guards, directories_are_made_removable_where_entries_have_no_types) {
  ASSERT_EQ(::chmod(scratch_.path().c_str(), 0777), 0);
  const int status = support::run_as_ordinary_user([&] {
    fs::create_directory(tree_);
    for (const int mode : {0400, 0600, 0500, 0}) {
      const fs::path directory = tree_ / std::to_string(mode);
      fs::create_directories(directory / "sub/sub");
      support::write_file(directory / "file", "");
      ::chmod(directory.c_str(), static_cast<mode_t>(mode));
    }
    const faults::without_entry_types hidden;
    std::error_code error;
    tempfile::remove_tree(tree_, error);
    return !error && !fs::exists(tree_) ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
}

TEST_F(removal_guards, directories_that_stay_get_their_modes_back) {
  ASSERT_EQ(::chmod(scratch_.path().c_str(), 0777), 0);
  const int status = support::run_as_ordinary_user([&] {
    const std::vector<mode_t> modes{0500, 0100, 0000};
    fs::create_directory(tree_);
    for (const mode_t mode : modes) {
      const fs::path directory = tree_ / std::to_string(mode);
      fs::create_directory(directory);
      support::write_file(directory / "file", "");
      ::chmod(directory.c_str(), mode);
    }
    {
      const faults::failing never{faults::call::unlinkat, EACCES};
      std::error_code error;
      tempfile::remove_tree(tree_, error);
      if (error != std::errc::permission_denied) return 1;
    }
    for (const mode_t mode : modes) {
      struct stat found {};
      if (::stat((tree_ / std::to_string(mode)).c_str(), &found) != 0 || (found.st_mode & 0777U) != mode) return 2;
    }
    tempfile::remove_tree(tree_);
    return 0;
  });
  EXPECT_EQ(status, 0);
}

// --- threads and descriptors
// -------------------------------------------------------------------------------------------

void make_wide_tree(const fs::path& root) {
  for (int i = 0; i < 400; ++i) {
    const fs::path directory = root / std::to_string(i);
    fs::create_directories(directory);
    for (int j = 0; j < 40; ++j) support::write_file(directory / std::to_string(j), "");
  }
}

TEST_F(removal_guards, no_thread_is_started_where_threads_are_forbidden) {
  for (const bool allowed : {true, false}) {
    make_wide_tree(tree_);
    tempfile::allow_removal_threads(allowed);
    const faults::intervention start{faults::call::start_thread, 1, [] {}};
    tempfile::remove_tree(tree_);
    tempfile::allow_removal_threads(true);
    if (allowed && !start.has_happened()) GTEST_SKIP() << "needs two processors";
    EXPECT_EQ(start.has_happened(), allowed);
    expect_gone(tree_);
  }
}

TEST_F(removal_guards, a_thread_that_can_not_be_had_is_asked_for_once) {
  make_wide_tree(tree_);
  const faults::failing never{faults::call::start_thread, EAGAIN};
  const faults::intervention second{faults::call::start_thread, 2, [] {}};
  tempfile::remove_tree(tree_);
  EXPECT_FALSE(second.has_happened());
  expect_gone(tree_);
}

TEST_F(removal_guards, descriptors_that_others_take_for_a_moment_are_waited_for) {
  removal::make_chain(tree_, 200, "d");
  // Somebody takes every descriptor that there is for a while, those that the removal gives back included. Without a
  // limit there may be a million of them, or a thousand million.
  const support::descriptor_limit few{256};
  std::atomic<bool> is_full{false};
  std::thread other;
  const auto take_all = [&is_full] {
    std::vector<tempfile::file_handle> taken;
    std::chrono::steady_clock::time_point end{};
    while (!is_full || std::chrono::steady_clock::now() < end) {
      tempfile::file_handle one{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
      if (one.is_open()) {
        taken.push_back(std::move(one));
      } else if (!is_full) {
        end = std::chrono::steady_clock::now() + std::chrono::milliseconds{150};
        is_full = true;
      }
    }
  };
  const faults::intervention take{faults::call::unlinkat, 210, [&] {
                                    other = std::thread{take_all};
                                    while (!is_full) ::usleep(100);
                                  }};
  std::error_code error;
  tempfile::remove_tree(tree_, error);
  EXPECT_TRUE(is_full);
  EXPECT_FALSE(error) << error.message();
  other.join();
  expect_gone(tree_);
}

}  // namespace
