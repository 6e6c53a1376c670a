#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/hook_listener.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

class temporary_directory : public testing::Test {
 protected:
  tempfile::temporary_directory make() const { return tempfile::temporary_directory{{.dir = directory_.path()}}; }
  support::scratch_directory directory_;
};

void fill(const fs::path& directory) {
  fs::create_directories(directory / "a/b/c");
  support::write_file(directory / "file", "x");
  support::write_file(directory / "a/b/c/file", "x");
}

// A file that not even root can remove, while it lives.
class immutable_file {
 public:
  explicit immutable_file(const fs::path& path) : file_{::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600)} {
    is_immutable_ = set(FS_IMMUTABLE_FL);
  }
  immutable_file(const immutable_file&) = delete;
  immutable_file& operator=(const immutable_file&) = delete;
  ~immutable_file() { set(0); }
  explicit operator bool() const noexcept { return is_immutable_; }

 private:
  bool set(int flags) const { return ::ioctl(file_.native_handle(), FS_IOC_SETFLAGS, &flags) == 0; }
  tempfile::file_handle file_;
  bool is_immutable_;
};

TEST_F(temporary_directory, is_gone_with_everything_in_it_at_the_end_of_its_scope) {
  fs::path path;
  {
    const auto dir = make();
    path = dir.path();
    fill(path);
    EXPECT_TRUE(path.is_absolute());
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(temporary_directory, is_gone_when_an_exception_leaves_its_scope) {
  try {
    const auto dir = make();
    fill(dir.path());
    throw std::runtime_error{"on its way"};
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_F(temporary_directory, joins_paths_that_stay_inside) {
  const auto dir = make();
  EXPECT_EQ(dir / "a/b.txt", dir.path() / "a/b.txt");
  EXPECT_EQ(dir / "/etc/passwd", dir.path() / "etc/passwd");
}

TEST_F(temporary_directory, finds_files_by_pattern) {
  const auto dir = make();
  fill(dir.path());
  EXPECT_EQ(dir.glob("*"), (std::vector<fs::path>{dir / "a", dir / "file"}));
  std::error_code error;
  EXPECT_EQ(dir.glob("**/file", error).size(), 2U);
  EXPECT_FALSE(error);
}

TEST_F(temporary_directory, cleans_up_when_asked_to_and_again) {
  auto dir = make();
  fill(dir.path());
  dir.cleanup();
  EXPECT_FALSE(fs::exists(dir.path()));
  EXPECT_NO_THROW(dir.cleanup());
}

TEST_F(temporary_directory, stays_if_asked_to_unless_cleaned_up) {
  fs::path kept;
  fs::path cleaned;
  {
    const tempfile::temporary_directory first{{.dir = directory_.path(), .keep = true}};
    tempfile::temporary_directory second{{.dir = directory_.path(), .keep = true}};
    kept = first.path();
    cleaned = second.path();
    second.cleanup();
  }
  EXPECT_TRUE(fs::exists(kept));
  EXPECT_FALSE(fs::exists(cleaned));
}

TEST_F(temporary_directory, can_be_kept_later) {
  fs::path path;
  {
    auto dir = make();
    path = dir.keep();
  }
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(temporary_directory, that_is_gone_already_is_no_error) {
  const support::hook_listener hook;
  {
    auto dir = make();
    fs::remove(dir.path());
    EXPECT_NO_THROW(dir.cleanup());
    const auto other = make();
    fs::remove(other.path());
  }
  EXPECT_TRUE(hook.told().empty());
}

TEST_F(temporary_directory, reports_what_can_not_be_removed_and_owns_it_still) {
  auto dir = make();
  fill(dir.path());
  const fs::path path = dir.path();
  {
    const immutable_file stubborn{dir / "a/stubborn"};
    if (!stubborn) GTEST_SKIP() << "needs root and a file system with immutable files";
    std::error_code error;
    dir.cleanup(error);
    EXPECT_EQ(error, std::errc::operation_not_permitted);
    try {
      dir.cleanup();
      ADD_FAILURE() << "removed what can't be";
    } catch (const fs::filesystem_error& thrown) {
      EXPECT_EQ(thrown.path1(), dir / "a/stubborn");
    }
    EXPECT_EQ(support::entries(path / "a").size(), 1U);  // all else is gone
    EXPECT_FALSE(fs::exists(path / "file"));
  }
  dir.cleanup();
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(temporary_directory, tells_the_hook_what_its_destructor_can_not_remove_even_while_an_exception_passes) {
  const support::hook_listener hook;
  fs::path path;
  try {
    const auto dir = make();
    path = dir.path();
    const immutable_file stubborn{dir / "stubborn"};
    if (!stubborn) GTEST_SKIP() << "needs root and a file system with immutable files";
    auto taken =
        std::make_unique<tempfile::temporary_directory>(std::move(const_cast<tempfile::temporary_directory&>(dir)));
    taken.reset();
    throw std::runtime_error{"on its way"};
  } catch (const std::runtime_error&) {
  }
  ASSERT_EQ(hook.told().size(), 1U);
  EXPECT_EQ(hook.told().front().first, path / "stubborn");
  EXPECT_EQ(hook.told().front().second, std::errc::operation_not_permitted);
}

TEST_F(temporary_directory, is_silent_about_what_can_not_be_removed_if_asked_to) {
  const support::hook_listener hook;
  const fs::path stubborn_path = directory_ / "stubborn";
  {
    tempfile::temporary_directory dir{{.dir = directory_.path(), .ignore_cleanup_errors = true}};
    const immutable_file stubborn{dir / "stubborn"};
    if (!stubborn) GTEST_SKIP() << "needs root and a file system with immutable files";
    EXPECT_NO_THROW(dir.cleanup());
    std::error_code error = std::make_error_code(std::errc::io_error);
    dir.cleanup(error);
    EXPECT_FALSE(error);
    EXPECT_TRUE(fs::exists(dir / "stubborn"));
    const auto last = std::move(dir);
  }
  EXPECT_TRUE(hook.told().empty());
}

TEST_F(temporary_directory, is_removed_from_within) {
  EXPECT_EQ(support::run_in_child([&] {
              fs::path path;
              {
                const auto dir = make();
                path = dir.path();
                fs::create_directory(dir / "sub");
                fs::current_path(dir / "sub");
              }
              return fs::exists(path) ? 1 : 0;
            }),
            0);
}

TEST_F(temporary_directory, moves_and_swaps_without_removing) {
  auto first = make();
  const fs::path one = first.path();
  auto second = std::move(first);
  EXPECT_TRUE(first.path().empty());  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move): what is left is
                                      // empty, as promised
  auto& same = second;
  second = std::move(same);
  EXPECT_TRUE(fs::exists(one));
  auto third = make();
  const fs::path two = third.path();
  swap(second, third);
  EXPECT_EQ(second.path(), two);
  EXPECT_TRUE(fs::exists(one) && fs::exists(two));
  third = std::move(second);
  EXPECT_FALSE(fs::exists(one));
  EXPECT_TRUE(fs::exists(two));
}

TEST_F(temporary_directory, has_a_path_even_as_a_temporary) {
  const fs::path path = make().path();
  EXPECT_EQ(path.parent_path(), directory_.path());
  EXPECT_FALSE(fs::exists(path));
}

// As systemd-tmpfiles asks before it looks at how old a directory is.
bool can_be_locked_by_a_cleaner(const fs::path& directory) {
  const int opened = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_locked = ::flock(opened, LOCK_EX | LOCK_NB) == 0;
  ::close(opened);
  return is_locked;
}

TEST_F(temporary_directory, is_locked_on_request_as_long_as_it_is_owned) {
  tempfile::temporary_directory unlocked{{.dir = directory_.path()}};
  EXPECT_TRUE(can_be_locked_by_a_cleaner(unlocked.path()));
  tempfile::temporary_directory first{{.dir = directory_.path(), .lock = true}};
  const fs::path path = first.path();
  EXPECT_FALSE(can_be_locked_by_a_cleaner(path));
  tempfile::temporary_directory second = std::move(first);
  EXPECT_FALSE(can_be_locked_by_a_cleaner(path));
  second.keep();
  EXPECT_TRUE(can_be_locked_by_a_cleaner(path));

  tempfile::temporary_directory persisted{{.dir = directory_.path(), .lock = true}};
  persisted.persist(directory_ / "target");
  EXPECT_TRUE(can_be_locked_by_a_cleaner(directory_ / "target"));

  const std::size_t before = support::open_descriptors();
  tempfile::temporary_directory{{.dir = directory_.path(), .lock = true}}.cleanup();
  EXPECT_EQ(support::open_descriptors(), before);
}

TEST_F(temporary_directory, that_cannot_be_locked_is_not_made) {
  fs::permissions(directory_.path(), fs::perms::all);
  const int status = support::run_as_ordinary_user([&] {
    std::error_code error;
    const tempfile::temporary_directory dir{
        {.dir = directory_.path(), .mode = fs::perms::owner_write | fs::perms::owner_exec, .lock = true}, error};
    return error == std::errc::permission_denied && dir.path().empty() ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

}  // namespace
