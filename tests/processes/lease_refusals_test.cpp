// Where there can be no lease: everything works, and both the caller and the hook hear why.
#include "support/leases.hpp"

#include <vector>

#include "support/hook_listener.hpp"

namespace {

namespace fs = std::filesystem;
using support::run_in_child;

class lease_refusals : public support::lease_test {
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

TEST_F(lease_refusals, that_can_not_grow_let_all_go_on) {
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

}  // namespace
