// Who removes what: a created name whatever has it by then, an adopted one only what was adopted.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "support/hook_listener.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

// Ways in which programs write a file anew under its name.
struct rewriting {
  const char* name;
  void (*rewrite)(const fs::path& path);
};

void rename_over(const fs::path& path, const std::string& beside) {
  support::write_file(beside, "anew");
  fs::rename(beside, path);
}

const rewriting rewritings[] = {
    {"sed",
     [](const fs::path& path) { ASSERT_EQ(std::system(("sed -i s/old/anew/ '" + path.string() + "'").c_str()), 0); }},
    {"editor", [](const fs::path& path) { rename_over(path, path.string() + "~new"); }},
    {"git", [](const fs::path& path) { rename_over(path, path.string() + ".lock"); }},
    {"remove_and_write",
     [](const fs::path& path) {
       fs::remove(path);
       support::write_file(path, "anew");
     }},
};

void PrintTo(const rewriting& shown, std::ostream* out) { *out << shown.name; }

class a_named_file_rewritten_by : public testing::TestWithParam<rewriting> {
 protected:
  tempfile::named_temporary_file make(bool delete_on_close = true) {
    tempfile::named_temporary_file file{{.dir = directory_.path(), .delete_on_close = delete_on_close}};
    file << "old" << std::flush;
    return file;
  }
  void rewrite(const fs::path& path) {
    GetParam().rewrite(path);
    ASSERT_EQ(support::read_file(path).substr(0, 4), "anew");
  }

  support::scratch_directory directory_;
};

TEST_P(a_named_file_rewritten_by, is_removed_at_its_end) {
  const support::hook_listener hook;
  {
    auto file = make();
    rewrite(file.path());
  }
  {
    auto file = make(false);
    file.close();
    rewrite(file.path());
  }
  make().close();
  EXPECT_TRUE(support::entries(directory_.path()).empty());
  EXPECT_TRUE(hook.told().empty());
}

TEST_P(a_named_file_rewritten_by, is_persisted_as_it_is_now_when_it_is_closed) {
  auto file = make(false);
  file.close();
  rewrite(file.path());
  file.persist(directory_ / "target");
  EXPECT_EQ(support::read_file(directory_ / "target").substr(0, 4), "anew");
  EXPECT_EQ(support::entries(directory_.path()).size(), 1U);
}

TEST_P(a_named_file_rewritten_by, is_not_persisted_while_it_is_open_but_by_its_path) {
  auto file = make();
  rewrite(file.path());
  try {
    file.persist(directory_ / "target");
    FAIL();
  } catch (const fs::filesystem_error& failed) {
    EXPECT_EQ(failed.code(), tempfile::errc::replaced);
    EXPECT_NE(std::string{failed.what()}.find("into_path()"), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(directory_ / "target"));
  std::move(file).into_path().persist(directory_ / "target");
  EXPECT_EQ(support::read_file(directory_ / "target").substr(0, 4), "anew");
  EXPECT_EQ(support::entries(directory_.path()).size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(all, a_named_file_rewritten_by, testing::ValuesIn(rewritings),
                         [](const auto& tested) { return std::string{tested.param.name}; });

TEST(a_created_name, is_removed_as_whatever_it_has_become) {
  const support::scratch_directory directory;
  const fs::path kept = directory / "kept";
  fs::create_directory(kept);
  support::write_file(kept / "file", "");
  const std::function<void(const fs::path&)> become[] = {
      [](const fs::path& path) { support::write_file(path, "a file"); },
      [](const fs::path& path) { fs::create_directory(path); },
      [](const fs::path& path) { fs::create_directories(path / "a/b"); },
      [&](const fs::path& path) { fs::create_directory_symlink(kept, path); },
      [](const fs::path& path) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); },
  };
  for (const auto& next : become) {
    for (const bool was_directory : {false, true}) {
      if (was_directory) {
        const tempfile::temporary_directory made{{.dir = directory.path()}};
        support::write_file(made / "file", "");
        fs::remove_all(made.path());
        next(made.path());
      } else {
        const tempfile::named_temporary_file made{{.dir = directory.path()}};
        fs::remove(made.path());
        next(made.path());
      }
      EXPECT_EQ(support::entries(directory.path()).size(), 1U);
    }
  }
  EXPECT_TRUE(fs::exists(kept / "file"));
}

// What is born in the same tick of the clock that stamps files is not told apart: a tick takes up to 10 ms.
void wait_for_next_tick() { std::this_thread::sleep_for(std::chrono::milliseconds{20}); }

// ext4 gives the inode number of a removed file to the next one.
TEST(an_adopted_name, is_left_alone_when_another_program_makes_it_anew) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs times of birth, which POSIX does not have";
  const support::scratch_directory directory;
  const fs::path path = directory / "pid";
  support::write_file(path, "1");
  tempfile::temporary_path adopted{path};
  wait_for_next_tick();
  fs::remove(path);
  support::write_file(path, "2");
  std::error_code error;
  adopted.remove(error);
  EXPECT_EQ(error, tempfile::errc::replaced);
  EXPECT_FALSE(adopted);
  EXPECT_EQ(support::read_file(path), "2");
}

TEST(an_adopted_name, of_a_directory_that_is_made_anew_is_left_alone) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs times of birth, which POSIX does not have";
  const support::scratch_directory directory;
  const fs::path path = directory / "d";
  fs::create_directory(path);
  tempfile::temporary_path adopted{path};
  wait_for_next_tick();
  fs::remove(path);
  fs::create_directory(path);
  support::write_file(path / "file", "precious");
  std::error_code error;
  adopted.remove(error);
  EXPECT_EQ(error, tempfile::errc::replaced);
  EXPECT_TRUE(fs::exists(path / "file"));
}

TEST(an_adopted_name, of_a_socket_is_left_to_the_next_instance_of_a_daemon) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs times of birth, which POSIX does not have";
  const support::scratch_directory directory;
  const fs::path path = directory / "s";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path) GTEST_SKIP() << "needs a shorter TMPDIR";
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  const auto bind_socket = [&] {
    tempfile::file_handle daemon{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    EXPECT_EQ(::bind(daemon.native_handle(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return daemon;
  };
  const tempfile::file_handle first = bind_socket();
  tempfile::temporary_path adopted{path};
  wait_for_next_tick();
  fs::remove(path);
  const tempfile::file_handle second = bind_socket();
  std::error_code error;
  adopted.remove(error);
  EXPECT_EQ(error, tempfile::errc::replaced);
  EXPECT_TRUE(fs::exists(path));
}

TEST(an_adopted_name, is_not_persisted_as_another_file) {
  const support::scratch_directory directory;
  const fs::path path = directory / "file";
  support::write_file(path, "1");
  tempfile::temporary_path adopted{path};
  rename_over(path, path.string() + ".new");
  std::error_code error;
  adopted.persist(directory / "target", error);
  EXPECT_EQ(error, tempfile::errc::replaced);
  EXPECT_FALSE(fs::exists(directory / "target"));
  EXPECT_EQ(support::read_file(path), "anew");
}

// Where inode numbers are made up when an inode is loaded, another number says nothing.
TEST(a_created_directory, is_removed_after_its_inode_number_has_changed) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to mount an overlay";
  const support::scratch_directory directory;
  const int result = support::run_with_own_mounts([&] {
    for (const char* const name : {"lower", "upper", "merged"}) fs::create_directory(directory / name);
    if (!support::mount_memory(directory / "lower") || !support::mount_memory(directory / "upper")) {
      return support::not_available;
    }
    fs::create_directory(directory / "lower/tmp");
    for (const char* const name : {"data", "work"}) fs::create_directory(directory / "upper" / name);
    const std::string base = directory.path().string();
    const std::string how =
        "lowerdir=" + base + "/lower,upperdir=" + base + "/upper/data,workdir=" + base + "/upper/work";
    if (::mount("overlay", (directory / "merged").c_str(), "overlay", 0, how.c_str()) != 0) {
      return support::not_available;
    }
    const fs::path tmp = directory / "merged/tmp";
    {
      const tempfile::temporary_directory made{{.dir = tmp}};
      support::write_file(made / "file", "");
      ::sync();
      std::ofstream{"/proc/sys/vm/drop_caches"} << "2\n";
    }
    return support::entries(tmp).empty() ? 0 : 1;
  });
  if (result == support::not_available) GTEST_SKIP() << "needs overlayfs";
  EXPECT_EQ(result, 0);
}

// --- what another user may have planted ------------------------------------------------------------------------------

class a_directory_that_may_be_planted : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::is_root()) GTEST_SKIP() << "needs root, to be two users";
    fs::create_directory(place_);
    ASSERT_EQ(::chmod(place_.c_str(), 01777), 0);
  }

  // A directory of nobody's with a file in it, born before whatever is created afterwards.
  fs::path make_nobodys() {
    const fs::path made = place_ / "planted";
    fs::create_directory(made);
    support::write_file(made / "file", "");
    EXPECT_EQ(::chown(made.c_str(), support::nobody, support::nobody), 0);
    wait_for_next_tick();
    return made;
  }

  static void put_in_place_of(const fs::path& made, const fs::path& other) {
    fs::remove(made);
    fs::rename(other, made);
  }

  void expect_left(tempfile::temporary_directory& made) {
    std::error_code error;
    made.cleanup(error);
    EXPECT_EQ(error, tempfile::errc::replaced);
    EXPECT_TRUE(fs::exists(made.path() / "file"));
  }

  support::scratch_directory scratch_;
  fs::path place_{scratch_ / "place"};
};

TEST_F(a_directory_that_may_be_planted, is_left_alone_if_it_is_anothers) {
  const fs::path planted = make_nobodys();
  tempfile::temporary_directory made{{.dir = place_}};
  put_in_place_of(made.path(), planted);
  expect_left(made);
}

TEST_F(a_directory_that_may_be_planted, is_left_alone_in_place_of_a_file_as_well) {
  const fs::path planted = make_nobodys();
  tempfile::named_temporary_file made{{.dir = place_}};
  put_in_place_of(made.path(), planted);
  std::error_code error;
  made.close(error);
  EXPECT_EQ(error, tempfile::errc::replaced);
  EXPECT_TRUE(fs::exists(made.path() / "file"));
}

TEST_F(a_directory_that_may_be_planted, is_removed_if_it_is_ours_and_given_away) {
  tempfile::temporary_directory made{{.dir = place_}};
  support::write_file(made / "file", "");
  struct statx status {};
  const bool is_told = ::statx(AT_FDCWD, made.path().c_str(), 0, STATX_BTIME, &status) == 0;
  ASSERT_EQ(::chown(made.path().c_str(), support::nobody, support::nobody), 0);
  if (!is_told || (status.stx_mask & STATX_BTIME) == 0 || !support::has_linux_platform()) {
    expect_left(made);
  } else {
    made.cleanup();
    EXPECT_TRUE(support::entries(place_).empty());
  }
}

TEST_F(a_directory_that_may_be_planted, is_left_alone_where_others_rename_if_it_is_anothers_whenever_it_was_born) {
  ASSERT_EQ(::chmod(place_.c_str(), 0777), 0);  // no sticky bit
  tempfile::temporary_directory made{{.dir = place_}};
  support::write_file(made / "file", "");
  ASSERT_EQ(::chown(made.path().c_str(), support::nobody, support::nobody), 0);
  expect_left(made);
}

TEST_F(a_directory_that_may_be_planted, is_left_alone_where_others_rename_if_they_may_write_to_it) {
  for (const mode_t shared : {0777U, 02775U}) {
    ASSERT_EQ(::chmod(place_.c_str(), shared), 0);
    tempfile::temporary_directory made{{.dir = place_}};
    support::write_file(made / "file", "");
    ASSERT_EQ(::chmod(made.path().c_str(), 0770), 0);
    expect_left(made);
    fs::remove_all(made.path());
  }
}

TEST_F(a_directory_that_may_be_planted, is_left_alone_in_another_users_directory) {
  ASSERT_EQ(::chmod(place_.c_str(), 0700), 0);
  ASSERT_EQ(::chown(place_.c_str(), support::nobody, support::nobody), 0);
  tempfile::temporary_directory made{{.dir = place_}};
  support::write_file(made / "file", "");
  ASSERT_EQ(::chmod(made.path().c_str(), 0770), 0);
  expect_left(made);
}

TEST_F(a_directory_that_may_be_planted, is_removed_where_others_rename_if_it_is_as_we_made_it) {
  ASSERT_EQ(::chmod(place_.c_str(), 0777), 0);
  for (const fs::perms mode : {fs::perms{0700}, fs::perms{0770}}) {
    tempfile::temporary_directory made{{.dir = place_, .mode = mode}};
    support::write_file(made / "file", "");
    made.cleanup();
  }
  EXPECT_TRUE(support::entries(place_).empty());
}

}  // namespace
