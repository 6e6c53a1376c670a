// Leases when the system refuses one call or another, and where it has no files without a name.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string>
#include <vector>

#include "faults.hpp"
#include "support/hook_listener.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"
#include "support/sweep_storm.hpp"

namespace {

namespace fs = std::filesystem;

class leases_with_faults : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: elsewhere there are no leases";
  }

  [[nodiscard]] const fs::path& place() const { return directory_.path(); }

  // What is left when all that can be swept is.
  [[nodiscard]] std::vector<fs::path> left_after_sweep() const {
    tempfile::sweep_report report;
    tempfile::sweep(place(), report);
    std::vector<fs::path> left = support::entries(place());
    const fs::path leases = place() / (".tempfile-" + std::to_string(::geteuid()));
    std::erase(left, leases);
    if (!fs::exists(leases)) return left;
    for (const fs::path& each : support::entries(leases)) {
      if (each.filename() != "swept") left.push_back(each);
    }
    return left;
  }

  // Runs work(), in which each call of each kind fails once, each time in a process of its own.
  template <class Work>
  void fail_each(Work work) {
    for (int kind = 0; kind < static_cast<int>(faults::call::count_of_calls); ++kind) {
      for (const int error : {EIO, ENOSPC, EMFILE, EACCES, EPERM, ENOENT, ENOSYS, EINVAL, EINTR, EAGAIN}) {
        if (error == EAGAIN && static_cast<faults::call>(kind) != faults::call::flock) continue;
        for (int nth = 1; nth < 100; ++nth) {
          SCOPED_TRACE(testing::Message() << "call " << kind << ", the " << nth << ". time, error " << error);
          if (!work(static_cast<faults::call>(kind), nth, error)) break;
        }
      }
    }
  }

  support::scratch_directory directory_{support::quick_place()};
};

constexpr int had_no_fault = 10;

// Whatever fails, the process goes on, and if it could not have a lease it hears of that. What it removes is gone, and
// what it leaves, dying, is swept if it had one.
TEST_F(leases_with_faults, are_taken_or_refused_whatever_fails) {
  fail_each([&](faults::call kind, int nth, int error) {
    const int status = support::run_in_child([&] {
      support::expect_the_end(60);
      const support::hook_listener hook;
      bool is_leased = false;
      bool had_fault = false;
      {
        const faults::failing fault{kind, nth, error};
        is_leased = !tempfile::enable_leases({.dir = place()});
        had_fault = fault.has_happened();
      }
      if (is_leased == !hook.told().empty()) return 1;
      { const tempfile::temporary_directory gone; }
      if (is_leased) {
        support::leave(tempfile::named_temporary_file{});
        if (!had_fault) return had_no_fault;
        std::raise(SIGKILL);
      }
      return had_fault ? 0 : had_no_fault;
    });
    EXPECT_TRUE(status == 0 || status == had_no_fault || status == -SIGKILL) << status;
    EXPECT_EQ(left_after_sweep(), std::vector<fs::path>{});
    return status != had_no_fault;
  });
}

TEST_F(leases_with_faults, grow_or_not_whatever_fails) {
  const support::scratch_directory elsewhere{support::quick_place()};
  fail_each([&](faults::call kind, int nth, int error) {
    const int status = support::run_in_child([&] {
      support::expect_the_end(60);
      const support::hook_listener hook;
      if (tempfile::enable_leases({.dir = place()})) return 1;
      { const tempfile::named_temporary_file first; }
      const faults::failing fault{kind, nth, error};
      std::vector<tempfile::temporary_path> names;
      try {
        // Adopted names of that length need another extent.
        for (int i = 0; i < 3; ++i) {
          names.emplace_back(tempfile::named_temporary_file{{.dir = elsewhere.path()}}.into_path());
        }
        names.clear();
      } catch (const fs::filesystem_error&) {  // the fault hit what makes the file
      }
      names.clear();
      return fault.has_happened() ? 0 : had_no_fault;
    });
    EXPECT_TRUE(status == 0 || status == had_no_fault) << status;
    for (const fs::path& each : support::entries(elsewhere.path())) fs::remove(each);  // where unlinkat() had failed
    EXPECT_EQ(left_after_sweep(), std::vector<fs::path>{});
    return status != had_no_fault;
  });
}

// A sweep that fails halfway is done again by the next.
TEST_F(leases_with_faults, are_swept_later_if_something_fails) {
  fail_each([&](faults::call kind, int nth, int error) {
    EXPECT_EQ(support::run_in_child([&] {
                tempfile::enable_leases({.dir = place()});
                const auto& dir = support::leave(tempfile::temporary_directory{});
                support::write_file(dir / "file", "content");
                support::leave(tempfile::named_temporary_file{});
                support::write_file(place() / "adopted", "content");
                support::leave(tempfile::temporary_path{place() / "adopted"});
                std::raise(SIGKILL);
                return 1;
              }),
              -SIGKILL);
    bool had_fault = false;
    {
      const faults::failing fault{kind, nth, error};
      tempfile::sweep_report report;
      tempfile::sweep(place(), report);
      had_fault = fault.has_happened();
    }
    // A name that the system says is gone is gone, even where it lies; and without statx() it may say that an adopted
    // file is another.
    const std::vector<fs::path> left = left_after_sweep();
    EXPECT_TRUE(left.empty() || error == ENOENT || kind == faults::call::statx);
    for (const fs::path& each : left) fs::remove_all(each);
    return had_fault;
  });
}

TEST_F(leases_with_faults, wait_for_the_disk_before_a_name_is_kept) {
  const support::scratch_directory disk;
  const int status = support::run_in_child([&] {
    if (tempfile::enable_leases({.dir = disk.path()}) == std::errc::operation_not_supported) {
      return support::not_available;
    }
    tempfile::temporary_directory kept;
    tempfile::temporary_directory removed;
    const support::hook_listener hook;
    const faults::failing fault{faults::call::sync_mapped, EIO};
    removed.cleanup();
    if (fault.has_happened()) return 1;
    kept.keep();
    const bool is_told = hook.told().size() == 1 && hook.told()[0].second == std::errc::io_error;
    return fault.has_happened() == is_told ? 0 : 2;
  });
  if (status == support::not_available) GTEST_SKIP() << "needs a file system that leases are taken on";
  EXPECT_EQ(status, 0);
}

class storm_with_faults : public leases_with_faults {
 protected:
  int storm(void (*prepare)(), bool expects_nothing_left) const {
    return support::run_in_storm(support::is_long_run() ? 900 : 100, [&] {
      const support::sweep_storm_result result = support::sweep_storm_run::run(
          {.directory = place(), .kills = support::is_long_run() ? 10'000 : 300, .prepare = prepare});
      const bool is_nothing_left = result.left == 0 && result.missing == 0 && result.child_missing == 0;
      std::printf("%ld names made, %ld missing, %zu left after a sweep\n", result.names, result.missing, result.left);
      std::fflush(stdout);
      return result.names > 0 && result.leases_left == 0 && is_nothing_left == expects_nothing_left ? 0 : 1;
    });
  }
};

TEST_F(storm_with_faults, leaves_nothing_where_no_file_is_without_a_name) {
  EXPECT_EQ(storm([] { static const faults::without_unnamed_files unsupported{EOPNOTSUPP}; }, true), 0);
}

// The control: a lease that is locked after others have seen it is taken for a dead process's, and what it names stays.
TEST_F(storm_with_faults, sees_a_lease_that_is_locked_too_late) {
  EXPECT_EQ(storm(
                [] {
                  static const faults::without_unnamed_files unsupported{EOPNOTSUPP};
                  static const faults::late_locks late;
                },
                false),
            0);
}

}  // namespace
