// The lesson's ten questions: each answer, as behaviour.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

// The library's temporary directory is a private one for each test.
class lesson : public testing::Test {
 protected:
  lesson() { tempfile::settempdir(directory_.path()); }
  ~lesson() override { tempfile::settempdir({}); }

  [[nodiscard]] std::vector<fs::path> left() const { return support::entries(directory_.path()); }

  support::scratch_directory directory_;
};

constexpr auto of_the_group_and_others = fs::perms::group_all | fs::perms::others_all;

TEST_F(lesson, question_1_a_path_need_not_be_hard_coded_does_not_clash_and_can_not_be_guessed) {
  const support::environment_guard tmpdir{"TMPDIR", directory_.path().string()};
  tempfile::settempdir({});
  EXPECT_EQ(tempfile::gettempdir(), directory_.path());

  const support::umask_guard everything_allowed{0};
  std::set<fs::path> paths;
  for (int i = 0; i < 1000; ++i) {
    const tempfile::named_temporary_file file;
    EXPECT_EQ(file.path().parent_path(), directory_.path());
    EXPECT_EQ(fs::status(file.path()).permissions() & of_the_group_and_others, fs::perms::none);
    paths.insert(file.path());
  }
  // Names that are free again are not used again: they are drawn, not counted.
  EXPECT_EQ(paths.size(), 1000U);
}

TEST_F(lesson, question_2_only_the_named_file_has_a_path_that_others_can_open) {
  tempfile::temporary_file unnamed;
  unnamed << "text" << std::flush;
  EXPECT_TRUE(left().empty());

  tempfile::named_temporary_file named;
  named << "text" << std::flush;
  EXPECT_EQ(left(), std::vector{named.path()});
  EXPECT_EQ(support::read_file(named.path()), "text");
}

TEST_F(lesson, question_3_a_directory_deletes_itself_and_its_contents_at_the_end_of_its_scope) {
  {
    const tempfile::temporary_directory directory;
    fs::create_directories(directory / "a" / "b");
    support::write_file(directory / "a" / "b" / "file", "text");
    support::write_file(directory / "file", "text");
    EXPECT_EQ(left(), std::vector{directory.path()});
  }
  EXPECT_TRUE(left().empty());
}

TEST_F(lesson, question_4_mkstemp_and_mkdtemp_do_not_clean_up_and_everything_else_does) {
  std::set<fs::path> made;
  {
    made.insert(tempfile::mkstemp().path);
    made.insert(tempfile::mkdtemp());
    const tempfile::temporary_file unnamed;
    const tempfile::named_temporary_file named;
    const tempfile::temporary_directory directory;
  }
  const auto paths = left();
  EXPECT_EQ(std::set<fs::path>(paths.begin(), paths.end()), made);
  EXPECT_EQ(made.size(), 2U);
}

TEST_F(lesson, question_5_what_was_written_is_read_after_seek_0) {
  tempfile::temporary_file file;
  file << "hello\n";
  std::string line;
  EXPECT_FALSE(std::getline(file, line));
  EXPECT_EQ(line, "");

  file.seek(0);
  EXPECT_TRUE(std::getline(file, line));
  EXPECT_EQ(line, "hello");
}

TEST_F(lesson, question_6_mkstemp_returns_an_open_file_and_a_path) {
  auto [file, path] = tempfile::mkstemp({.suffix = ".txt"});
  static_assert(std::is_same_v<decltype(file), tempfile::file_handle>);
  static_assert(std::is_same_v<decltype(path), fs::path>);
  file.write("text");
  EXPECT_EQ(path.extension(), ".txt");
  EXPECT_EQ(support::read_file(path), "text");  // unbuffered: there at once
}

TEST_F(lesson, question_7_one_stream_writes_and_reads_back) {
  tempfile::temporary_file file;
  file << "write ";
  file << 7;
  file.seek(0);
  std::string word;
  int number = 0;
  EXPECT_TRUE(file >> word >> number);
  EXPECT_EQ(word, "write");
  EXPECT_EQ(number, 7);
}

TEST_F(lesson, question_8_nothing_leaks_when_an_exception_is_thrown) {
  const std::size_t descriptors = support::open_descriptors();
  const auto work = [&] {
    tempfile::temporary_file unnamed;
    tempfile::named_temporary_file named;
    const tempfile::temporary_directory directory;
    support::write_file(directory / "file", "text");
    named << "unflushed";
    EXPECT_EQ(left().size(), 2U);
    throw std::runtime_error{"in the middle of it"};
  };
  EXPECT_THROW(work(), std::runtime_error);
  EXPECT_TRUE(left().empty());
  EXPECT_EQ(support::open_descriptors(), descriptors);
}

TEST_F(lesson, question_9_what_mkstemp_made_is_surely_removed_by_an_owner_of_its_path) {
  const auto work = [&] {
    const auto [file, path] = tempfile::mkstemp();
    const tempfile::temporary_path owner{path};
    EXPECT_EQ(left(), std::vector{path});
    throw std::runtime_error{"in the middle of it"};
  };
  EXPECT_THROW(work(), std::runtime_error);
  EXPECT_TRUE(left().empty());

  const fs::path path = tempfile::mkstemp().path;
  EXPECT_TRUE(fs::remove(path));
  EXPECT_TRUE(left().empty());
}

TEST_F(lesson, question_10_mkstemp_and_mkdtemp_are_for_what_must_outlive_its_scope_and_its_process) {
  const int result = support::run_in_child([] {
    tempfile::mkstemp().file.write("from the child");
    support::write_file(tempfile::mkdtemp() / "file", "from the child, too");
    std::exit(0);  // with all that happens at the end of a program
    return 1;
  });
  ASSERT_EQ(result, 0);
  const auto paths = left();
  ASSERT_EQ(paths.size(), 2U);
  for (const fs::path& path : paths) {
    EXPECT_EQ(support::read_file(fs::is_directory(path) ? path / "file" : path).substr(0, 14), "from the child");
  }
}

}  // namespace
