// What a process leaves that was killed, its lease names, and a sweep removes; never what a living one owns.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/file_systems.hpp"
#include "support/hook_listener.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using support::run_in_child;

// A child that has done something, and lives until it is told otherwise.
class living_process {
 public:
  template <class Work>
  explicit living_process(Work work) {
    std::array<int, 2> ready{};
    if (::pipe(ready.data()) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      support::expect_the_end(60);
      work();
      static_cast<void>(::write(ready[1], "r", 1));
      while (true) ::pause();
    }
    ::close(ready[1]);
    char read = 0;
    is_ready_ = ::read(ready[0], &read, 1) == 1;
    ::close(ready[0]);
  }
  living_process(const living_process&) = delete;
  living_process& operator=(const living_process&) = delete;
  ~living_process() { end(SIGKILL); }

  void end(int signal) {
    if (process_ > 0 && support::send(process_, signal)) ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  [[nodiscard]] bool is_ready() const { return is_ready_; }
  [[nodiscard]] pid_t id() const { return process_; }

 private:
  pid_t process_{-1};
  bool is_ready_{false};
};

class leases : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: elsewhere there are no leases";
  }

  // Does something with a lease in the directory, and is killed.
  template <class Work>
  void be_killed(Work work) const {
    EXPECT_EQ(run_in_child([&] {
                if (tempfile::enable_leases({.dir = place()})) return 1;
                work();
                std::raise(SIGKILL);
                return 2;
              }),
              -SIGKILL);
  }

  std::size_t sweep() {
    report_ = {};
    return tempfile::sweep(place(), report_);
  }

  [[nodiscard]] const fs::path& place() const { return directory_.path(); }
  [[nodiscard]] fs::path lease_directory() const { return place() / (".tempfile-" + std::to_string(::geteuid())); }

  // What is there besides the lease directory.
  [[nodiscard]] std::vector<fs::path> left() const {
    std::vector<fs::path> found = support::entries(place());
    std::erase(found, lease_directory());
    return found;
  }
  [[nodiscard]] std::vector<fs::path> lease_files() const {
    std::vector<fs::path> found;
    if (fs::exists(lease_directory())) found = support::entries(lease_directory());
    std::erase(found, lease_directory() / "swept");
    return found;
  }

  support::scratch_directory directory_{support::quick_place()};
  tempfile::sweep_report report_;
};

void fill(const fs::path& directory) {
  fs::create_directories(directory / "a/b");
  support::write_file(directory / "a/b/file", "content");
  fs::permissions(directory / "a", fs::perms::none);
}

// --- what is swept ---------------------------------------------------------------------------------------------------

TEST_F(leases, let_a_sweep_remove_what_a_killed_process_has_left) {
  be_killed([&] {
    support::leave(tempfile::named_temporary_file{});
    fill(support::leave(tempfile::temporary_directory{}).path());
    support::write_file(place() / "adopted", "content");
    support::leave(tempfile::temporary_path{place() / "adopted"});
    support::leave(tempfile::temporary_path{tempfile::named_temporary_file{}.into_path()});
  });
  EXPECT_EQ(left().size(), 4U);
  EXPECT_EQ(sweep(), 4U);
  EXPECT_TRUE(left().empty());
  EXPECT_TRUE(lease_files().empty());
  EXPECT_EQ(report_.dead_leases, 1U);
  EXPECT_TRUE(report_.left.empty());
}

TEST_F(leases, name_nothing_that_is_to_stay) {
  fs::path persisted;
  be_killed([&] {
    support::leave(tempfile::named_temporary_file{{.keep = true}});
    support::leave(tempfile::temporary_directory{{.keep = true}});
    static_cast<void>(tempfile::mkstemp());
    static_cast<void>(tempfile::mkdtemp());
    tempfile::named_temporary_file{}.keep();
    tempfile::temporary_directory{}.keep();
    support::leave(tempfile::named_temporary_file{}).persist(place() / "target");
    tempfile::temporary_file{}.persist(place() / "other");
  });
  EXPECT_EQ(left().size(), 8U);
  EXPECT_EQ(sweep(), 0U);
  EXPECT_EQ(left().size(), 8U);
  EXPECT_TRUE(lease_files().empty());
}

TEST_F(leases, hold_paths_of_any_length_and_any_number) {
  fs::path deep = place();
  for (int i = 0; i < 15; ++i) deep /= std::string(200, 'd');
  fs::create_directories(deep);
  const fs::path middle = place() / std::string(100, 'm');
  fs::create_directory(middle);
  constexpr int most = 3000;
  be_killed([&] {
    for (int i = 0; i < most; ++i) support::leave(tempfile::named_temporary_file{});
    for (int i = 0; i < 100; ++i) support::leave(tempfile::named_temporary_file{{.dir = middle}});
    for (int i = 0; i < 10; ++i) support::leave(tempfile::named_temporary_file{{.dir = deep}});
  });
  EXPECT_EQ(sweep(), most + 110U);
  EXPECT_TRUE(support::entries(deep).empty());
  EXPECT_TRUE(support::entries(middle).empty());
  EXPECT_EQ(left().size(), 2U);
  EXPECT_TRUE(lease_files().empty());
}

TEST_F(leases, of_living_processes_are_left_alone) {
  const auto own = [&] {
    tempfile::enable_leases({.dir = place()});
    support::leave(tempfile::named_temporary_file{});
    fill(support::leave(tempfile::temporary_directory{}).path());
  };
  living_process first{own};
  const living_process second{own};
  ASSERT_TRUE(first.is_ready() && second.is_ready());
  EXPECT_EQ(sweep(), 0U);
  EXPECT_EQ(report_.live_leases, 2U);
  EXPECT_EQ(left().size(), 4U);
  first.end(SIGKILL);
  EXPECT_EQ(sweep(), 2U);
  EXPECT_EQ(report_.live_leases, 1U);
  EXPECT_EQ(left().size(), 2U);
}

TEST_F(leases, end_with_their_process) {
  const auto end_by = [&](auto end) {
    return run_in_child([&] {
      tempfile::enable_leases({.dir = place()});
      tempfile::cleanup_on_signals();
      static const tempfile::temporary_directory owned;
      end();
      return 1;
    });
  };
  EXPECT_EQ(end_by([] { std::exit(0); }), 0);
  EXPECT_TRUE(lease_files().empty() && left().empty());
  EXPECT_EQ(end_by([] { std::raise(SIGTERM); }), -SIGTERM);
  EXPECT_TRUE(lease_files().empty() && left().empty());
}

TEST_F(leases, are_asked_for_by_the_environment) {
  EXPECT_EQ(run_in_child([&]() -> int {
              ::setenv("TEMPFILE_LEASES", "1", 1);
              ::setenv("TMPDIR", place().c_str(), 1);
              ::execl(TEMPFILE_ENDING, "ending", "kill", "temporary_directory", place().c_str(), "",
                      std::to_string(SIGKILL).c_str(), nullptr);
              return 127;
            }),
            -SIGKILL);
  EXPECT_EQ(left().size(), 1U);
  EXPECT_EQ(sweep(), 1U);
  EXPECT_TRUE(left().empty() && lease_files().empty());
}

TEST_F(leases, are_not_taken_where_everything_is_kept) {
  EXPECT_EQ(run_in_child([&]() -> int {
              ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
              ::setenv("TEMPFILE_KEEP", "1", 1);
              ::execl(TEMPFILE_ENDING, "ending", "kill", "temporary_directory", place().c_str(), "leased",
                      std::to_string(SIGKILL).c_str(), nullptr);
              return 127;
            }),
            -SIGKILL);
  EXPECT_EQ(sweep(), 0U);
  EXPECT_EQ(left().size(), 1U);
}

TEST_F(leases, cover_names_in_other_directories) {
  const support::scratch_directory other;
  be_killed([&] { support::leave(tempfile::temporary_directory{{.dir = other.path()}}); });
  EXPECT_EQ(support::entries(other.path()).size(), 1U);
  EXPECT_EQ(sweep(), 1U);
  EXPECT_TRUE(support::entries(other.path()).empty());
}

// --- children --------------------------------------------------------------------------------------------------------

TEST_F(leases, are_held_by_forked_children_that_outlive_their_process) {
  std::array<int, 2> hold{};
  ASSERT_EQ(::pipe(hold.data()), 0);
  be_killed([&] {
    support::leave(tempfile::temporary_directory{});
    if (::fork() == 0) {  // lives until its grandparent closes the pipe
      ::alarm(60);
      ::close(hold[1]);
      char end = 0;
      static_cast<void>(::read(hold[0], &end, 1));
      ::_exit(0);
    }
    ::close(hold[0]);
  });
  EXPECT_EQ(sweep(), 0U);
  EXPECT_EQ(report_.live_leases, 1U);
  EXPECT_EQ(left().size(), 1U);
  ::close(hold[0]);
  ::close(hold[1]);
  for (int i = 0; i < 1000 && sweep() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  EXPECT_TRUE(left().empty() && lease_files().empty());
}

TEST_F(leases, of_forked_children_are_their_own) {
  const living_process parent{[&] {
    tempfile::enable_leases({.dir = place()});
    support::leave(tempfile::named_temporary_file{});
    run_in_child([] {
      support::leave(tempfile::named_temporary_file{});
      std::raise(SIGKILL);
      return 1;
    });
  }};
  ASSERT_TRUE(parent.is_ready());
  EXPECT_EQ(left().size(), 2U);
  EXPECT_EQ(sweep(), 1U);
  EXPECT_EQ(report_.live_leases, 1U);
  EXPECT_EQ(left().size(), 1U);
}

TEST_F(leases, go_to_a_child_with_what_it_takes_over) {
  std::array<int, 2> daemon{};
  ASSERT_EQ(::pipe(daemon.data()), 0);
  EXPECT_EQ(run_in_child([&] {
              tempfile::enable_leases({.dir = place()});
              support::leave(tempfile::temporary_directory{});
              const pid_t child = ::fork();
              if (child == 0) {
                ::alarm(60);
                if (!tempfile::take_over()) ::_exit(1);
                support::leave(tempfile::named_temporary_file{});
                const pid_t self = ::getpid();
                static_cast<void>(::write(daemon[1], &self, sizeof self));
                while (true) ::pause();
              }
              return 0;
            }),
            0);
  pid_t id = 0;
  ASSERT_EQ(::read(daemon[0], &id, sizeof id), static_cast<ssize_t>(sizeof id));
  EXPECT_EQ(left().size(), 2U);
  EXPECT_EQ(sweep(), 0U);
  const std::vector<tempfile::lease> found = tempfile::lease::list(place());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].process, static_cast<std::uint64_t>(id));
  ASSERT_TRUE(support::send(id, SIGKILL));
  for (int i = 0; i < 1000 && sweep() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  EXPECT_TRUE(left().empty() && lease_files().empty());
}

TEST_F(leases, survive_the_closing_of_all_descriptors) {
  const living_process closed{[&] {
    tempfile::enable_leases({.dir = place()});
    support::leave(tempfile::named_temporary_file{});
    for (int each = 3; each < 100; ++each) {
      if (::fcntl(each, F_GETFD) != -1 && !S_ISFIFO(support::mode_of_descriptor(each))) ::close(each);
    }
    for (int i = 0; i < 2000; ++i)
      support::leave(tempfile::named_temporary_file{});  // in a file that is opened once more
  }};
  ASSERT_TRUE(closed.is_ready());
  EXPECT_EQ(sweep(), 0U);
  EXPECT_EQ(report_.live_leases, 1U);
  EXPECT_EQ(left().size(), 2001U);
}

// On overlayfs the lock goes with the descriptor; that the process lives is seen all the same.
TEST_F(leases, survive_the_closing_of_all_descriptors_on_overlayfs) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to mount an overlay";
  const support::scratch_directory below{support::quick_place()};
  const int status = support::run_with_own_mounts([&] {
    if (!support::mount_overlay(below.path(), place())) return support::not_available;
    living_process closed{[&] {
      tempfile::enable_leases({.dir = place()});
      support::leave(tempfile::named_temporary_file{});
      for (int each = 3; each < 100; ++each) {
        if (::fcntl(each, F_GETFD) != -1 && !S_ISFIFO(support::mode_of_descriptor(each))) ::close(each);
      }
    }};
    EXPECT_TRUE(closed.is_ready());
    EXPECT_EQ(sweep(), 0U);
    EXPECT_EQ(report_.live_leases, 1U);
    closed.end(SIGKILL);
    EXPECT_EQ(sweep(), 1U);
    EXPECT_TRUE(left().empty() && lease_files().empty());
    ::umount(place().c_str());
    return testing::Test::HasFailure() ? 1 : 0;
  });
  if (status == support::not_available) GTEST_SKIP() << "needs overlayfs";
  EXPECT_EQ(status, 0);
}

TEST_F(leases, are_private_and_found_again_whatever_the_umask) {
  fs::permissions(place(), fs::perms::all);
  EXPECT_EQ(support::run_as_ordinary_user([&] {
              const support::umask_guard mask{0777};
              if (tempfile::enable_leases({.dir = place()})) return 1;
              const auto may_only_the_owner = [](const fs::path& path, fs::perms rights) {
                return fs::status(path).permissions() == rights;
              };
              const fs::path lease = tempfile::lease::list(place()).at(0).path;
              if (!may_only_the_owner(lease, fs::perms::owner_read | fs::perms::owner_write)) return 2;
              return may_only_the_owner(lease.parent_path(), fs::perms::owner_all) ? 0 : 3;
            }),
            0);
}

// --- what is not ours ------------------------------------------------------------------------------------------------

TEST_F(leases, do_not_touch_what_is_not_theirs) {
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

TEST_F(leases, are_about_names_whatever_a_program_has_put_there) {
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
TEST_F(leases, do_not_enter_what_others_may_have_put_there) {
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

TEST_F(leases, of_adopted_names_know_another_file) {
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

TEST_F(leases, of_root_remove_nothing_that_others_have_planted) {
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

TEST_F(leases, keep_the_names_that_can_not_be_removed) {
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

TEST_F(leases, remember_what_is_on_a_file_system_that_is_not_mounted) {
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

TEST_F(leases, forget_what_went_with_its_directory) {
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
TEST_F(leases, are_swept_where_their_directory_is_seen_elsewhere) {
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

// --- where there can be no lease -------------------------------------------------------------------------------------

class lease_refusals : public leases {
 protected:
  // Everything works, and both the caller and the hook hear why there is no lease.
  void expect_refused(std::errc why) const {
    EXPECT_EQ(run_in_child([&] {
                const support::hook_listener hook;
                if (tempfile::enable_leases({.dir = place()}) != why) return 1;
                if (hook.told().size() != 1 || hook.told()[0].second != why) return 2;
                if (hook.told()[0].first.native().find(place().native()) != 0) return 3;
                const tempfile::named_temporary_file file;
                const bool is_usable = fs::exists(file.path()) && file.path().parent_path() == place();
                return is_usable && hook.told().size() == 1 ? 0 : 4;
              }),
              0);
    EXPECT_TRUE(left().empty());
    std::error_code unreadable;
    EXPECT_TRUE(!fs::is_directory(lease_directory(), unreadable) || lease_files().empty());
  }
};

TEST_F(lease_refusals, others_may_enter_the_lease_directory) {
  fs::create_directory(lease_directory());
  fs::permissions(lease_directory(), fs::perms::owner_all | fs::perms::group_exec);
  expect_refused(std::errc::permission_denied);
  EXPECT_EQ(sweep(), 0U);
  ASSERT_EQ(report_.left.size(), 1U);
  EXPECT_EQ(report_.left[0].path, lease_directory());
}

TEST_F(lease_refusals, a_link_has_the_name_of_the_lease_directory) {
  const support::scratch_directory elsewhere;
  fs::create_directory_symlink(elsewhere.path(), lease_directory());
  EXPECT_EQ(
      run_in_child([&] { return tempfile::enable_leases({.dir = place()}) == std::errc::not_a_directory ? 0 : 1; }), 0);
  EXPECT_TRUE(support::entries(elsewhere.path()).empty());
}

TEST_F(lease_refusals, the_lease_directory_is_somebody_elses) {
  if (!support::is_root()) GTEST_SKIP() << "needs root";
  fs::create_directory(lease_directory());
  fs::permissions(lease_directory(), fs::perms::owner_all);
  ASSERT_EQ(::chown(lease_directory().c_str(), support::nobody, support::nobody), 0);
  expect_refused(std::errc::permission_denied);
}

TEST_F(lease_refusals, the_limit_of_file_sizes_is_too_low) {
  EXPECT_EQ(run_in_child([&] {
              const rlimit limit{4096, 4096};
              ::setrlimit(RLIMIT_FSIZE, &limit);  // SIGXFSZ would end the process
              if (tempfile::enable_leases({.dir = place()}) != std::errc::file_too_large) return 1;
              const tempfile::temporary_directory dir;
              return fs::exists(dir.path()) ? 0 : 2;
            }),
            0);
  EXPECT_TRUE(lease_files().empty());
}

TEST_F(lease_refusals, no_descriptor_is_left) {
  EXPECT_EQ(run_in_child([&] {
              static_cast<void>(tempfile::gettempdir());
              const support::descriptor_limit none{static_cast<rlim_t>(::dup(0))};
              return tempfile::enable_leases({.dir = place()}) == std::errc::too_many_files_open ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(lease_files().empty());
}

TEST_F(lease_refusals, the_directory_is_not_there) {
  EXPECT_EQ(run_in_child([&] {
              const support::hook_listener hook;
              const fs::path before = tempfile::gettempdir();
              const std::error_code error = tempfile::enable_leases({.dir = place() / "missing"});
              if (error != std::errc::no_such_file_or_directory) return 1;
              if (hook.told().size() != 1 || hook.told()[0].first != place() / "missing") return 2;
              return tempfile::gettempdir() == before ? 0 : 3;
            }),
            0);
}

class lease_refusals_by_mounts : public lease_refusals {
 protected:
  void expect_refused_on(const char* type, const char* options, unsigned long flags, std::errc why) {
    if (!support::is_root()) GTEST_SKIP() << "needs root, to mount something";
    const int status = support::run_with_own_mounts([&] {
      if (::mount(type, place().c_str(), type, 0, options) != 0) return support::not_available;
      if (flags != 0 && ::mount(type, place().c_str(), type, MS_REMOUNT | flags, options) != 0) return 1;
      if (flags == 0) {
        expect_refused(why);
      } else {
        EXPECT_EQ(tempfile::enable_leases({.dir = place()}), why);
      }
      return testing::Test::HasFailure() ? 1 : 0;
    });
    if (status == support::not_available) GTEST_SKIP() << "needs a mount namespace";
    EXPECT_EQ(status, 0);
  }
};

TEST_F(lease_refusals_by_mounts, the_file_system_is_not_known) {
  expect_refused_on("ramfs", "", 0, std::errc::operation_not_supported);
}
TEST_F(lease_refusals_by_mounts, the_file_system_is_full) {
  expect_refused_on("tmpfs", "size=64k", 0, std::errc::no_space_on_device);
}
TEST_F(lease_refusals_by_mounts, the_file_system_is_read_only) {
  expect_refused_on("tmpfs", "size=64k", MS_RDONLY, std::errc::read_only_file_system);
}

TEST_F(leases, that_can_not_grow_let_all_go_on) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to mount something";
  const int status = support::run_with_own_mounts([&] {
    if (!support::mount_memory(place(), "size=128k")) return support::not_available;
    const support::scratch_directory other{support::quick_place()};
    constexpr std::size_t most = 3000;
    EXPECT_EQ(run_in_child([&] {
                const support::hook_listener hook;
                if (tempfile::enable_leases({.dir = place()})) return 1;
                std::vector<tempfile::named_temporary_file> files;
                while (files.size() < most)
                  files.emplace_back(tempfile::named_temporary_file_options{.dir = other.path()});
                if (hook.told().size() != 1 || hook.told()[0].second != std::errc::no_space_on_device) return 2;
                if (support::entries(other.path()).size() != most) return 3;
                files.clear();
                if (!support::entries(other.path()).empty()) return 4;
                for (std::size_t i = 0; i < 100; ++i)
                  support::leave(tempfile::named_temporary_file{{.dir = other.path()}});
                std::raise(SIGKILL);
                return 5;
              }),
              -SIGKILL);
    const std::size_t swept = sweep();
    EXPECT_GE(swept, 64U);  // as many records of that length as the lease has room for
    EXPECT_EQ(support::entries(other.path()).size(), 100 - swept);
    return testing::Test::HasFailure() ? 1 : 0;
  });
  if (status == support::not_available) GTEST_SKIP() << "needs a mount namespace";
  EXPECT_EQ(status, 0);
}

// --- leases that are not whole ---------------------------------------------------------------------------------------

TEST_F(leases, of_another_version_are_left) {
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

TEST_F(leases, without_a_beginning_are_removed) {
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

TEST_F(leases, are_swept_once_by_any_number_of_sweepers) {
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

TEST_F(leases, are_swept_by_the_first_creation_once_an_hour) {
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

// --- what is listed --------------------------------------------------------------------------------------------------

TEST_F(leases, are_listed) {
  be_killed([&] {
    { const tempfile::named_temporary_file gone; }
    support::leave(tempfile::temporary_directory{});
  });
  const auto before = std::chrono::system_clock::now() - std::chrono::seconds{60};
  const living_process living{[&] {
    tempfile::enable_leases({.dir = place()});
    support::leave(tempfile::named_temporary_file{});
  }};
  ASSERT_TRUE(living.is_ready());
  std::vector<tempfile::lease> found = tempfile::lease::list(place());
  ASSERT_EQ(found.size(), 2U);
  if (found[0].is_live) std::swap(found[0], found[1]);
  EXPECT_FALSE(found[0].is_live);
  EXPECT_TRUE(found[1].is_live);
  EXPECT_EQ(found[1].process, static_cast<std::uint64_t>(living.id()));
  for (const tempfile::lease& each : found) {
    EXPECT_EQ(each.directory, place());
    EXPECT_EQ(each.path.parent_path(), lease_directory());
    EXPECT_EQ(each.command, std::string{"tempfile_tests"}.substr(0, 15));
    EXPECT_GT(each.taken, before);
    ASSERT_EQ(each.names.size(), 1U);
  }
  const auto is_directory = [](const tempfile::leased_name& name) { return name.type == fs::file_type::directory; };
  EXPECT_EQ(std::count_if(found[0].names.begin(), found[0].names.end(), is_directory), 1);
  EXPECT_EQ(std::count_if(found[1].names.begin(), found[1].names.end(), is_directory), 0);
  EXPECT_TRUE(fs::exists(found[1].names[0].path));
  EXPECT_GT(found[1].names[0].created, before);
}

TEST_F(leases, listed_or_swept_where_there_are_none_are_none) {
  EXPECT_TRUE(tempfile::lease::list(place()).empty());
  EXPECT_EQ(sweep(), 0U);
  EXPECT_TRUE(report_.left.empty());
  tempfile::sweep_report report;
  EXPECT_EQ(tempfile::sweep(place() / "missing", report), 0U);
  ASSERT_EQ(report.left.size(), 1U);
  EXPECT_EQ(report.left[0].path, place() / "missing");
  EXPECT_EQ(report.left[0].error, std::errc::no_such_file_or_directory);
  EXPECT_TRUE(support::entries(place()).empty());
}

// --- an application's own directory ----------------------------------------------------------------------------------

TEST_F(leases, of_an_application_stay_in_its_directory) {
  const support::scratch_directory tempdir;
  fs::permissions(place(), fs::perms::all | fs::perms::sticky_bit);
  const auto spill = [&] {
    tempfile::settempdir(tempdir.path());
    if (tempfile::enable_leases({.dir = place()})) return 1;
    support::leave(tempfile::temporary_directory{});
    support::leave(tempfile::named_temporary_file{});
    std::raise(SIGKILL);
    return 2;
  };
  EXPECT_EQ(run_in_child(spill), -SIGKILL);
  EXPECT_EQ(support::run_as_ordinary_user(spill), -SIGKILL);
  EXPECT_TRUE(support::entries(tempdir.path()).empty());
  const std::size_t users = support::is_root() ? 2 : 1;
  EXPECT_EQ(support::entries(place()).size(), 4 + users);
  // Each sweeps what is its user's.
  EXPECT_EQ(support::run_as_ordinary_user([&] {
              tempfile::enable_leases({.dir = place()});
              return static_cast<int>(tempfile::sweep());
            }),
            users == 2 ? 2 : 4);
  EXPECT_EQ(support::entries(place()).size(), users == 2 ? 2 + users : users);
  EXPECT_EQ(sweep(), users == 2 ? 2U : 0U);
  EXPECT_TRUE(left().size() == users - 1);
}

#if defined(TEMPFILE_SPILL)
// examples/crash_safe_spill.cpp: killed while it waits for more numbers, and swept by its next start.
TEST_F(leases, of_the_example_are_swept_by_its_next_start) {
  std::array<int, 2> numbers{};
  ASSERT_EQ(::pipe(numbers.data()), 0);
  const pid_t first = ::fork();
  if (first == 0) {
    ::alarm(60);
    ::dup2(numbers[0], STDIN_FILENO);
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    ::execl(TEMPFILE_SPILL, "crash_safe_spill", place().c_str(), nullptr);
    ::_exit(127);
  }
  ASSERT_EQ(::write(numbers[1], "3 1 2 ", 6), 6);
  const auto has_spilled = [&] {
    const std::vector<fs::path> found = left();
    return std::any_of(found.begin(), found.end(), [](const fs::path& each) { return fs::exists(each / "0"); });
  };
  for (int i = 0; i < 1000 && !has_spilled(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  EXPECT_TRUE(has_spilled());
  ASSERT_TRUE(support::send(first, SIGKILL));
  ::waitpid(first, nullptr, 0);
  ::close(numbers[0]);
  ::close(numbers[1]);
  EXPECT_EQ(left().size(), 1U);

  const fs::path printed = directory_ / "printed";
  EXPECT_EQ(std::system(("echo 5 4 6 9 | " TEMPFILE_SPILL " " + place().string() + " > " + printed.string()).c_str()),
            0);
  EXPECT_EQ(support::read_file(printed), "left by runs that were killed: 1\n4 5 6 9 \n");
  EXPECT_EQ(left(), std::vector<fs::path>{printed});
}
#endif

TEST_F(leases, stay_where_they_are) {
  const support::scratch_directory other;
  EXPECT_EQ(run_in_child([&] {
              if (tempfile::enable_leases({.dir = place()}) || tempfile::enable_leases({.dir = place()})) return 1;
              if (tempfile::enable_leases()) return 2;
              return tempfile::enable_leases({.dir = other.path()}) == std::errc::device_or_resource_busy ? 0 : 3;
            }),
            0);
}

}  // namespace
