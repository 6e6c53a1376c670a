// What a sweep does with names that are no longer what was recorded, with leases that are not whole, and when it comes.
#include "support/leases.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;
using support::fill;
using support::run_in_child;

class swept_leases : public support::lease_test {};

// --- what is not ours ------------------------------------------------------------------------------------------------

TEST_F(swept_leases, do_not_touch_what_is_not_theirs) {
  be_killed([&] { support::leave(tempfile::named_temporary_file{}); });
  ASSERT_EQ(left().size(), 1U);
  const fs::path victim = place() / "victim";
  fs::create_directory(victim);
  support::write_file(victim / "file", "content");
  const fs::path name = left().front() == victim ? left().back() : left().front();
  fs::remove(name);
  fs::create_symlink(victim, name);  // by ourselves: it has our name, and goes; what it leads to stays
  EXPECT_EQ(sweep(), 1U);
  EXPECT_TRUE(fs::exists(victim / "file"));
}

TEST_F(swept_leases, are_about_names_whatever_a_program_has_put_there) {
  be_killed([&] {
    const tempfile::named_temporary_file& file = support::leave(tempfile::named_temporary_file{});
    support::write_file(place() / "edited", "content");
    fs::rename(place() / "edited", file.path());  // as an editor does
    const tempfile::temporary_path& path =
        support::leave(tempfile::temporary_path{tempfile::named_temporary_file{}.into_path()});
    fs::remove(path.path());
    fs::create_directories(path.path() / "a/b");
  });
  EXPECT_EQ(sweep(), 2U);
  EXPECT_TRUE(left().empty());
}

// Where a group may rename in a directory, a member of it could put a tree of ours under our name, which he may write
// to.
TEST_F(swept_leases, do_not_enter_what_others_may_have_put_there) {
  fs::permissions(place(), fs::perms::owner_all | fs::perms::group_all);
  be_killed([&] { support::leave(tempfile::temporary_directory{}); });
  ASSERT_EQ(left().size(), 1U);
  support::write_file(left()[0] / "file", "content");
  fs::permissions(left()[0], fs::perms::owner_all | fs::perms::group_all);
  EXPECT_EQ(sweep(), 0U);
  ASSERT_EQ(report_.left.size(), 1U);
  EXPECT_EQ(report_.left[0].error, tempfile::errc::replaced);
  EXPECT_EQ(support::read_file(left()[0] / "file"), "content");
}

TEST_F(swept_leases, of_adopted_names_know_another_file) {
  be_killed([&] {
    support::write_file(place() / "pid", "1");
    support::leave(tempfile::temporary_path{place() / "pid"});
  });
  fs::rename(place() / "pid", place() / "old");
  support::write_file(place() / "pid", "2");
  EXPECT_EQ(sweep(), 0U);
  EXPECT_EQ(support::read_file(place() / "pid"), "2");
  ASSERT_EQ(report_.left.size(), 1U);
  EXPECT_EQ(report_.left[0].path, place() / "pid");
  EXPECT_EQ(report_.left[0].error, tempfile::errc::replaced);
  EXPECT_TRUE(lease_files().empty());  // it has no further use
}

TEST_F(swept_leases, of_root_remove_nothing_that_others_have_planted) {
  if (!support::is_root()) GTEST_SKIP() << "needs root";
  fs::permissions(place(), fs::perms::all | fs::perms::sticky_bit);
  be_killed([&] {
    for (int i = 0; i < 3; ++i) support::leave(tempfile::temporary_directory{});
    support::leave(tempfile::named_temporary_file{});
    const tempfile::temporary_directory& given = support::leave(tempfile::temporary_directory{});
    support::write_file(given / "file", "his");
    ASSERT_EQ(::chown(given.path().c_str(), support::nobody, support::nobody), 0);
    ASSERT_EQ(::chown((given / "file").c_str(), support::nobody, support::nobody), 0);
  });
  std::vector<fs::path> names = left();
  ASSERT_EQ(names.size(), 5U);
  std::erase_if(names, [](const fs::path& name) { return fs::is_directory(name) && !fs::is_empty(name); });
  ASSERT_EQ(names.size(), 4U);
  std::this_thread::sleep_for(std::chrono::milliseconds{2100});  // what is born later is not ours
  for (const fs::path& name : names) fs::remove(name);           // a cleaner
  ASSERT_EQ(support::run_as_ordinary_user([&] {
              fs::create_directory(names[0]);
              support::write_file(names[0] / "file", "planted");
              support::write_file(names[1], "planted");
              fs::create_symlink("/usr", names[2]);
              fs::create_directory(names[3]);
              fs::create_directory(names[3] / "sub");
              return 0;
            }),
            0);
  EXPECT_EQ(sweep(), 1U);  // what we have given away
  EXPECT_EQ(left().size(), 4U);
  EXPECT_EQ(support::read_file(names[0] / "file"), "planted");
  EXPECT_EQ(report_.left.size(), 4U);
  for (const tempfile::removal_failure& each : report_.left) EXPECT_EQ(each.error, tempfile::errc::replaced);
  EXPECT_TRUE(lease_files().empty());
}

TEST_F(swept_leases, keep_the_names_that_can_not_be_removed) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to mount something";
  const int status = support::run_with_own_mounts([&] {
    be_killed([&] {
      const tempfile::temporary_directory& busy = support::leave(tempfile::temporary_directory{});
      fs::create_directory(busy / "mounted");
      support::leave(tempfile::named_temporary_file{});
    });
    fs::path busy;
    for (const fs::path& each : left()) busy = fs::is_directory(each) ? each : busy;
    if (!support::mount_memory(busy / "mounted")) return support::not_available;
    support::write_file(busy / "mounted/file", "not ours");
    EXPECT_EQ(sweep(), 1U);
    EXPECT_EQ(report_.left.size(), 1U);
    EXPECT_EQ(report_.left[0].error, tempfile::errc::mount_point);
    EXPECT_EQ(lease_files().size(), 1U);
    EXPECT_TRUE(fs::exists(busy / "mounted/file"));
    ::umount((busy / "mounted").c_str());
    EXPECT_EQ(sweep(), 1U);
    EXPECT_TRUE(left().empty() && lease_files().empty());
    return testing::Test::HasFailure() ? 1 : 0;
  });
  if (status == support::not_available) GTEST_SKIP() << "needs a mount namespace";
  EXPECT_EQ(status, 0);
}

TEST_F(swept_leases, remember_what_is_on_a_file_system_that_is_not_mounted) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to mount something";
  const int status = support::run_with_own_mounts([&] {
    const support::scratch_directory other;
    fs::create_directories(other / "disk/sub");
    be_killed([&] { support::leave(tempfile::temporary_directory{{.dir = other / "disk/sub"}}); });
    fs::rename(other / "disk/sub", other / "away");
    EXPECT_EQ(sweep(), 0U);
    EXPECT_EQ(report_.left.size(), 1U);
    EXPECT_EQ(report_.left[0].error, std::errc::no_such_file_or_directory);
    EXPECT_EQ(lease_files().size(), 1U);
    fs::rename(other / "away", other / "disk/sub");
    EXPECT_EQ(sweep(), 1U);
    EXPECT_TRUE(support::entries(other / "disk/sub").empty());
    return testing::Test::HasFailure() ? 1 : 0;
  });
  EXPECT_EQ(status, 0);
}

TEST_F(swept_leases, forget_what_went_with_its_directory) {
  const support::scratch_directory other;
  be_killed([&] {
    // The outer directory comes before the names in it, and so is swept first.
    std::vector<tempfile::named_temporary_file> before(10);
    const auto& outer = support::leave(tempfile::temporary_directory{{.dir = other.path()}});
    before.clear();
    for (int i = 0; i < 5; ++i) support::leave(tempfile::named_temporary_file{{.dir = outer.path()}});
    const auto& inner = support::leave(tempfile::temporary_directory{});
    for (int i = 0; i < 5; ++i) support::leave(tempfile::named_temporary_file{{.dir = inner.path()}});
  });
  EXPECT_GE(sweep(), 2U);
  EXPECT_TRUE(report_.left.empty());
  EXPECT_TRUE(support::entries(other.path()).empty());
  EXPECT_TRUE(left().empty() && lease_files().empty());
}

// A container sees the same directory at another place.
TEST_F(swept_leases, are_swept_where_their_directory_is_seen_elsewhere) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to mount something";
  be_killed([&] { fill(support::leave(tempfile::temporary_directory{}).path()); });
  const support::scratch_directory elsewhere;
  const int status = support::run_with_own_mounts([&] {
    if (::mount(place().c_str(), elsewhere.path().c_str(), nullptr, MS_BIND, nullptr) != 0)
      return support::not_available;
    support::mount_memory(place());  // nothing is at the recorded path
    tempfile::sweep_report report;
    EXPECT_EQ(tempfile::sweep(elsewhere.path(), report), 1U);
    EXPECT_TRUE(report.left.empty());
    return testing::Test::HasFailure() ? 1 : 0;
  });
  if (status == support::not_available) GTEST_SKIP() << "needs a mount namespace";
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(left().empty() && lease_files().empty());
}

// --- leases that are not whole ---------------------------------------------------------------------------------------

TEST_F(swept_leases, of_another_version_are_left) {
  be_killed([&] { support::leave(tempfile::named_temporary_file{}); });
  {
    std::fstream file{lease_files().front(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(8);
    file.put(2);
  }
  EXPECT_EQ(sweep(), 0U);
  EXPECT_EQ(left().size(), 1U);
  EXPECT_EQ(lease_files().size(), 1U);
  ASSERT_EQ(report_.left.size(), 1U);
  EXPECT_EQ(report_.left[0].path, lease_files().front());
  EXPECT_EQ(report_.left[0].error, std::errc::not_supported);
}

TEST_F(swept_leases, without_a_beginning_are_removed) {
  fs::create_directory(lease_directory());
  fs::permissions(lease_directory(), fs::perms::owner_all);
  support::write_file(lease_directory() / "l0123456789ab", "");
  EXPECT_EQ(sweep(), 0U);
  EXPECT_TRUE(lease_files().empty());
  EXPECT_TRUE(report_.left.empty());
  support::write_file(lease_directory() / "l0123456789ab", std::string(8192, 'x'));
  support::write_file(lease_directory() / "notes", "not a lease");
  sweep();
  EXPECT_EQ(lease_files(), (std::vector<fs::path>{lease_directory() / "notes"}));
  ASSERT_EQ(report_.left.size(), 1U);
  EXPECT_EQ(report_.left[0].error, std::errc::bad_message);
}

// --- who sweeps when -------------------------------------------------------------------------------------------------

TEST_F(swept_leases, are_swept_once_by_any_number_of_sweepers) {
  constexpr int most = 500;
  be_killed([&] {
    for (int i = 0; i < most; ++i) support::leave(tempfile::temporary_directory{});
  });
  std::array<tempfile::sweep_report, 8> reports;
  std::vector<std::thread> sweepers;
  sweepers.reserve(reports.size());
  for (tempfile::sweep_report& report : reports) {
    sweepers.emplace_back([&] { tempfile::sweep(place(), report); });
  }
  for (std::thread& each : sweepers) each.join();
  std::size_t swept = 0;
  for (const tempfile::sweep_report& report : reports) {
    swept += report.swept;
    EXPECT_TRUE(report.left.empty());
  }
  EXPECT_EQ(swept, static_cast<std::size_t>(most));
  EXPECT_TRUE(left().empty() && lease_files().empty());
}

TEST_F(swept_leases, are_swept_by_the_first_creation_once_an_hour) {
  const auto create = [&] {
    return run_in_child([&] {
      tempfile::enable_leases({.dir = place()});
      const tempfile::temporary_file first;
      const tempfile::named_temporary_file second;
      return 0;
    });
  };
  be_killed([] {
    const support::scratch_directory own;  // so that this one doesn't sweep
    support::leave(tempfile::named_temporary_file{});
  });
  fs::remove(lease_directory() / "swept");
  EXPECT_EQ(create(), 0);
  EXPECT_TRUE(left().empty());

  be_killed([] { support::leave(tempfile::named_temporary_file{}); });
  EXPECT_EQ(create(), 0);
  EXPECT_EQ(left().size(), 1U);  // somebody has swept just now
  const auto an_hour_ago = fs::file_time_type::clock::now() - std::chrono::minutes{61};
  fs::last_write_time(lease_directory() / "swept", an_hour_ago);
  EXPECT_EQ(create(), 0);
  EXPECT_TRUE(left().empty());
}

}  // namespace
