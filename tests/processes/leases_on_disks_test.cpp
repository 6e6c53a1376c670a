// Leases on file systems of all kinds: what a power cut leaves of them, and what they do when the disk is full.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/file_systems.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

constexpr int failed = 1;

class leases_on_disks : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: elsewhere there are no leases";
    if (!support::is_root()) GTEST_SKIP() << "needs root, to mount file systems";
    fs::create_directory(scratch_ / "mounted");
  }

  // Work that returns not_available, failed or 0.
  template <class Work>
  static void with_mounts(const char* need, Work work) {
    const int status = support::run_with_own_mounts([&]() -> int {
      const int result = work();
      return result == 0 && testing::Test::HasFailure() ? failed : result;
    });
    if (status == support::not_available) GTEST_SKIP() << "needs " << need;
    EXPECT_EQ(status, 0);
  }

  [[nodiscard]] fs::path mounted() const { return scratch_ / "mounted"; }

  static std::size_t names_in(const fs::path& directory) {
    std::size_t names = 0;
    for (const fs::path& each : support::entries(directory)) names += each.filename().native().starts_with("tmp");
    return names;
  }

  support::scratch_directory scratch_;
};

// --- power cuts ------------------------------------------------------------------------------------------------------

// A machine loses its power while a process is making names: what the disk has then is copied. (Blocks that are written
// while it is copied may be in the copy or not, as with a cut.)
class power_cuts : public leases_on_disks {
 protected:
  struct machine {
    fs::path image;
    fs::path place;  // where it is mounted
    pid_t process;
  };

  // Its process makes a burst of names, and then goes on.
  [[nodiscard]] std::optional<machine> start(const std::string& name, tempfile::power_loss how) const {
    machine started{.image = scratch_ / (name + ".image"), .place = scratch_ / name, .process = -1};
    fs::create_directories(started.place);
    constexpr std::uintmax_t size = std::uintmax_t{64} << 20U;
    if (!support::mount_new_image("mkfs.ext4 -F", started.image, started.place, size)) return std::nullopt;
    started.process = ::fork();
    if (started.process != 0) return started;
    support::expect_the_end(100);
    if (tempfile::enable_leases({.dir = started.place, .on_power_loss = how})) ::_exit(1);
    for (int i = 0; i < 200; ++i) support::leave(tempfile::named_temporary_file{});
    while (true) {
      support::leave(tempfile::named_temporary_file{});
      std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
  }

  // Ends it all, and mounts what the disk had.
  static bool cut(const machine& cut) {
    const fs::path copy = cut.image.string() + ".copy";
    fs::copy_file(cut.image, copy);
    if (support::send(cut.process, SIGKILL)) ::waitpid(cut.process, nullptr, 0);
    return support::run_command("umount " + cut.place.string()) && support::mount_image(copy, cut.place);
  }

  // How many names a sweep leaves of those that the disk has.
  static std::size_t sweep(const machine& swept) {
    const std::size_t on_disk = names_in(swept.place);
    EXPECT_GT(on_disk, 0U);
    tempfile::sweep_report report;
    tempfile::sweep(swept.place, report);
    const std::size_t left = names_in(swept.place);
    std::printf("%zu names on the disk, %zu after a sweep\n", on_disk, left);
    std::fflush(stdout);
    EXPECT_TRUE(support::run_command("umount " + swept.place.string()));
    return left;
  }

  // How many names are left after a cut; nothing if there is no such file system to be had.
  [[nodiscard]] std::optional<std::size_t> left_after(int seconds, const std::string& name,
                                                      tempfile::power_loss how) const {
    const std::optional<machine> tested = start(name, how);
    if (!tested) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::seconds{seconds});
    if (!cut(*tested)) return std::nullopt;
    return sweep(*tested);
  }

  void cut_after(int seconds) const {
    with_mounts("mkfs.ext4 and loop devices", [&] {
      const std::optional<std::size_t> left =
          left_after(seconds, "on" + std::to_string(seconds), tempfile::power_loss::on);
      if (!left) return support::not_available;
      EXPECT_EQ(*left, 0U);
      return 0;
    });
  }
};

TEST_F(power_cuts, leave_nothing_that_a_sweep_does_not_find) { cut_after(7); }

TEST_F(power_cuts, leave_nothing_later_either) {
  if (!support::is_long_run()) GTEST_SKIP() << "takes a minute: ./dev test --long";
  cut_after(12);
  cut_after(34);
}

// The control: what is not written back is not there. Unless somebody else on this machine calls sync() at the time.
TEST_F(power_cuts, leave_what_was_not_written_back) {
  with_mounts("mkfs.ext4 and loop devices", [&] {
    std::size_t left = 0;
    for (int attempt = 0; attempt < 3 && left == 0; ++attempt) {
      const auto found = left_after(7, "off" + std::to_string(attempt), tempfile::power_loss::off);
      if (!found) return support::not_available;
      left = *found;
    }
    EXPECT_GT(left, 0U);
    return 0;
  });
}

// A record that has been freed may not come back, or a sweep would remove what was kept.
TEST_F(power_cuts, leave_what_was_kept) {
  with_mounts("mkfs.ext4 and loop devices", [&] {
    const fs::path image = scratch_ / "image";
    if (!support::mount_new_image("mkfs.ext4 -F", image, mounted(), std::uintmax_t{64} << 20U)) {
      return support::not_available;
    }
    std::array<int, 2> kept{};
    if (::pipe(kept.data()) != 0) return failed;
    const pid_t child = ::fork();
    if (child == 0) {
      support::expect_the_end(60);
      if (tempfile::enable_leases({.dir = mounted()})) ::_exit(1);
      std::vector<tempfile::named_temporary_file> files(20);
      support::sync_file_system(mounted());  // the names are on the disk, and so are their records
      for (tempfile::named_temporary_file& file : files) file.keep();
      static_cast<void>(::write(kept[1], "k", 1));
      while (true) ::pause();
    }
    char ready = 0;
    if (::read(kept[0], &ready, 1) != 1) return failed;
    fs::copy_file(image, scratch_ / "copy");
    if (support::send(child, SIGKILL)) ::waitpid(child, nullptr, 0);
    if (!support::run_command("umount " + mounted().string())) return failed;
    if (!support::mount_image(scratch_ / "copy", mounted())) return failed;
    EXPECT_EQ(names_in(mounted()), 20U);
    tempfile::sweep_report report;
    EXPECT_EQ(tempfile::sweep(mounted(), report), 0U);
    EXPECT_EQ(names_in(mounted()), 20U);
    return support::run_command("umount " + mounted().string()) ? 0 : failed;
  });
}

// --- full disks ------------------------------------------------------------------------------------------------------

class full_disks : public leases_on_disks {
 protected:
  // A lease is taken, the disk is filled, and names are recorded all over the lease: a store that found no room would
  // end the process by SIGBUS.
  int record_when_full(const fs::path& place) const {
    const support::scratch_directory elsewhere{support::quick_place()};
    return support::run_in_child([&] {
      support::expect_the_end(100);
      if (tempfile::enable_leases({.dir = place})) return 2;
      const auto record = [&] {
        std::vector<tempfile::temporary_path> paths;
        constexpr std::size_t most = 3000;
        paths.reserve(most);
        while (paths.size() < most) {
          paths.push_back(tempfile::named_temporary_file{{.dir = elsewhere.path()}}.into_path());
        }
        support::sync_file_system(place);  // now what was written can't be written to again where it is, on btrfs
      };
      record();
      fill(place / "fill");
      for (int round = 0; round < 2; ++round) record();
      return support::entries(elsewhere.path()).empty() ? 0 : 3;
    });
  }

  // To the last block, whatever the file system keeps back at first.
  static void fill(const fs::path& path) {
    for (int attempt = 0; attempt < 3; ++attempt) {
      for (std::size_t size = 1U << 20U; size >= 4096; size /= 16) {
        const std::string block(size, 'x');
        std::ofstream file{path, std::ios::app | std::ios::binary};
        while (file.write(block.data(), static_cast<std::streamsize>(size)).flush()) {
        }
      }
      support::sync_file_system(path.parent_path());
    }
  }

  void test(const char* need, const std::string& make) {
    with_mounts(need, [&] {
      if (!support::mount_new_image(make, scratch_ / "image", mounted(), std::uintmax_t{320} << 20U)) {
        return support::not_available;
      }
      EXPECT_EQ(record_when_full(mounted()), 0);
      return support::run_command("umount " + mounted().string()) ? 0 : failed;
    });
  }
};

TEST_F(full_disks, of_ext4_take_records) { test("mkfs.ext4", "mkfs.ext4 -F"); }
TEST_F(full_disks, of_xfs_take_records) { test("mkfs.xfs", "mkfs.xfs -f"); }
TEST_F(full_disks, of_btrfs_take_records) { test("mkfs.btrfs", "mkfs.btrfs -f"); }

TEST_F(full_disks, of_btrfs_below_an_overlay_take_records) {
  with_mounts("mkfs.btrfs and overlayfs", [&] {
    const fs::path below = scratch_ / "below";
    fs::create_directory(below);
    if (!support::mount_new_image("mkfs.btrfs -f", scratch_ / "image", below, std::uintmax_t{320} << 20U) ||
        !support::mount_overlay(below, mounted())) {
      return support::not_available;
    }
    EXPECT_EQ(record_when_full(mounted()), 0);
    return support::run_command("umount " + mounted().string() + " && umount " + below.string()) ? 0 : failed;
  });
}

}  // namespace
