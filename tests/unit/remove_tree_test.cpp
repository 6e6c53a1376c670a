#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "support/posix.hpp"
#include "support/removal.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using removal::entries_of_a_small_tree;
using removal::make_chain;
using removal::make_small_tree;
using removal::remove_tree;
using support::snapshot;
using tempfile::file_handle;
using tempfile::removal_report;

constexpr unsigned of_everybody = 0777;

// --- counting --------------------------------------------------------------------------------------------------------

TEST_F(remove_tree, counts_the_entries_and_the_root) {
  make_small_tree(tree_);
  EXPECT_EQ(tempfile::remove_tree(tree_), entries_of_a_small_tree);
  expect_gone(tree_);
}

TEST_F(remove_tree, clears_the_error_and_the_report_of_an_earlier_call) {
  std::error_code error = std::make_error_code(std::errc::io_error);
  make_small_tree(tree_);
  EXPECT_EQ(tempfile::remove_tree(tree_, error), entries_of_a_small_tree);
  EXPECT_FALSE(error);

  removal_report report;
  report.failed = 7;
  report.failures.push_back({"x", std::make_error_code(std::errc::io_error)});
  make_small_tree(tree_);
  EXPECT_EQ(tempfile::remove_tree(tree_, report), entries_of_a_small_tree);
  EXPECT_EQ(report.removed, entries_of_a_small_tree);
  EXPECT_EQ(report.failed, 0U);
  EXPECT_TRUE(report.failures.empty());
}

TEST_F(remove_tree, of_nothing_removes_nothing_and_is_no_error) {
  EXPECT_EQ(tempfile::remove_tree(tree_), 0U);
  EXPECT_EQ(tempfile::remove_tree(tree_ / "below/that"), 0U);
  support::write_file(tree_, "");
  EXPECT_EQ(tempfile::remove_tree(tree_ / "below a file"), 0U);
  EXPECT_TRUE(fs::exists(tree_));
}

TEST_F(remove_tree, removes_a_single_file_a_single_directory_and_a_pipe) {
  support::write_file(tree_, "");
  EXPECT_EQ(tempfile::remove_tree(tree_), 1U);
  fs::create_directory(tree_);
  EXPECT_EQ(tempfile::remove_tree(tree_), 1U);
  ASSERT_EQ(::mkfifo(tree_.c_str(), 0600), 0);
  EXPECT_EQ(tempfile::remove_tree(tree_), 1U);
  expect_gone(tree_);
}

TEST_F(remove_tree, takes_relative_paths_and_trailing_separators) {
  EXPECT_EQ(support::run_in_child([&] {
              fs::current_path(scratch_.path());
              for (const char* const path : {"tree", "./tree", "tree/", "tree//", "canary/../tree"}) {
                make_small_tree(tree_);
                if (tempfile::remove_tree(path) != entries_of_a_small_tree || fs::exists(tree_)) return 1;
              }
              return 0;
            }),
            0);
}

// --- refusing --------------------------------------------------------------------------------------------------------

TEST_F(remove_tree, refuses_the_root_directory_and_what_ends_in_dots) {
  const std::string inside = canary_.string();
  for (const std::string& path :
       {std::string{"/"}, std::string{"//"}, std::string{"."}, std::string{".."}, std::string{"./"}, std::string{"../"},
        std::string{"/."}, std::string{"/.."}, inside + "/.", inside + "/..", inside + "/./", inside + "/a/..//"}) {
    std::error_code error;
    EXPECT_EQ(tempfile::remove_tree(path, error), 0U) << path;
    EXPECT_EQ(error, tempfile::errc::refused_to_remove) << path;
    EXPECT_EQ(error, std::errc::invalid_argument) << path;
    removal_report report;
    tempfile::remove_tree(path, report);
    EXPECT_EQ(report.failed, 1U) << path;
    ASSERT_EQ(report.failures.size(), 1U) << path;
    EXPECT_EQ(report.failures.front().path, path);
    EXPECT_THROW(tempfile::remove_tree(path), fs::filesystem_error) << path;
  }
}

TEST_F(remove_tree, refuses_an_empty_path_and_one_with_a_nul) {
  const std::string beyond = canary_.string() + std::string{"\0x", 2};
  for (const std::string& path : {std::string{}, beyond, std::string(1, '\0')}) {
    std::error_code error;
    EXPECT_EQ(tempfile::remove_tree(path, error), 0U);
    EXPECT_EQ(error, std::errc::invalid_argument);
    EXPECT_THROW(tempfile::remove_tree(path), fs::filesystem_error);
  }
}

// --- links -----------------------------------------------------------------------------------------------------------

TEST_F(remove_tree, removes_a_link_at_the_root_and_not_what_it_points_to) {
  const auto before = snapshot(canary_);
  for (const char* const ending : {"", "/", "//"}) {
    fs::create_directory_symlink(canary_, tree_);
    EXPECT_EQ(tempfile::remove_tree(tree_.string() + ending), 1U);
    expect_gone(tree_);
    EXPECT_EQ(snapshot(canary_), before);
  }
  fs::create_symlink("nowhere", tree_);
  EXPECT_EQ(tempfile::remove_tree(tree_), 1U);
  expect_gone(tree_);
}

TEST_F(remove_tree, follows_no_link_and_leaves_the_modes_of_what_they_point_to) {
  fs::permissions(canary_ / "file", fs::perms::owner_read);
  fs::permissions(canary_ / "empty", fs::perms::owner_read | fs::perms::owner_exec);
  const auto before = snapshot(canary_);
  fs::create_directories(tree_ / "dir");
  fs::create_directory_symlink(canary_, tree_ / "to the canary");
  fs::create_directory_symlink(canary_ / "empty", tree_ / "dir/to a directory");
  fs::create_symlink(canary_ / "file", tree_ / "dir/to a file");
  fs::create_hard_link(canary_ / "file", tree_ / "dir/same file");
  fs::create_directory_symlink("/", tree_ / "dir/to the root");
  fs::permissions(tree_ / "dir", fs::perms::none);
  EXPECT_EQ(tempfile::remove_tree(tree_), 7U);
  EXPECT_EQ(snapshot(canary_), before);
}

// While a tree is being removed, another thread keeps exchanging one of its directories with a link to the canary.
TEST_F(remove_tree, follows_no_link_that_takes_a_directorys_place_meanwhile) {
  const auto before = snapshot(canary_);
  const fs::path swapped = tree_ / "a/swapped";
  const fs::path link = scratch_ / "link";
  std::atomic<bool> is_over{false};
  std::atomic<int> exchanged{0};
  std::thread racer{[&] {
    while (!is_over) {
      if (::renameat2(AT_FDCWD, swapped.c_str(), AT_FDCWD, link.c_str(), RENAME_EXCHANGE) == 0) ++exchanged;
    }
  }};
  const fs::path fresh = scratch_ / "fresh";
  std::error_code failed;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{support::is_long_run() ? 60 : 0};
  for (int round = 0; (round < 300 || std::chrono::steady_clock::now() < end) && !failed; ++round) {
    make_small_tree(fresh / "a/swapped");
    // The racer has nothing to exchange until the tree has its name.
    tempfile::remove_tree(link, failed);
    if (!failed) fs::create_directory_symlink(canary_, link, failed);
    if (!failed) fs::rename(fresh, tree_, failed);
    while (!failed && fs::exists(tree_)) {
      std::error_code exchanged_again;
      tempfile::remove_tree(tree_, exchanged_again);
    }
  }
  is_over = true;
  racer.join();
  EXPECT_FALSE(failed) << failed.message();
  EXPECT_GT(exchanged, 0);
  EXPECT_EQ(snapshot(canary_), before);
}

// --- any kind of entry -----------------------------------------------------------------------------------------------

TEST_F(remove_tree, removes_pipes_sockets_and_devices) {
  fs::create_directory(tree_);
  ASSERT_EQ(::mkfifo((tree_ / "pipe").c_str(), 0600), 0);
  const file_handle socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = tree_ / "socket";
  ASSERT_LT(path.size(), sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ASSERT_EQ(::bind(socket.native_handle(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  std::uintmax_t expected = 3;
  if (::mknod((tree_ / "device").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0) ++expected;
  EXPECT_EQ(tempfile::remove_tree(tree_), expected);
  expect_gone(tree_);
}

TEST_F(remove_tree, removes_names_that_no_shell_would_like) {
  fs::create_directory(tree_);
  const std::array names{std::string{"\n"},     std::string{" "},    std::string{"..."},  std::string{"-rf"},
                         std::string{"*"},      std::string{"\xff"}, std::string{"\x01"}, std::string{"\xc3\x28"},
                         std::string(255, 'x'), std::string{"..a"},  std::string{"'\"\\"}};
  for (const std::string& name : names) {
    fs::create_directory(tree_ / name);
    support::write_file(tree_ / name / name, "");
  }
  EXPECT_EQ(tempfile::remove_tree(tree_), 2 * names.size() + 1);
  expect_gone(tree_);
}

// --- any permissions -------------------------------------------------------------------------------------------------

class remove_tree_as_ordinary_user : public remove_tree {
 protected:
  remove_tree_as_ordinary_user() { fs::permissions(scratch_.path(), fs::perms{of_everybody}); }

  // Runs `test` in a child, which is to return 0.
  template <class Work>
  void run(Work test) {
    const int status = support::run_as_ordinary_user(test);
    if (status == support::not_available) GTEST_SKIP() << "needs another user";
    EXPECT_EQ(status, 0);
  }
};

TEST_F(remove_tree_as_ordinary_user, removes_directories_whatever_their_owner_may_do_with_them) {
  for (unsigned mode = 0; mode <= 7; ++mode) {
    SCOPED_TRACE(mode);
    run([&] {
      make_small_tree(tree_);
      for (const char* const directory : {"a/b/c", "a/b", "a", "empty", "."}) {
        fs::permissions(tree_ / directory, fs::perms{mode << 6U});
      }
      return tempfile::remove_tree(tree_) == entries_of_a_small_tree ? 0 : 1;
    });
    expect_gone(tree_);
  }
}

TEST_F(remove_tree_as_ordinary_user, removes_files_that_may_not_be_read_or_written) {
  run([&] {
    make_small_tree(tree_);
    for (const char* const file : {"file", "a/file", "a/b/c/file"}) fs::permissions(tree_ / file, fs::perms::none);
    return tempfile::remove_tree(tree_) == entries_of_a_small_tree ? 0 : 1;
  });
  expect_gone(tree_);
}

TEST_F(remove_tree_as_ordinary_user, empties_a_tree_whose_parent_may_not_be_written_and_leaves_the_parents_mode) {
  run([&] {
    const fs::path parent = scratch_ / "parent";
    make_small_tree(parent / "tree");
    fs::permissions(parent, fs::perms::owner_read | fs::perms::owner_exec);
    removal_report report;
    const std::uintmax_t removed = tempfile::remove_tree(parent / "tree", report);
    const bool is_told = report.failed == 1 && report.failures.front().path == parent / "tree" &&
                         report.failures.front().error == std::errc::permission_denied;
    const bool is_parent_unchanged =
        fs::status(parent).permissions() == (fs::perms::owner_read | fs::perms::owner_exec);
    const bool is_empty = fs::is_empty(parent / "tree");
    fs::permissions(parent, fs::perms::owner_all);
    return removed == entries_of_a_small_tree - 1 && is_told && is_parent_unchanged && is_empty ? 0 : 1;
  });
}

TEST_F(remove_tree_as_ordinary_user, removes_a_tree_below_a_directory_that_may_not_be_read) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: O_PATH, or O_SEARCH elsewhere";
  run([&] {
    const fs::path parent = scratch_ / "parent";
    make_small_tree(parent / "tree");
    fs::permissions(parent, fs::perms::owner_write | fs::perms::owner_exec);
    return tempfile::remove_tree(parent / "tree") == entries_of_a_small_tree && !fs::exists(parent / "tree") ? 0 : 1;
  });
}

TEST_F(remove_tree_as_ordinary_user, names_the_first_failures_counts_all_and_removes_all_else) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to make what an ordinary user can't remove";
  constexpr unsigned guarded = 12;
  make_small_tree(tree_);
  for (unsigned i = 0; i < guarded; ++i) {
    fs::create_directory(tree_ / ("a/guarded" + std::to_string(i)));
    support::write_file(tree_ / ("a/guarded" + std::to_string(i)) / "file", "x");
  }
  for (const char* const own : {".", "a", "a/b", "a/b/c", "empty"}) {
    ASSERT_EQ(::chown((tree_ / own).c_str(), support::nobody, support::nobody), 0);
  }
  run([&] {
    removal_report report;
    if (tempfile::remove_tree(tree_, report) != entries_of_a_small_tree - 2) return 1;  // but not the root and "a"
    if (report.removed != entries_of_a_small_tree - 2) return 2;
    if (report.failed != guarded || report.failures.size() != removal_report::max_named) return 3;
    for (const tempfile::removal_failure& failure : report.failures) {
      if (failure.path.filename() != "file" || !fs::exists(failure.path)) return 4;
      if (failure.error != std::errc::permission_denied) return 5;
    }
    std::error_code error;
    if (tempfile::remove_tree(tree_, error) != 0 || error != std::errc::permission_denied) return 6;
    try {
      tempfile::remove_tree(tree_);
      return 7;
    } catch (const fs::filesystem_error& thrown) {
      const std::string text = thrown.what();
      if (!fs::exists(thrown.path1()) || thrown.code() != std::errc::permission_denied) return 8;
      if (text.find(std::to_string(guarded)) == std::string::npos) return 9;
      for (const tempfile::removal_failure& failure : report.failures) {
        if (text.find(failure.path.string()) == std::string::npos) return 10;
      }
      if (text.find(error.message()) == std::string::npos) return 11;
    }
    return 0;
  });
  EXPECT_EQ(support::entries(tree_), std::vector{tree_ / "a"});
  EXPECT_EQ(support::entries(tree_ / "a").size(), guarded);
}

// Counted once each, also where a directory is read in several goes: its sub-directories have more names than are
// collected at a time, and one of them is deep enough for the directory to be closed meanwhile.
TEST_F(remove_tree_as_ordinary_user, counts_each_failure_once_in_wide_directories) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to make what an ordinary user can't remove";
  constexpr int width = 5000;
  fs::create_directory(tree_);
  ASSERT_EQ(::chown(tree_.c_str(), support::nobody, support::nobody), 0);
  constexpr int guarded = 40;
  constexpr int levels = 20;
  for (int i = 0; i < width; ++i) {
    const fs::path wide = tree_ / (std::string(240, 'w') + std::to_string(i));
    fs::create_directory(wide);
    const bool is_guarded = i % (width / guarded) == 0;
    fs::path deepest = wide;
    for (int level = 0; level < (is_guarded ? levels : 0); ++level) {
      deepest /= "d";
      fs::create_directory(deepest);
    }
    support::write_file(deepest / "file", "x");
    if (!is_guarded) {
      ASSERT_EQ(::chown(wide.c_str(), support::nobody, support::nobody), 0);
    }
  }
  run([&] {
    removal_report report;
    tempfile::remove_tree(tree_, report);
    // The file and each directory above it, but the uppermost, stand where their remover may not write.
    return report.failed == guarded * (levels + 1) && report.removed == 2 * (width - guarded) ? 0 : 1;
  });
}

// --- others at work --------------------------------------------------------------------------------------------------

TEST_F(remove_tree, does_not_mind_others_who_remove_the_same_tree) {
  fs::create_directory(tree_);
  std::uintmax_t made = 1;
  for (int i = 0; i < 60; ++i) {
    make_small_tree(tree_ / std::to_string(i));
    made += entries_of_a_small_tree;
  }
  std::array<std::uintmax_t, 4> removed{};
  std::array<std::error_code, 4> errors{};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < removed.size(); ++i) {
    threads.emplace_back([&, i] { removed.at(i) = tempfile::remove_tree(tree_, errors.at(i)); });
  }
  for (std::thread& thread : threads) thread.join();
  expect_gone(tree_);
  EXPECT_EQ(std::accumulate(removed.begin(), removed.end(), std::uintmax_t{0}), made);
  for (const std::error_code& error : errors) EXPECT_FALSE(error) << error.message();
}

TEST_F(remove_tree, removes_what_others_add_meanwhile) {
  for (int round = 0; round < 20; ++round) {
    make_small_tree(tree_);
    std::atomic<int> added{0};
    std::thread adder{[&] {
      for (int i = 0; i < 40; ++i) {
        const fs::path path = tree_ / "a/b" / ("new" + std::to_string(i));
        if (::mkdir(path.c_str(), 0700) == 0) ++added;
        const file_handle file{::open((path / "file").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
      }
    }};
    while (added == 0) std::this_thread::yield();
    std::error_code error;
    tempfile::remove_tree(tree_, error);
    adder.join();
    EXPECT_FALSE(error) << error.message();
    expect_gone(tree_);
  }
}

TEST_F(remove_tree, removes_the_working_directory) {
  EXPECT_EQ(support::run_in_child([&] {
              make_small_tree(tree_);
              fs::current_path(tree_ / "a/b");
              return tempfile::remove_tree(tree_) == entries_of_a_small_tree && !fs::exists(tree_) ? 0 : 1;
            }),
            0);
}

// --- mounts ----------------------------------------------------------------------------------------------------------

class remove_tree_with_mounts : public remove_tree {
 protected:
  template <class Work>
  void run(Work test) {
    const int status = support::run_with_own_mounts(test);
    if (status == support::not_available) GTEST_SKIP() << "needs the right to mount";
    EXPECT_EQ(status, 0);
  }

  static bool is_told_as_mount(const removal_report& report, const fs::path& path) {
    return report.failed == 1 && report.failures.size() == 1 && report.failures.front().path == path &&
           report.failures.front().error == std::errc::device_or_resource_busy;
  }
};

TEST_F(remove_tree_with_mounts, does_not_enter_a_mounted_file_system_and_removes_all_else) {
  make_small_tree(tree_);
  run([&] {
    const fs::path mounted = tree_ / "a/b/mounted";
    fs::create_directory(mounted);
    if (!support::mount_memory(mounted)) return support::not_available;
    make_small_tree(mounted / "inside");
    const auto before = snapshot(mounted);
    removal_report report;
    if (tempfile::remove_tree(tree_, report) != entries_of_a_small_tree - 3) return 1;  // the way to the mount is left
    if (!is_told_as_mount(report, mounted) || report.failures.front().error != tempfile::errc::mount_point) return 2;
    if (snapshot(mounted) != before) return 3;
    if (support::entries(tree_) != std::vector{tree_ / "a"}) return 4;
    return support::entries(tree_ / "a/b") == std::vector{mounted} ? 0 : 5;
  });
  if (IsSkipped()) return;
  EXPECT_EQ(tempfile::remove_tree(tree_), 4U);  // the mount has gone with the child
}

TEST_F(remove_tree_with_mounts, does_not_enter_a_directory_of_the_same_file_system_that_is_bound_there) {
  make_small_tree(tree_);
  const auto before = snapshot(canary_);
  run([&] {
    const fs::path bound = tree_ / "empty";
    if (::mount(canary_.c_str(), bound.c_str(), nullptr, MS_BIND, nullptr) != 0) return support::not_available;
    removal_report report;
    if (tempfile::remove_tree(tree_, report) != entries_of_a_small_tree - 2) return 1;
    if (!is_told_as_mount(report, bound) || report.failures.front().error != tempfile::errc::mount_point) return 2;
    return support::entries(tree_) == std::vector{bound} ? 0 : 3;
  });
  EXPECT_EQ(snapshot(canary_), before);
}

TEST_F(remove_tree_with_mounts, reports_a_file_that_is_bound_there) {
  make_small_tree(tree_);
  const auto before = snapshot(canary_);
  run([&] {
    const fs::path bound = tree_ / "a/file";
    if (::mount((canary_ / "file").c_str(), bound.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      return support::not_available;
    }
    removal_report report;
    if (tempfile::remove_tree(tree_, report) != entries_of_a_small_tree - 3) return 1;
    return is_told_as_mount(report, bound) ? 0 : 2;
  });
  EXPECT_EQ(snapshot(canary_), before);
}

TEST_F(remove_tree_with_mounts, does_not_enter_a_root_that_is_a_mount_point) {
  fs::create_directory(tree_);
  run([&] {
    if (!support::mount_memory(tree_)) return support::not_available;
    make_small_tree(tree_ / "inside");
    const auto before = snapshot(tree_);
    removal_report report;
    if (tempfile::remove_tree(tree_, report) != 0 || !is_told_as_mount(report, tree_)) return 1;
    return snapshot(tree_) == before ? 0 : 2;
  });
}

TEST_F(remove_tree_with_mounts, removes_a_tree_in_a_mounted_file_system) {
  fs::create_directory(tree_);
  run([&] {
    if (!support::mount_memory(tree_)) return support::not_available;
    make_small_tree(tree_ / "inside");
    return tempfile::remove_tree(tree_ / "inside") == entries_of_a_small_tree && fs::is_empty(tree_) ? 0 : 1;
  });
}

TEST_F(remove_tree_with_mounts, tells_what_a_file_system_that_can_not_be_written_says) {
  fs::create_directory(tree_);
  run([&] {
    if (!support::mount_memory(tree_)) return support::not_available;
    make_small_tree(tree_ / "inside");
    if (::mount(nullptr, tree_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return support::not_available;
    std::error_code error;
    if (tempfile::remove_tree(tree_ / "inside", error) != 0) return 1;
    return error == std::errc::read_only_file_system ? 0 : 2;
  });
}

// --- nothing left ----------------------------------------------------------------------------------------------------

TEST_F(remove_tree, leaves_no_descriptor_open_whatever_happens) {
  const std::size_t before = support::open_descriptors();
  std::error_code ignored;
  make_small_tree(tree_);
  tempfile::remove_tree(tree_, ignored);
  tempfile::remove_tree(tree_, ignored);
  tempfile::remove_tree("/", ignored);
  make_chain(tree_, 40, "d");
  tempfile::remove_tree(tree_, ignored);
  EXPECT_EQ(support::open_descriptors(), before);
}

}  // namespace
