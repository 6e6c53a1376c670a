// Nobody can read at any instant what he could not read before, whatever is put in place and from wherever.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <atomic>
#include <csignal>
#include <new>
#include <string>

#include "support/access_lists.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using tempfile::durability;

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

// Whether somebody else, in this group, can read a file.
bool can_be_read_by(uid_t user, gid_t group, const fs::path& path) {
  return support::run_in_child([&] {
           if (::setgroups(0, nullptr) != 0 || ::setgid(group) != 0 || ::setuid(user) != 0) return 3;
           const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
           return file >= 0 ? 1 : 0;
         }) == 1;
}

// Another user, who tries to open whatever shows up in some directories, as fast as he can.
class spy {
 public:
  explicit spy(std::vector<fs::path> directories) : watched_{std::move(directories)} {
    void* const shared = ::mmap(nullptr, sizeof(counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    counts_ = new (shared) counts;
    process_ = ::fork();
    if (process_ == 0) open_all();
    while (process_ > 0 && counts_->rounds == 0) {
      if (::waitpid(process_, nullptr, WNOHANG) != 0) process_ = -1;  // it could not become somebody else
      ::usleep(100);
    }
  }
  spy(const spy&) = delete;
  spy& operator=(const spy&) = delete;
  ~spy() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    ::munmap(counts_, sizeof(counts));
  }

  // Does the work under the spy's eyes: again and again until he has seen something, because on a busy machine he may
  // be asleep all the while. He must not have opened it.
  template <class Work>
  void watch(Work work) const {
    ASSERT_GT(process_, 0);
    constexpr int most_rounds = 200;
    int rounds = 0;
    do {
      work();
    } while (counts_->seen == 0 && ++rounds < most_rounds);
    EXPECT_GT(counts_->seen, 0);
    EXPECT_EQ(counts_->opened, 0);
  }

 private:
  struct counts {
    std::atomic<int> rounds{0};
    std::atomic<int> seen{0};
    std::atomic<int> opened{0};
  };

  [[noreturn]] void open_all() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::alarm(60);
    if (!support::become_ordinary_user()) ::_exit(1);
    for (;; ++counts_->rounds) {
      for (const fs::path& directory : watched_) {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator{directory, ignored}) {
          ++counts_->seen;
          const int file = ::open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
          if (file < 0) continue;
          ++counts_->opened;
          ::close(file);
        }
      }
    }
  }

  std::vector<fs::path> watched_;
  counts* counts_{};
  pid_t process_{-1};
};

class persist_permissions : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::is_root()) GTEST_SKIP() << "needs root, to become another user";
    ::chmod(made_.path().c_str(), 0755);
    ::chmod(place_.path().c_str(), 0755);
    ::chmod(hidden_.path().c_str(), 0700);
  }

  void need_lists(const fs::path& path) const {
    if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX has no access control lists";
    if (!support::set_list(path, support::own_list, support::list_for(support::nobody, 4))) {
      GTEST_SKIP() << "needs a file system with access control lists";
    }
  }

  support::umask_guard usual_{022};
  support::scratch_directory made_;    // everybody can look into it, as into /tmp
  support::scratch_directory place_;   // this, too, for targets that only their owner can read
  support::scratch_directory hidden_;  // only its owner can
};

// Puts files and directories of every kind in place while a spy watches where they come from and where they go.
void persist_all(const fs::path& from, const fs::path& to, const std::optional<fs::perms>& mode) {
  const std::string secret(1 << 20, 's');
  for (int i = 0; i < 10; ++i) {
    const tempfile::persist_options options{.durability = i % 2 == 0 ? durability::full : durability::none,
                                            .mode = mode};
    tempfile::named_temporary_file named{{.dir = from}};
    named << secret;
    named.persist(to / "named", options);
    tempfile::temporary_file unnamed{{.dir = from}};
    unnamed << secret;
    unnamed.persist(to / "unnamed", options);
    tempfile::spooled_temporary_file spooled{{.dir = from}};
    spooled << secret;
    spooled.persist(to / "spooled", options);
    tempfile::write_file(to / "written", secret, options);
    tempfile::replacing_file replacing{to / "replaced", options};
    replacing << secret;
    replacing.commit();
    auto [file, path] = tempfile::mkstemp({.dir = from});
    file.write(secret);
    tempfile::temporary_path{path}.persist(to / "adopted", options);
  }
}

TEST_F(persist_permissions, nobody_can_open_a_file_on_its_way_into_a_hidden_directory) {
  const spy other{{made_.path()}};
  other.watch([&] { persist_all(made_.path(), hidden_.path(), std::nullopt); });
  EXPECT_EQ(mode_of(hidden_ / "named"), 0644U);
}

TEST_F(persist_permissions, nobody_can_open_a_file_on_its_way_to_another_file_system) {
  const support::scratch_directory elsewhere{support::quick_place()};
  const spy other{{made_.path()}};
  other.watch([&] { persist_all(made_.path(), elsewhere.path(), std::nullopt); });
}

TEST_F(persist_permissions, nobody_can_open_a_file_on_its_way_to_a_private_target) {
  const spy other{{made_.path(), place_.path()}};
  other.watch([&] { persist_all(made_.path(), place_.path(), fs::perms{0600}); });
}

TEST_F(persist_permissions, nobody_can_open_a_directory_on_its_way_into_a_hidden_one) {
  const spy other{{made_.path()}};
  int made = 0;
  other.watch([&] {
    for (int i = 0; i < 100; ++i) {
      tempfile::temporary_directory directory{{.dir = made_.path()}};
      directory.persist(hidden_ / std::to_string(made++));
    }
  });
  EXPECT_EQ(mode_of(hidden_ / "0"), 0755U);
}

// --- access control lists --------------------------------------------------------------------------------------------

TEST_F(persist_permissions, a_list_that_is_inherited_and_not_asked_for_goes) {
  const fs::path target = place_ / "target";
  support::write_file(target, "secret");
  ASSERT_EQ(::chmod(target.c_str(), 0640), 0);
  if (need_lists(made_ / ""); IsSkipped()) return;
  for (const fs::path& directory : {made_.path(), place_.path()}) {
    ASSERT_TRUE(support::set_list(directory, support::inherited_list, support::list_for(support::nobody, 6)));
  }
  const auto expect_private = [&] {
    EXPECT_EQ(mode_of(target), 0640U);
    EXPECT_EQ(support::list_of(target), "");
    EXPECT_FALSE(can_be_read_by(support::nobody, support::nobody, target));
  };
  for (const bool has_mode : {false, true}) {
    tempfile::persist_options options;
    if (has_mode) options.mode = fs::perms{0640};
    tempfile::write_file(target, "secret", options);
    expect_private();
    tempfile::replacing_file replacing{target, options};
    replacing.commit();
    expect_private();
    for (const fs::path& from : {made_.path(), place_.path()}) {
      tempfile::named_temporary_file{{.dir = from}}.persist(target, options);
      expect_private();
    }
  }
}

TEST_F(persist_permissions, a_list_that_is_inherited_elsewhere_does_not_come_along) {
  if (need_lists(made_ / ""); IsSkipped()) return;
  ASSERT_TRUE(support::set_list(made_.path(), support::inherited_list, support::list_for(support::nobody, 6)));
  const support::umask_guard strict{027};
  tempfile::named_temporary_file{{.dir = made_.path()}}.persist(place_ / "target");
  EXPECT_EQ(mode_of(place_ / "target"), 0640U);
  EXPECT_EQ(support::list_of(place_ / "target"), "");
  tempfile::temporary_directory{{.dir = made_.path()}}.persist(place_ / "directory");
  EXPECT_EQ(mode_of(place_ / "directory"), 0750U);
  EXPECT_EQ(support::list_of(place_ / "directory", support::inherited_list), "");
}

TEST_F(persist_permissions, a_list_goes_with_the_group_that_is_lost) {
  const fs::path target = place_ / "target";
  support::write_file(target, "secret");
  constexpr gid_t games = 60;
  constexpr uid_t daemon = 1;
  ASSERT_EQ(::chown(target.c_str(), 0, games), 0);
  if (need_lists(target); IsSkipped()) return;
  ASSERT_TRUE(support::set_list(target, support::own_list, support::list_for(support::nobody, 6, 6)));
  ASSERT_EQ(::chown(place_.path().c_str(), support::nobody, support::nobody), 0);
  EXPECT_EQ(support::run_as_ordinary_user([&] {
              tempfile::write_file(target, "more secrets");
              return 0;
            }),
            0);
  EXPECT_FALSE(can_be_read_by(daemon, support::nobody, target));
  EXPECT_EQ(mode_of(target) & 077U, 0U);
}

TEST_F(persist_permissions, a_mask_never_becomes_the_permissions_of_the_group) {
  const fs::path target = place_ / "target";
  support::write_file(target, "secret");
  constexpr gid_t games = 60;
  constexpr uid_t daemon = 1;
  constexpr uid_t man = 6;
  ASSERT_EQ(::chown(target.c_str(), 0, games), 0);
  if (need_lists(target); IsSkipped()) return;
  ASSERT_TRUE(support::set_list(target, support::own_list, support::list_for(daemon, 6)));
  EXPECT_FALSE(can_be_read_by(man, games, target));
  ASSERT_EQ(::chown(place_.path().c_str(), support::nobody, games), 0);
  EXPECT_EQ(support::run_in_child([&] {
              if (::setgroups(0, nullptr) != 0 || ::setgid(games) != 0 || ::setuid(support::nobody) != 0) return 3;
              tempfile::write_file(target, "more secrets");
              return 0;
            }),
            0);
  EXPECT_FALSE(can_be_read_by(man, games, target));
  EXPECT_TRUE(can_be_read_by(daemon, daemon, target));  // the list was kept, though the file could not be read
}

TEST_F(persist_permissions, a_failure_gives_back_lists_and_attributes_too) {
  const fs::path target = place_ / "target";
  support::write_file(target, "old");
  if (need_lists(target); IsSkipped()) return;
  if (::setxattr(target.c_str(), "user.origin", "A", 1, 0) != 0) GTEST_SKIP() << "needs extended attributes";
  const int file = ::open(target.c_str(), O_RDONLY | O_CLOEXEC);
  int flags = 0;
  if (::ioctl(file, FS_IOC_GETFLAGS, &flags) != 0 ||
      (flags |= FS_IMMUTABLE_FL, ::ioctl(file, FS_IOC_SETFLAGS, &flags)) != 0) {
    ::close(file);
    GTEST_SKIP() << "needs a file system with immutable files";
  }
  tempfile::named_temporary_file made{{.dir = made_.path()}};
  const fs::path path = made.path();
  made << "new";
  std::error_code error;
  made.persist(target, error);
  flags &= ~FS_IMMUTABLE_FL;
  EXPECT_EQ(::ioctl(file, FS_IOC_SETFLAGS, &flags), 0);
  ::close(file);
  EXPECT_EQ(error, std::errc::operation_not_permitted);
  EXPECT_EQ(made.path(), path);
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(support::list_of(path), "");
  EXPECT_LT(::getxattr(path.c_str(), "user.origin", nullptr, 0), 0);
  EXPECT_EQ(support::entries(place_.path()), std::vector<fs::path>{target});
  made.persist(place_ / "elsewhere", {.mode = fs::perms{0640}});
  EXPECT_EQ(mode_of(place_ / "elsewhere"), 0640U);
  EXPECT_EQ(support::list_of(place_ / "elsewhere"), "");
}

TEST_F(persist_permissions, a_directory_keeps_its_special_bits_and_the_list_for_what_is_made_in_it) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX can't exchange directories";
  for (const mode_t mode : {01777U, 02775U, 0755U}) {
    const fs::path target = place_ / std::to_string(mode);
    fs::create_directory(target);
    ASSERT_EQ(::chmod(target.c_str(), mode), 0);
    const bool has_list = support::set_list(target, support::inherited_list, support::list_for(support::nobody, 5));
    const std::string list = support::list_of(target, support::inherited_list);
    tempfile::temporary_directory{{.dir = made_.path()}}.persist(target);
    EXPECT_EQ(mode_of(target), mode);
    EXPECT_EQ(support::list_of(target, support::inherited_list), list) << has_list;
  }
}

TEST_F(persist_permissions, can_be_those_of_a_new_file_when_one_is_replaced) {
  const fs::path target = place_ / "target";
  support::write_file(target, "old");
  ASSERT_EQ(::chmod(target.c_str(), 0600), 0);
  tempfile::write_file(target, "new", {.as_new = true});
  EXPECT_EQ(mode_of(target), 0644U);
}

TEST_F(persist_permissions, are_no_bits_that_are_none) {
  std::error_code error;
  tempfile::write_file(place_ / "target", "text", {.mode = fs::perms::unknown}, error);
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_FALSE(fs::exists(place_ / "target"));
  tempfile::temporary_directory directory{{.mode = fs::perms::unknown}, error};
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_THROW(static_cast<void>(tempfile::mkstemp({.mode = fs::perms::unknown})), fs::filesystem_error);
}

}  // namespace
