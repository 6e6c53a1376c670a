// Targets and sources that are not just a name and a file: links, directories, pipes, other file systems, no names at
// all.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <string>
#include <utility>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

class persist_targets : public testing::Test {
 protected:
  void expect_only(const fs::path& directory, std::size_t count) const {
    EXPECT_EQ(support::entries(directory).size(), count);
  }
  [[nodiscard]] bool has_other_file_system() const {
    struct stat one {};
    struct stat other {};
    return ::stat(made_.path().c_str(), &one) == 0 && ::stat(elsewhere_.path().c_str(), &other) == 0 &&
           one.st_dev != other.st_dev;
  }

  support::scratch_directory made_;
  support::scratch_directory place_;
  support::scratch_directory elsewhere_{support::quick_place()};
  fs::path target_{place_ / "target"};
};

// --- another file system ---------------------------------------------------------------------------------------------

TEST_F(persist_targets, a_refusal_does_not_move_the_position) {
  if (!has_other_file_system()) GTEST_SKIP() << "needs a second file system";
  const fs::path target = elsewhere_ / "target";
  support::write_file(target, "old");
  tempfile::named_temporary_file file{{.dir = made_.path()}};
  for (int i = 0; i < 20'000; ++i) file << i << '\n';
  file.seek(0);
  int number = 0;
  for (int i = 0; i < 10; ++i) file >> number;
  std::error_code error;
  file.persist(target, {.overwrite = false}, error);
  EXPECT_EQ(error, std::errc::file_exists);
  int count = 10;
  while (file >> number) EXPECT_EQ(number, count++);
  EXPECT_EQ(count, 20'000);
}

TEST_F(persist_targets, a_copy_that_fails_does_not_move_the_position) {
  if (!has_other_file_system()) GTEST_SKIP() << "needs a second file system";
  for (const bool is_named : {false, true}) {
    const std::string text(2 << 20, 'x');
    tempfile::temporary_file unnamed{{.dir = made_.path()}};
    tempfile::named_temporary_file named{{.dir = made_.path()}};
    tempfile::file_stream_base& file = is_named ? static_cast<tempfile::file_stream_base&>(named) : unnamed;
    file << text;
    file.seek(10);
    file.flush();
    std::error_code error;
    {
      const support::file_size_limit limit{1 << 20};
      if (is_named) {
        named.persist(elsewhere_ / "target", error);
      } else {
        unnamed.persist(elsewhere_ / "target", error);
      }
    }
    EXPECT_EQ(error, std::errc::file_too_large);
    expect_only(elsewhere_.path(), 0);
    EXPECT_EQ(file.tellp(), std::streampos{10});
    file << 'y' << std::flush;
    EXPECT_EQ(file.size(), text.size());
    file.seek(10);
    EXPECT_EQ(file.get(), 'y');
    EXPECT_EQ(file.get(), 'x');
  }
}

TEST_F(persist_targets, an_exclusive_target_is_looked_at_before_anything_is_copied) {
  if (!has_other_file_system()) GTEST_SKIP() << "needs a second file system";
  support::write_file(elsewhere_ / "target", "old");
  tempfile::named_temporary_file file{{.dir = made_.path()}};
  file << std::string(2 << 20, 'x') << std::flush;
  const support::file_size_limit limit{1 << 20};  // a copy would fail of this
  std::error_code error;
  file.persist(elsewhere_ / "target", {.overwrite = false}, error);
  EXPECT_EQ(error, std::errc::file_exists);
}

TEST_F(persist_targets, what_is_no_file_is_renamed_and_never_copied) {
  const auto make_pipe = [&](const char* name) {
    EXPECT_EQ(::mkfifo((made_ / name).c_str(), 0600), 0);
    return tempfile::temporary_path{made_ / name};
  };
  make_pipe("pipe").persist(target_);
  EXPECT_TRUE(fs::is_fifo(target_));
  fs::remove(target_);

  fs::create_symlink("nowhere", made_ / "link");
  tempfile::temporary_path{made_ / "link"}.persist(target_, {.overwrite = false});
  EXPECT_EQ(fs::read_symlink(target_), "nowhere");

  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const fs::path name = made_ / "socket";
  name.native().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(socket);
  tempfile::temporary_path{name}.persist(target_);
  EXPECT_TRUE(fs::is_socket(target_));

  auto pipe = make_pipe("pipe");
  std::error_code error;
  pipe.persist(place_ / "with_a_mode", {.mode = fs::perms{0600}}, error);
  EXPECT_EQ(error, std::errc::operation_not_supported);
  if (!has_other_file_system()) GTEST_SKIP() << "needs a second file system";
  pipe.persist(elsewhere_ / "target", error);
  EXPECT_EQ(error, std::errc::operation_not_supported);
  EXPECT_TRUE(pipe);
  EXPECT_TRUE(fs::is_fifo(pipe.path()));
  expect_only(elsewhere_.path(), 0);
}

// --- what stands at the target ---------------------------------------------------------------------------------------

TEST_F(persist_targets, a_hard_link_to_the_file_itself_leaves_no_second_name) {
  {
    tempfile::named_temporary_file file{{.dir = place_.path()}};
    file << "text";
    fs::create_hard_link(file.path(), target_);
    file.persist(target_);
  }
  expect_only(place_.path(), 1);
  EXPECT_EQ(support::read_file(target_), "text");
}

TEST_F(persist_targets, whatever_stands_there_exists_for_who_must_not_overwrite) {
  fs::create_directory(place_ / "directory");
  support::write_file(place_ / "file", "old");
  fs::create_symlink("nowhere", place_ / "link");
  for (const char* const name : {"directory", "file", "link"}) {
    std::error_code error;
    tempfile::write_file(place_ / name, "text", {.overwrite = false}, error);
    EXPECT_EQ(error, std::errc::file_exists) << name;
    tempfile::temporary_directory directory{{.dir = made_.path()}};
    directory.persist(place_ / name, {.overwrite = false}, error);
    EXPECT_EQ(error, std::errc::file_exists) << name;
    EXPECT_TRUE(fs::is_directory(directory.path()));
  }
  expect_only(place_.path(), 3);
}

TEST_F(persist_targets, a_directory_may_end_in_a_slash) {
  tempfile::temporary_directory{{.dir = made_.path()}}.persist(place_ / "a/");
  tempfile::temporary_directory second{{.dir = made_.path()}};
  tempfile::temporary_path{second.keep()}.persist(place_ / "b//");
  EXPECT_TRUE(fs::is_directory(place_ / "a"));
  EXPECT_TRUE(fs::is_directory(place_ / "b"));
}

TEST_F(persist_targets, what_can_be_no_file_is_refused_before_anything_is_written) {
  fs::create_directory(place_ / "directory");
  support::write_file(place_ / "exists", "old");
  const auto refusal = [&](const fs::path& target, const tempfile::persist_options& options = {}) {
    std::error_code error;
    const tempfile::replacing_file file{target, options, error};
    EXPECT_FALSE(file.is_open()) << target;
    EXPECT_THROW(static_cast<void>(tempfile::replacing_file{target, options}), fs::filesystem_error);
    return error;
  };
  for (const fs::path& target : {fs::path{}, fs::path{"."}, fs::path{".."}, place_ / "new/", place_ / "directory/",
                                 place_ / "new/.", place_ / fs::path{std::string("a\0b", 3)}}) {
    EXPECT_EQ(refusal(target), std::errc::invalid_argument) << target;
  }
  EXPECT_EQ(refusal(place_ / "directory"), std::errc::is_a_directory);
  EXPECT_EQ(refusal(place_ / "exists", {.overwrite = false}), std::errc::file_exists);
  EXPECT_EQ(refusal(place_ / "missing/target"), std::errc::no_such_file_or_directory);
  EXPECT_EQ(refusal(place_ / "exists/target"), std::errc::not_a_directory);
  expect_only(place_.path(), 2);
}

TEST_F(persist_targets, a_directory_that_can_not_be_synced_is_refused_before_anything_is_written) {
  ASSERT_EQ(::chmod(place_.path().c_str(), 0300), 0);
  if (support::is_root()) {
    ASSERT_EQ(::chown(place_.path().c_str(), support::nobody, support::nobody), 0);
  }
  const int result = support::run_as_ordinary_user([&] {
    std::error_code error;
    tempfile::write_file(target_, "text", {.durability = tempfile::durability::full}, error);
    if (error != std::errc::permission_denied) return 1;
    if (::access(target_.c_str(), F_OK) == 0) return 2;
    if (support::has_linux_platform()) tempfile::write_file(target_, "text");  // needs O_PATH or O_SEARCH
    return 0;
  });
  ::chmod(place_.path().c_str(), 0700);
  EXPECT_EQ(result, 0);
}

TEST_F(persist_targets, a_path_is_returned_only_by_what_has_succeeded) {
  std::error_code error;
  EXPECT_EQ(tempfile::write_file(place_.path(), "text", error), fs::path{});
  EXPECT_TRUE(error);
  EXPECT_EQ(tempfile::write_file(place_ / "missing/target", "text", error), fs::path{});
  tempfile::temporary_file file;
  EXPECT_EQ(file.persist(place_.path(), error), fs::path{});
  EXPECT_EQ(tempfile::write_file(target_, "text", error), target_);
  EXPECT_FALSE(error);
}

// --- through links ---------------------------------------------------------------------------------------------------

TEST_F(persist_targets, a_link_is_followed_if_asked_to) {
  fs::create_directory(place_ / "real");
  support::write_file(place_ / "real/settings", "old");
  fs::create_symlink("real/settings", place_ / "link");
  fs::create_symlink(place_ / "link", place_ / "chain");
  EXPECT_EQ(tempfile::write_file(place_ / "chain", "new", {.follow = true}), place_ / "real/settings");
  EXPECT_EQ(support::read_file(place_ / "real/settings"), "new");
  EXPECT_TRUE(fs::is_symlink(place_ / "chain"));
  EXPECT_TRUE(fs::is_symlink(place_ / "link"));

  tempfile::replacing_file file{place_ / "chain", {.follow = true}};
  file << "newer";
  file.commit();
  EXPECT_EQ(support::read_file(place_ / "real/settings"), "newer");
  EXPECT_TRUE(fs::is_symlink(place_ / "chain"));
  expect_only(place_ / "real", 1);
}

TEST_F(persist_targets, a_dangling_link_is_followed_to_a_new_file) {
  fs::create_symlink("new", place_ / "link");
  tempfile::write_file(place_ / "link", "text", {.overwrite = false, .follow = true});
  EXPECT_EQ(support::read_file(place_ / "new"), "text");
  EXPECT_TRUE(fs::is_symlink(place_ / "link"));
}

TEST_F(persist_targets, links_that_lead_nowhere_are_refused) {
  fs::create_symlink("two", place_ / "one");
  fs::create_symlink("one", place_ / "two");
  fs::create_symlink("missing/name", place_ / "lost");
  std::error_code error;
  tempfile::write_file(place_ / "one", "text", {.follow = true}, error);
  EXPECT_EQ(error, std::errc::too_many_symbolic_link_levels);
  tempfile::write_file(place_ / "lost", "text", {.follow = true}, error);
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
  tempfile::write_file(place_ / "lost", "text", {.follow = true, .parents = true});
  EXPECT_EQ(support::read_file(place_ / "missing/name"), "text");
}

TEST_F(persist_targets, directories_that_are_missing_are_made_if_asked_to) {
  tempfile::write_file(place_ / "a/b/c", "text", {.parents = true});
  EXPECT_EQ(support::read_file(place_ / "a/b/c"), "text");
  std::error_code error;
  tempfile::write_file(place_ / "a/b/c/d/e", "text", {.parents = true}, error);
  EXPECT_EQ(error, std::errc::not_a_directory);
}

// --- what is kept ----------------------------------------------------------------------------------------------------

TEST_F(persist_targets, what_is_kept_at_the_end_can_be_persisted_before) {
  tempfile::named_temporary_file file{{.dir = made_.path(), .keep = true}};
  file << "text";
  file.persist(target_);
  EXPECT_EQ(support::read_file(target_), "text");
  tempfile::temporary_directory directory{{.dir = made_.path(), .keep = true}};
  directory.persist(place_ / "directory");
  expect_only(made_.path(), 0);
}

TEST_F(persist_targets, a_file_that_its_owner_may_not_read_can_be_persisted) {
  ASSERT_EQ(::chmod(made_.path().c_str(), 0777), 0);
  ASSERT_EQ(::chmod(place_.path().c_str(), 0777), 0);
  EXPECT_EQ(
      support::run_as_ordinary_user([&] {
        tempfile::named_temporary_file file{{.dir = made_.path(), .mode = fs::perms{0200}, .delete_on_close = false}};
        file << "text";
        file.close();
        file.persist(target_, {.mode = fs::perms{0600}});
        return support::read_file(target_) == "text" ? 0 : 1;
      }),
      0);
}

}  // namespace
