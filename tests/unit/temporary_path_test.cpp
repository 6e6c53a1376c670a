#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <cstring>
#include <string>
#include <utility>

#include "support/hook_listener.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

class temporary_path : public testing::Test {
 protected:
  fs::path file(const std::string& name = "file") const {
    support::write_file(directory_ / name, "content");
    return directory_ / name;
  }
  support::scratch_directory directory_;
};

TEST_F(temporary_path, owns_nothing_by_default) {
  tempfile::temporary_path name;
  EXPECT_FALSE(name);
  EXPECT_TRUE(name.path().empty());
  EXPECT_NO_THROW(name.remove());
}

TEST_F(temporary_path, removes_the_file_that_it_adopted_and_no_other) {
  const fs::path adopted = file("adopted");
  const fs::path other = file("other");
  { const tempfile::temporary_path name{adopted}; }
  EXPECT_FALSE(fs::exists(adopted));
  EXPECT_TRUE(fs::exists(other));
}

TEST_F(temporary_path, removes_a_directory_with_all_that_is_in_it) {
  fs::create_directories(directory_ / "dir/sub");
  support::write_file(directory_ / "dir/sub/file", "");
  { const tempfile::temporary_path name{directory_ / "dir/"}; }
  EXPECT_FALSE(fs::exists(directory_ / "dir"));
}

TEST_F(temporary_path, removes_a_link_and_not_what_it_points_to) {
  const fs::path target = file("target");
  fs::create_directory(directory_ / "dir");
  fs::create_symlink(target, directory_ / "link");
  fs::create_symlink(directory_ / "dir", directory_ / "link_to_dir");
  fs::create_symlink("nowhere", directory_ / "dangling");
  for (const char* const link : {"link", "link_to_dir", "dangling"}) {
    { const tempfile::temporary_path name{directory_ / link}; }
    EXPECT_FALSE(fs::is_symlink(directory_ / link)) << link;
  }
  EXPECT_TRUE(fs::exists(target));
  EXPECT_TRUE(fs::exists(directory_ / "dir"));
}

TEST_F(temporary_path, removes_a_pipe_and_a_socket) {
  ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
  const tempfile::file_handle socket{::socket(AF_UNIX, SOCK_STREAM, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = directory_ / "socket";
  if (path.size() >= sizeof address.sun_path) GTEST_SKIP() << "needs a shorter TMPDIR";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ASSERT_EQ(::bind(socket.native_handle(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  {
    const tempfile::temporary_path pipe_name{directory_ / "pipe"};
    const tempfile::temporary_path socket_name{directory_ / "socket"};
  }
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_F(temporary_path, is_absolute_at_once) {
  file();
  EXPECT_EQ(support::run_in_child([&] {
              fs::current_path(directory_.path());
              {
                const tempfile::temporary_path name{"./file"};
                if (name.path() != directory_ / "file") return 1;
                fs::current_path("/");
              }
              return fs::exists(directory_ / "file") ? 2 : 0;
            }),
            0);
}

TEST_F(temporary_path, refuses_what_is_not_there_or_must_not_be_removed) {
  const auto refused = [](const fs::path& path) {
    std::error_code error;
    const tempfile::temporary_path name{path, error};
    EXPECT_FALSE(name);
    EXPECT_THROW(static_cast<void>(tempfile::temporary_path{path}), fs::filesystem_error);
    return error;
  };
  EXPECT_EQ(refused(directory_ / "missing"), std::errc::no_such_file_or_directory);
  EXPECT_EQ(refused(""), std::errc::invalid_argument);
  EXPECT_EQ(refused(std::string{"a\0b", 3}), std::errc::invalid_argument);
  for (const char* const path : {"/", "//", ".", "..", "/tmp/.", "/tmp/.."}) {
    EXPECT_EQ(refused(path), tempfile::errc::refused_to_remove) << path;
  }
}

TEST_F(temporary_path, removes_now_if_asked_to_and_once) {
  tempfile::temporary_path name{file()};
  name.remove();
  EXPECT_FALSE(fs::exists(name.path()));
  EXPECT_FALSE(name);
  file();  // another of the same name
  EXPECT_NO_THROW(name.remove());
  EXPECT_TRUE(fs::exists(name.path()));
}

TEST_F(temporary_path, keeps) {
  const fs::path path = file();
  {
    tempfile::temporary_path name{path};
    EXPECT_EQ(name.keep(), path);
    EXPECT_FALSE(name);
  }
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(temporary_path, leaves_alone_what_has_taken_its_name) {
  const support::hook_listener hook;
  const fs::path path = file();
  {
    tempfile::temporary_path name{path};
    fs::rename(file("other"), path);
    std::error_code error;
    name.remove(error);
    EXPECT_EQ(error, tempfile::errc::replaced);
    EXPECT_NE(error, std::errc::no_such_file_or_directory);
    EXPECT_FALSE(name);
  }
  EXPECT_TRUE(fs::exists(path));
  EXPECT_TRUE(hook.told().empty());
}

TEST_F(temporary_path, whose_directory_is_gone_is_gone) {
  const support::hook_listener hook;
  fs::create_directory(directory_ / "dir");
  {
    const tempfile::temporary_path name{file("dir/file")};
    fs::remove_all(directory_ / "dir");
  }
  EXPECT_TRUE(hook.told().empty());
}

TEST_F(temporary_path, moves_and_swaps_without_removing) {
  const fs::path one = file("one");
  const fs::path two = file("two");
  tempfile::temporary_path first{one};
  tempfile::temporary_path second{std::move(first)};
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): what is left owns nothing, as promised
  EXPECT_TRUE(fs::exists(one));
  tempfile::temporary_path& same = second;
  second = std::move(same);
  EXPECT_TRUE(second);
  EXPECT_TRUE(fs::exists(one));
  tempfile::temporary_path third{two};
  swap(second, third);
  EXPECT_EQ(second.path(), two);
  third = std::move(second);
  EXPECT_FALSE(fs::exists(one));
  EXPECT_TRUE(fs::exists(two));
  EXPECT_EQ(third.path(), two);
}

}  // namespace
