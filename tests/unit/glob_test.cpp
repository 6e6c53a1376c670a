// Patterns, and the trees they are matched in.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

using names = std::vector<std::string>;

constexpr uid_t nobody = 65534;

class glob : public testing::Test {
 protected:
  // Makes empty files, and the directories they are in.
  void make(const names& files) const {
    for (const std::string& file : files) {
      fs::create_directories((directory_ / file).parent_path());
      support::write_file(directory_ / file, "");
    }
  }

  [[nodiscard]] names relative(const std::vector<fs::path>& found) const {
    names result;
    for (const fs::path& path : found) result.push_back(path.lexically_relative(directory_.path()).string());
    return result;
  }

  // What is found, relative to the directory, in the order found.
  [[nodiscard]] names find(std::string_view pattern) const {
    return relative(tempfile::glob(directory_.path(), pattern));
  }

  support::scratch_directory directory_;
};

TEST_F(glob, a_plain_name_finds_itself_only) {
  make({"a", "ab", "A"});
  EXPECT_EQ(find("a"), names{"a"});
  EXPECT_EQ(find("b"), names{});
}

TEST_F(glob, a_star_stands_for_any_characters_none_included) {
  make({"a.txt", "ab.txt", ".txt", "atxt", "a.txt2", "b"});
  EXPECT_EQ(find("a*.txt"), (names{"a.txt", "ab.txt"}));
  EXPECT_EQ(find("*.txt"), (names{"a.txt", "ab.txt"}));
  EXPECT_EQ(find("*txt*"), (names{"a.txt", "a.txt2", "ab.txt", "atxt"}));
  EXPECT_EQ(find("*"), (names{"a.txt", "a.txt2", "ab.txt", "atxt", "b"}));
  EXPECT_EQ(find("a*t*t"), (names{"a.txt", "ab.txt", "atxt"}));
}

TEST_F(glob, a_star_goes_back_as_far_as_needed) {
  make({"aab", "aaab", "abab", "aba"});
  EXPECT_EQ(find("*ab"), (names{"aaab", "aab", "abab"}));
  EXPECT_EQ(find("*a*b"), (names{"aaab", "aab", "abab"}));
  EXPECT_EQ(find("a*ba"), names{"aba"});
}

TEST_F(glob, many_stars_take_no_exponential_time) {
  make({std::string(250, 'a')});
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "a*";
  EXPECT_EQ(find(pattern + "b"), names{});
  EXPECT_EQ(find(pattern).size(), 1U);
}

TEST_F(glob, a_question_mark_stands_for_one_character) {
  make({"a", "ab", "abc", "b"});
  EXPECT_EQ(find("?"), (names{"a", "b"}));
  EXPECT_EQ(find("?b"), names{"ab"});
  EXPECT_EQ(find("a??"), names{"abc"});
  EXPECT_EQ(find("a?"), names{"ab"});
}

TEST_F(glob, a_character_is_a_whole_utf_8_sequence) {
  make({"\u00e9", "\u20ac", "\U0001f600", "e\u0301"});
  EXPECT_EQ(find("?"), (names{"\u00e9", "\u20ac", "\U0001f600"}));
  EXPECT_EQ(find("??"), names{"e\u0301"});
  EXPECT_EQ(find("[\u20ac\u00e9]"), (names{"\u00e9", "\u20ac"}));
  EXPECT_EQ(find("[\u00e0-\u00ff]"), names{"\u00e9"});
  EXPECT_EQ(find("[!\u00e0-\u00ff]"), (names{"\u20ac", "\U0001f600"}));
  EXPECT_EQ(find("*\u0301"), names{"e\u0301"});
}

TEST_F(glob, a_byte_that_is_no_utf_8_counts_as_a_character_and_equals_itself_only) {
  // In turn: never valid; a continuation by itself; a sequence cut short; one cut short by an ASCII character; an
  // overlong one; beyond Unicode.
  const names stray = {"\xff", "\x80", "\xc3", "\xe2\x82z", "\xc0\xaf", "\xf5\x80\x80\x80"};
  try {
    make(stray);
  } catch (const fs::filesystem_error&) {
  }
  if (support::entries(directory_.path()).size() != stray.size()) GTEST_SKIP() << "needs names that are not UTF-8";
  EXPECT_EQ(find("?"), (names{"\x80", "\xc3", "\xff"}));
  EXPECT_EQ(find("??"), names{"\xc0\xaf"});
  EXPECT_EQ(find("??z"), names{"\xe2\x82z"});
  EXPECT_EQ(find("????"), names{"\xf5\x80\x80\x80"});
  EXPECT_EQ(find("\xff"), names{"\xff"});
  EXPECT_EQ(find("[\xff\xc3]"), (names{"\xc3", "\xff"}));
  EXPECT_EQ(find("[!\xff]"), (names{"\x80", "\xc3"}));
  EXPECT_EQ(find("[\u00ff\u00c3]"), names{});  // not the code points of these numbers
}

TEST_F(glob, a_set_stands_for_one_of_its_characters) {
  make({"a", "b", "c", "d", "-", "abc"});
  EXPECT_EQ(find("[ac]"), (names{"a", "c"}));
  EXPECT_EQ(find("[b-d]"), (names{"b", "c", "d"}));
  EXPECT_EQ(find("[ac-d]"), (names{"a", "c", "d"}));
  EXPECT_EQ(find("[a-bd]"), (names{"a", "b", "d"}));
  EXPECT_EQ(find("[a-]"), (names{"-", "a"}));
  EXPECT_EQ(find("[-a]"), (names{"-", "a"}));
  EXPECT_EQ(find("[d-a]"), names{});
  EXPECT_EQ(find("[a][b][c]"), names{"abc"});
}

TEST_F(glob, a_set_that_begins_with_an_exclamation_mark_stands_for_all_others) {
  make({"a", "b", "c", "!", "ab"});
  EXPECT_EQ(find("[!a]"), (names{"!", "b", "c"}));
  EXPECT_EQ(find("[!a-b]"), (names{"!", "c"}));
  EXPECT_EQ(find("[a!]"), (names{"!", "a"}));
  EXPECT_EQ(find("[!!]"), (names{"a", "b", "c"}));
}

TEST_F(glob, a_bracket_in_first_place_is_in_the_set) {
  make({"]", "a", "b", "[", "a]"});
  EXPECT_EQ(find("[]]"), names{"]"});
  EXPECT_EQ(find("[]a]"), (names{"]", "a"}));
  EXPECT_EQ(find("[!]]"), (names{"[", "a", "b"}));
  EXPECT_EQ(find("[a]]"), names{"a]"});
  EXPECT_EQ(find("[[]"), names{"["});
}

TEST_F(glob, a_set_that_is_not_closed_is_a_bracket) {
  make({"[", "[a-", "[!", "[]", "a"});
  EXPECT_EQ(find("["), names{"["});
  EXPECT_EQ(find("[a-"), names{"[a-"});
  EXPECT_EQ(find("[!"), names{"[!"});
  EXPECT_EQ(find("[]"), names{"[]"});
  EXPECT_EQ(find("[*"), (names{"[", "[!", "[]", "[a-"}));
}

TEST_F(glob, a_wildcard_in_a_set_means_itself) {
  make({"*", "?", "a", "a*b", "axb"});
  EXPECT_EQ(find("[*]"), names{"*"});
  EXPECT_EQ(find("[?]"), names{"?"});
  EXPECT_EQ(find("a[*]b"), names{"a*b"});
}

TEST_F(glob, case_counts) {
  make({"Report.TXT", "report.txt"});
  EXPECT_EQ(find("report.*"), names{"report.txt"});
  EXPECT_EQ(find("[R]*"), names{"Report.TXT"});
}

TEST_F(glob, a_leading_dot_must_be_written) {
  make({".hidden", "shown", "a.b"});
  EXPECT_EQ(find("*"), (names{"a.b", "shown"}));
  EXPECT_EQ(find("?hidden"), names{});
  EXPECT_EQ(find("[.]hidden"), names{});
  EXPECT_EQ(find("[!a]*"), names{"shown"});
  EXPECT_EQ(find(".*"), names{".hidden"});
  EXPECT_EQ(find(".hidden"), names{".hidden"});
  EXPECT_EQ(find("a?b"), names{"a.b"});
}

TEST_F(glob, finds_entries_of_every_kind) {
  make({"file", "directory/inner"});
  fs::create_symlink("nowhere", directory_ / "dangling");
  ASSERT_EQ(::mkfifo((directory_ / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(find("*"), (names{"dangling", "directory", "fifo", "file"}));
}

TEST_F(glob, a_pattern_of_several_components_matches_in_sub_directories) {
  make({"logs/a.txt", "logs/b.dat", "logs2/c.txt", "other/d.txt", "logs/deep/e.txt", "file"});
  EXPECT_EQ(find("logs/*.txt"), names{"logs/a.txt"});
  EXPECT_EQ(find("log*/*.txt"), (names{"logs/a.txt", "logs2/c.txt"}));
  EXPECT_EQ(find("*/*/*"), names{"logs/deep/e.txt"});
  EXPECT_EQ(find("file/*"), names{});
  EXPECT_EQ(find("absent/*"), names{});
}

TEST_F(glob, empty_components_and_single_dots_say_nothing) {
  make({"a/b"});
  EXPECT_EQ(find("./a//./b"), names{"a/b"});
  EXPECT_EQ(find("a/*/"), names{"a/b"});
}

TEST_F(glob, two_stars_match_any_number_of_directories) {
  make({"a.txt", "x/a.txt", "x/y/a.txt", "x/y/b.txt", "z/y/a.txt"});
  EXPECT_EQ(find("**/a.txt"), (names{"a.txt", "x/a.txt", "x/y/a.txt", "z/y/a.txt"}));
  EXPECT_EQ(find("x/**/a.txt"), (names{"x/a.txt", "x/y/a.txt"}));
  EXPECT_EQ(find("**/y/*"), (names{"x/y/a.txt", "x/y/b.txt", "z/y/a.txt"}));
  EXPECT_EQ(find("x/**"), (names{"x", "x/y"}));
  EXPECT_EQ(find("**/*"), (names{"a.txt", "x", "x/a.txt", "x/y", "x/y/a.txt", "x/y/b.txt", "z", "z/y", "z/y/a.txt"}));
}

TEST_F(glob, two_stars_find_each_entry_once) {
  make({"a/a/a/f"});
  EXPECT_EQ(find("**/**/f"), names{"a/a/a/f"});
  EXPECT_EQ(find("**/a/**/f"), names{"a/a/a/f"});
}

TEST_F(glob, two_stars_within_a_component_are_two_stars) {
  make({"ab", "x/ab"});
  EXPECT_EQ(find("a**"), names{"ab"});
  EXPECT_EQ(find("**b"), names{"ab"});
}

TEST_F(glob, two_stars_do_not_look_into_hidden_directories) {
  make({".hidden/f", "shown/f", "shown/.hidden/f", "shown/.f"});
  EXPECT_EQ(find("**/f"), names{"shown/f"});
  EXPECT_EQ(find("**/.f"), names{"shown/.f"});
  EXPECT_EQ(find(".hidden/**/f"), names{".hidden/f"});
}

TEST_F(glob, two_stars_follow_no_symbolic_link) {
  make({"real/f"});
  fs::create_directory_symlink("real", directory_ / "link");
  fs::create_directory_symlink(".", directory_ / "loop");
  fs::create_directory_symlink("..", directory_ / "real" / "up");
  fs::create_symlink("self", directory_ / "self");
  EXPECT_EQ(find("**/f"), names{"real/f"});
  EXPECT_EQ(find("**/*"), (names{"link", "loop", "real", "real/f", "real/up", "self"}));
  EXPECT_EQ(find("link/f"), names{"link/f"});  // named, so wanted
  EXPECT_EQ(find("l*/f"), names{"link/f"});
}

TEST_F(glob, the_result_is_sorted) {
  names files;
  for (int i = 0; i < 100; ++i)
    files.push_back(std::string{"d"} + std::to_string(i % 7) + "/f" + std::to_string(i * 37 % 101));
  make(files);
  std::vector<fs::path> expected;
  for (const std::string& file : files) expected.push_back(directory_ / file);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(tempfile::glob(directory_.path(), "*/*"), expected);
  EXPECT_EQ(tempfile::glob(directory_.path(), "**/f*"), expected);
}

TEST_F(glob, the_result_is_absolute_for_a_relative_directory) {
  make({"sub/f"});
  const int result = support::run_in_child([&] {
    fs::current_path(directory_.path());
    const std::vector expected{directory_ / "sub" / "f"};
    const bool in_sub = tempfile::glob("sub", "*") == expected && tempfile::glob("./sub", "*") == expected;
    const bool in_working_directory = tempfile::glob(".", "*/f") == expected;
    return in_sub && in_working_directory ? 0 : 1;
  });
  EXPECT_EQ(result, 0);
}

TEST_F(glob, the_directory_may_be_a_symbolic_link_and_keeps_its_name) {
  make({"real/f"});
  fs::create_directory_symlink("real", directory_ / "link");
  EXPECT_EQ(relative(tempfile::glob(directory_ / "link", "*")), names{"link/f"});
}

TEST_F(glob, a_pattern_character_in_the_directory_is_only_a_character) {
  make({"[a]*/f", "a/f"});
  EXPECT_EQ(relative(tempfile::glob(directory_ / "[a]*", "*")), names{"[a]*/f"});
}

TEST_F(glob, a_temporary_directory_searches_itself) {
  const tempfile::temporary_directory directory{{.dir = directory_.path()}};
  support::write_file(directory / "report-2.txt", "");
  support::write_file(directory / "report-1.txt", "");
  support::write_file(directory / "report-1.dat", "");
  const std::vector expected{directory / "report-1.txt", directory / "report-2.txt"};
  EXPECT_EQ(directory.glob("report-*.txt"), expected);
  std::error_code error = std::make_error_code(std::errc::io_error);
  EXPECT_EQ(directory.glob("report-*.txt", error), expected);
  EXPECT_FALSE(error);
}

TEST_F(glob, finding_nothing_is_no_error) {
  std::error_code error = std::make_error_code(std::errc::io_error);
  EXPECT_TRUE(tempfile::glob(directory_.path(), "*", error).empty());
  EXPECT_FALSE(error);
}

TEST_F(glob, a_directory_that_can_not_be_read_is_an_error_that_names_it) {
  make({"file"});
  const auto expect_error = [](const fs::path& dir, std::errc reason) {
    for (const char* const pattern : {"*", "**", "a/b", "name"}) {
      std::error_code error;
      EXPECT_TRUE(tempfile::glob(dir, pattern, error).empty() || std::string_view{pattern} == "**");
      EXPECT_EQ(error, reason) << pattern;
      try {
        static_cast<void>(tempfile::glob(dir, pattern));
        ADD_FAILURE() << "no exception for " << pattern;
      } catch (const fs::filesystem_error& thrown) {
        EXPECT_EQ(thrown.code(), reason);
        EXPECT_EQ(thrown.path1(), dir);
      }
    }
  };
  expect_error(directory_ / "absent", std::errc::no_such_file_or_directory);
  expect_error(directory_ / "file", std::errc::not_a_directory);
}

TEST_F(glob, an_empty_directory_is_an_error_and_not_the_working_directory) {
  std::error_code error;
  EXPECT_TRUE(tempfile::glob("", "*", error).empty());
  EXPECT_EQ(error, std::errc::invalid_argument);
  tempfile::temporary_directory none{{.dir = directory_ / "missing"}, error};
  EXPECT_TRUE(error);
  EXPECT_TRUE(none.glob("*", error).empty());
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_THROW(static_cast<void>(none / "child"), fs::filesystem_error);
}

TEST_F(glob, many_components_of_any_depth_take_no_exponential_time) {
  fs::path chain = directory_.path();
  for (int level = 0; level < 40; ++level) chain /= "a";
  fs::create_directories(chain);
  std::string pattern = "**/a";
  for (int i = 0; i < 11; ++i) pattern += "/**/a";
  EXPECT_EQ(find(pattern).size(), 29U);  // from the twelfth on
  EXPECT_EQ(find(pattern + "/**").size(), 29U);
}

TEST_F(glob, any_depth_needs_few_descriptors_and_may_be_longer_than_a_path) {
  constexpr int levels = 3000;
  const std::string name(10, 'd');
  tempfile::temporary_directory top{{.dir = directory_.path()}};
  int at = ::open(top.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int level = 0; level < levels; ++level) {
    ASSERT_EQ(::mkdirat(at, name.c_str(), 0700), 0);
    const int below = ::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ::close(at);
    at = below;
  }
  ::close(::openat(at, "x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ::close(at);
  std::vector<fs::path> found;
  {
    const support::descriptor_limit few{64};
    EXPECT_NO_THROW(found = top.glob("**/x"));
  }
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().native().size(), top.path().native().size() + levels * (name.size() + 1) + 2);
}

TEST_F(glob, what_vanishes_below_is_skipped) {
  make({"stays/f"});
  std::atomic<bool> is_done{false};
  std::thread other{[&] {
    while (!is_done) {
      ::mkdir((directory_ / "comes_and_goes").c_str(), 0700);
      ::rmdir((directory_ / "comes_and_goes").c_str());
    }
  }};
  for (int i = 0; i < 2000; ++i) {
    std::error_code error;
    EXPECT_EQ(relative(tempfile::glob(directory_.path(), "*/f", error)), names{"stays/f"});
    EXPECT_FALSE(error);
  }
  is_done = true;
  other.join();
}

TEST_F(glob, a_name_is_looked_up_where_the_directory_can_not_be_read) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs O_PATH or O_SEARCH";
  make({"open/a/f", "open/b"});
  fs::permissions(directory_.path(), fs::perms::all);
  fs::permissions(directory_ / "open", fs::perms{0711});
  const int result = support::run_in_child([&] {
    // 0711 forbids an ordinary user nothing in a directory of its own.
    if ((support::is_root() ? ::seteuid(nobody) : ::chmod((directory_ / "open").c_str(), 0100)) != 0) return 2;
    const bool is_found = relative(tempfile::glob(directory_.path(), "*/b")) == names{"open/b"} &&
                          relative(tempfile::glob(directory_ / "open", "b")) == names{"open/b"} &&
                          relative(tempfile::glob(directory_ / "open", "a/*")) == names{"open/a/f"};
    return is_found ? 0 : 1;
  });
  fs::permissions(directory_ / "open", fs::perms::all);
  if (result == 2) GTEST_SKIP() << "needs an ordinary user";
  EXPECT_EQ(result, 0);
}

TEST_F(glob, bytes_that_are_no_character_match_only_themselves) {
  for (const char* const stray : {"\xE0\x81\x81", "\xF0\x80\x81\x81", "\xED\xA0\x80", "\xF4\x90\x82\x80"}) {
    make({stray});
    EXPECT_EQ(find("A"), names{});
    EXPECT_EQ(find("?"), names{}) << "more than one";
    EXPECT_EQ(find(stray), names{stray});
    fs::remove(directory_ / stray);
  }
}

TEST_F(glob, a_sub_directory_that_can_not_be_read_is_skipped_and_told_to_who_asks) {
  make({"a/f", "closed/f", "z/f"});
  fs::permissions(directory_.path(), fs::perms::all);
  fs::permissions(directory_ / "closed", fs::perms::none);
  const int result = support::run_in_child([&] {
    if (support::is_root() && ::seteuid(nobody) != 0) return 2;
    std::error_code error;
    const names expected{"a/f", "z/f"};
    if (relative(tempfile::glob(directory_.path(), "*/f*", error)) != expected || error) return 1;
    tempfile::glob_report report;
    if (relative(tempfile::glob(directory_.path(), "*/f*", report)) != expected) return 1;
    const bool is_told = report.skipped.size() == 1 && report.skipped[0].path == directory_ / "closed" &&
                         report.skipped[0].error == std::errc::permission_denied;
    return is_told ? 0 : 1;
  });
  fs::permissions(directory_ / "closed", fs::perms::all);
  if (result == 2) GTEST_SKIP() << "needs an ordinary user";
  EXPECT_EQ(result, 0);
}

TEST_F(glob, a_pattern_that_can_not_be_meant_is_refused) {
  make({"a/b"});
  using namespace std::string_view_literals;
  for (const std::string_view pattern : {""sv, "."sv, "/"sv, "/a"sv, "a\0"sv, ".."sv, "../*"sv, "a/../a"sv, "a/.."sv}) {
    std::error_code error;
    EXPECT_TRUE(tempfile::glob(directory_.path(), pattern, error).empty());
    EXPECT_EQ(error, std::errc::invalid_argument) << pattern;
    EXPECT_THROW(static_cast<void>(tempfile::glob(directory_.path(), pattern)), fs::filesystem_error);
  }
  std::error_code error;
  EXPECT_TRUE(tempfile::glob(fs::path{std::string{"/tmp\0x", 6}}, "*", error).empty());
  EXPECT_EQ(error, std::errc::invalid_argument);
}

TEST_F(glob, two_dots_are_only_special_as_a_component) {
  make({"a..b", "..c"});
  EXPECT_EQ(find("*..*"), names{"a..b"});
  EXPECT_EQ(find("..*"), names{"..c"});
}

TEST_F(glob, leaves_no_descriptor_open) {
  make({"a/b/c/f", "a/d/f"});
  const std::size_t before = support::open_descriptors();
  EXPECT_EQ(find("**/f").size(), 2U);
  std::error_code error;
  static_cast<void>(tempfile::glob(directory_ / "absent", "**", error));
  EXPECT_EQ(support::open_descriptors(), before);
}

}  // namespace
