// A storm of SIGKILL, on every kind of file system that leases are taken on, with a control that has to fail.
#include "support/sweep_storm.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "support/file_systems.hpp"

namespace {

namespace fs = std::filesystem;
using support::sweep_storm_result;

int kills() { return support::is_long_run() ? 10'000 : 300; }

constexpr int failed = 1;

int print_and_judge(const sweep_storm_result& result) {
  std::printf("%ld names made, %ld missing; %ld looks of children, %ld missing; %zu names left, %zu after a sweep\n",
              result.names, result.missing, result.looks, result.child_missing, result.killed_left, result.left);
  std::fflush(stdout);
  const bool is_right = result.names > 0 && result.missing == 0 && result.child_missing == 0 && result.left == 0 &&
                        result.leases_left == 0;
  return is_right ? 0 : failed;
}

int storm_in(const fs::path& directory) {
  return print_and_judge(support::sweep_storm_run::run({.directory = directory, .kills = kills()}));
}

class storm_of_kills : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: elsewhere there are no leases";
  }

  template <class Storm>
  static void expect_nothing_left(const char* need, Storm storm) {
    const int status = support::run_in_storm(support::is_long_run() ? 1500 : 100, storm);
    if (status == support::not_available) GTEST_SKIP() << "needs " << need;
    EXPECT_EQ(status, 0);
  }

  template <class Mount>
  void storm_on(const char* need, Mount mount) {
    if (!support::is_root()) GTEST_SKIP() << "needs root, to mount " << need;
    expect_nothing_left(need, [&] {
      const fs::path where = scratch_ / "mounted";
      const fs::path scratch = scratch_ / "scratch";
      fs::create_directory(where);
      fs::create_directory(scratch);
      if (!mount(scratch, where)) return support::not_available;
      const int status = storm_in(where);
      return support::run_command("umount " + where.string()) ? status : failed;
    });
  }

  support::scratch_directory scratch_;
};

TEST_F(storm_of_kills, leaves_nothing_in_memory) {
  const support::scratch_directory quick{support::quick_place()};
  expect_nothing_left("", [&] { return storm_in(quick.path()); });
}
TEST_F(storm_of_kills, leaves_nothing_where_temporary_files_are) {
  expect_nothing_left("", [&] { return storm_in(scratch_.path()); });
}
TEST_F(storm_of_kills, leaves_nothing_on_ext4) {
  storm_on("ext4", [](auto& scratch, auto& where) {
    return support::mount_new_image("mkfs.ext4 -F", scratch / "image", where);
  });
}
TEST_F(storm_of_kills, leaves_nothing_on_xfs) {
  storm_on("xfs", [](auto& scratch, auto& where) {
    return support::mount_new_image("mkfs.xfs -f", scratch / "image", where);
  });
}
TEST_F(storm_of_kills, leaves_nothing_on_btrfs) {
  storm_on("btrfs", [](auto& scratch, auto& where) {
    return support::mount_new_image("mkfs.btrfs -f", scratch / "image", where);
  });
}
TEST_F(storm_of_kills, leaves_nothing_on_overlayfs) {
  storm_on("overlayfs", [](auto& scratch, auto& where) {
    return support::mount_memory(scratch) && support::mount_overlay(scratch, where);
  });
}

TEST_F(storm_of_kills, leaves_nothing_of_an_ordinary_user_in_a_sticky_directory) {
  const support::scratch_directory quick{support::quick_place()};
  fs::permissions(quick.path(), fs::perms::all | fs::perms::sticky_bit);
  expect_nothing_left("another user", [&] {
    if (support::is_root() && !support::become_ordinary_user()) return support::not_available;
    return storm_in(quick.path());
  });
}

// The control: what is recorded only when it is there is left behind if the process is killed between the two.
TEST_F(storm_of_kills, sees_a_name_that_is_recorded_too_late) {
  const support::scratch_directory quick{support::quick_place()};
  const auto make = [](const fs::path& directory, support::sweep_storm_counts& counts) {
    ++counts.names;
    const tempfile::temporary_path late{tempfile::mkstemp({.dir = directory}).path};
  };
  expect_nothing_left("", [&] {
    const sweep_storm_result result =
        support::sweep_storm_run::run({.directory = quick.path(), .kills = 300, .make = make});
    print_and_judge(result);
    return result.left > 0 && result.leases_left == 0 ? 0 : failed;
  });
}

}  // namespace
