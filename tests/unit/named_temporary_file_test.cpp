#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <stdexcept>
#include <string>
#include <utility>

#include "support/hook_listener.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

class named_temporary_file : public testing::Test {
 protected:
  tempfile::named_temporary_file make() const { return tempfile::named_temporary_file{{.dir = directory_.path()}}; }
  support::scratch_directory directory_;
};

TEST_F(named_temporary_file, can_be_opened_by_its_path_while_it_is_alive) {
  auto file = make();
  file << "text" << std::flush;
  EXPECT_EQ(support::read_file(file.path()), "text");
  support::write_file(file.path(), "others");
  file.seek(0);
  std::string word;
  file >> word;
  EXPECT_EQ(word, "others");
}

TEST_F(named_temporary_file, is_gone_at_the_end_of_its_scope) {
  fs::path path;
  {
    const auto file = make();
    path = file.path();
    EXPECT_TRUE(fs::exists(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(named_temporary_file, is_gone_when_an_exception_leaves_its_scope) {
  try {
    const auto file = make();
    throw std::runtime_error{"on its way"};
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_F(named_temporary_file, is_gone_when_closed_and_remembers_its_path) {
  auto file = make();
  const fs::path path = file.path();
  file.close();
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(file.path(), path);
  EXPECT_NO_THROW(file.close());
}

TEST_F(named_temporary_file, stays_after_close_until_the_end_if_asked_to) {
  fs::path path;
  {
    tempfile::named_temporary_file file{{.dir = directory_.path(), .delete_on_close = false}};
    path = file.path();
    file << "for another program";
    file.close();
    EXPECT_EQ(support::read_file(path), "for another program");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(named_temporary_file, stays_for_good_if_asked_to) {
  fs::path path;
  {
    tempfile::named_temporary_file file{{.dir = directory_.path(), .delete_on_close = true, .keep = true}};
    path = file.path();
    file << "kept";
    file.close();
  }
  EXPECT_EQ(support::read_file(path), "kept");
}

TEST_F(named_temporary_file, can_be_kept_later) {
  fs::path path;
  {
    auto file = make();
    path = file.keep();
    file << "kept";
  }
  EXPECT_EQ(support::read_file(path), "kept");
}

TEST_F(named_temporary_file, that_is_gone_already_is_no_error) {
  const support::hook_listener hook;
  {
    auto file = make();
    fs::remove(file.path());
    EXPECT_NO_THROW(file.close());
    const auto other = make();
    fs::remove(other.path());
  }
  EXPECT_TRUE(hook.told().empty());
}

TEST_F(named_temporary_file, hands_its_name_over_closed_and_written) {
  fs::path path;
  {
    tempfile::temporary_path name;
    {
      auto file = make();
      path = file.path();
      file << "text";
      name = std::move(file).into_path();
      EXPECT_FALSE(file.is_open());  // NOLINT(bugprone-use-after-move): only the name was taken
    }
    EXPECT_EQ(name.path(), path);
    EXPECT_EQ(support::read_file(path), "text");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(named_temporary_file, a_move_takes_the_name_along) {
  auto first = make();
  const fs::path path = first.path();
  {
    const auto second = std::move(first);
    EXPECT_EQ(second.path(), path);
    EXPECT_TRUE(first.path().empty());  // NOLINT(bugprone-use-after-move): what is left is empty, as promised
    EXPECT_TRUE(fs::exists(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(named_temporary_file, a_move_assignment_removes_what_was_there_before) {
  auto first = make();
  auto second = make();
  const fs::path kept = first.path();
  const fs::path gone = second.path();
  second = std::move(first);
  EXPECT_FALSE(fs::exists(gone));
  EXPECT_TRUE(fs::exists(kept));
  EXPECT_EQ(second.path(), kept);
}

TEST_F(named_temporary_file, a_self_move_or_swap_changes_nothing) {
  auto file = make();
  const fs::path path = file.path();
  auto& same = file;
  file = std::move(same);
  swap(file, same);
  EXPECT_EQ(file.path(), path);
  EXPECT_TRUE(fs::exists(path));
  EXPECT_TRUE(file.is_open());
}

TEST_F(named_temporary_file, a_swap_exchanges_names_and_when_they_go) {
  auto first = make();
  tempfile::named_temporary_file second{{.dir = directory_.path(), .delete_on_close = false}};
  const fs::path of_first = first.path();
  const fs::path of_second = second.path();
  swap(first, second);
  first.close();
  second.close();
  EXPECT_TRUE(fs::exists(of_second));
  EXPECT_FALSE(fs::exists(of_first));
}

TEST_F(named_temporary_file, has_a_path_even_as_a_temporary) {
  const fs::path path = tempfile::named_temporary_file{{.dir = directory_.path()}}.path();
  EXPECT_TRUE(path.is_absolute());
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(named_temporary_file, that_can_not_be_written_keeps_its_name_until_the_end) {
  const support::hook_listener hook;
  fs::path path;
  {
    auto file = make();
    path = file.path();
    file << "too much";
    const support::file_size_limit limit{0};
    EXPECT_THROW(file.close(), fs::filesystem_error);
    EXPECT_TRUE(fs::exists(path));
    const auto last = std::move(file);
  }
  EXPECT_FALSE(fs::exists(path));
  ASSERT_EQ(hook.told().size(), 1U);
  EXPECT_EQ(hook.told().front().first, path);
  EXPECT_EQ(hook.told().front().second, std::errc::file_too_large);
}

}  // namespace
