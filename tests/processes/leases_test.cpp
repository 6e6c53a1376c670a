// What a process leaves that was killed, its lease names, and a sweep removes; never what a living one owns.
#include "support/leases.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/file_systems.hpp"

namespace {

namespace fs = std::filesystem;
using support::fill;
using support::living_process;
using support::run_in_child;

class leases : public support::lease_test {};

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
  living_process closed{[&] {
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
  closed.end(SIGKILL);
  EXPECT_EQ(sweep(), 2001U);
  EXPECT_TRUE(left().empty() && lease_files().empty());
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
  EXPECT_EQ(tempfile::sweep("", report), 0U);  // not the working directory
  ASSERT_EQ(report.left.size(), 1U);
  EXPECT_EQ(report.left[0].error, std::errc::invalid_argument);
  EXPECT_TRUE(support::entries(place()).empty());
  support::write_file(place() / "file", "");
  EXPECT_EQ(tempfile::sweep(place() / "file", report), 0U);
  ASSERT_EQ(report.left.size(), 1U);
  EXPECT_EQ(report.left[0].path, place() / "file");
  EXPECT_EQ(report.left[0].error, std::errc::not_a_directory);
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
