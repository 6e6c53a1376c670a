// What a C++ programmer expects of types, constructors and overloads, and what of them is checked by compiling alone.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <array>
#include <cstdio>
#include <cstring>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

// --- constructing, moving, swapping
// ------------------------------------------------------------------------------------

template <class T>
class interface : public testing::Test {};

using types = testing::Types<tempfile::temporary_file, tempfile::named_temporary_file, tempfile::spooled_temporary_file,
                             tempfile::temporary_directory, tempfile::temporary_path, tempfile::replacing_file,
                             tempfile::file_stream, tempfile::file_handle>;
TYPED_TEST_SUITE(interface, types);

template <class T>
T made() {
  return {};
}

TYPED_TEST(interface, is_default_constructed_in_every_place) {
  TypeParam plain{};
  struct holder {
    TypeParam member;
    int number;
  };
  holder held{};
  std::array<TypeParam, 2> some{};
  plain = {};
  plain = made<TypeParam>();
  static_cast<void>(held);
  static_cast<void>(some);
}

TYPED_TEST(interface, is_moved_and_never_copied) {
  static_assert(std::is_move_constructible_v<TypeParam> && std::is_move_assignable_v<TypeParam>);
  static_assert(std::is_swappable_v<TypeParam>);
  static_assert(!std::is_copy_constructible_v<TypeParam> && !std::is_copy_assignable_v<TypeParam>);
  std::optional<TypeParam> optional{made<TypeParam>()};
  std::vector<TypeParam> several;
  several.push_back(std::move(*optional));
  several.emplace_back();
  using std::swap;
  swap(several[0], several[1]);
}

// Whoever has only the base can't take the file away from the name, or the name from the file.
template <class Stream>
concept can_be_closed = requires(Stream& stream) {
  stream.close();
};
template <class Stream>
concept can_be_swapped = requires(Stream& left, Stream& right) {
  left.swap(right);
};
template <class Stream>
concept can_be_released = requires(Stream& stream) {
  stream.release();
};
static_assert(!can_be_closed<tempfile::file_stream_base> && !can_be_swapped<tempfile::file_stream_base> &&
              !can_be_released<tempfile::file_stream_base>);
static_assert(!std::is_move_constructible_v<tempfile::file_stream_base> &&
              !std::is_move_assignable_v<tempfile::file_stream_base>);
static_assert(!std::is_base_of_v<tempfile::temporary_file, tempfile::replacing_file>);

TEST(interface_of_replacing_file, moves_and_swaps_its_target_with_its_bytes) {
  const support::scratch_directory place;
  const auto for_target = [&](const char* name) {
    tempfile::replacing_file file{place / name};
    file << "for " << name;
    return file;
  };
  std::vector<tempfile::replacing_file> files;
  for (const char* const name : {"a", "b", "c"}) files.push_back(for_target(name));
  using std::swap;
  swap(files[0], files[1]);
  files[0].swap(files[2]);
  for (tempfile::replacing_file& file : files) file.commit();
  for (const char* const name : {"a", "b", "c"}) {
    EXPECT_EQ(support::read_file(place / name), std::string{"for "} + name);
  }
  tempfile::replacing_file cancelled{place / "a"};
  cancelled << "never";
  cancelled.cancel();
  EXPECT_FALSE(cancelled.is_open());
  cancelled = for_target("d");
  cancelled = {};
  EXPECT_EQ(support::read_file(place / "a"), "for a");
  EXPECT_FALSE(fs::exists(place / "d"));
}

TEST(interface_of_options, convert_to_those_of_each_class) {
  const support::scratch_directory place;
  const tempfile::options common{.prefix = "begin-", .suffix = ".end", .dir = place.path(), .mode = fs::perms{0700}};
  const tempfile::temporary_directory directory{common};
  const tempfile::named_temporary_file file{common};
  const tempfile::spooled_temporary_file spooled{common};
  for (const fs::path& path : {directory.path(), file.path()}) {
    EXPECT_EQ(path.parent_path(), place.path());
    EXPECT_EQ(path.filename().string().substr(0, 6), "begin-");
    EXPECT_EQ(path.extension(), ".end");
    EXPECT_EQ(fs::status(path).permissions(), fs::perms{0700});
  }
}
// A struct that no longer begins as all do would not be converted to.
static_assert(std::is_convertible_v<tempfile::options, tempfile::named_temporary_file_options>);
static_assert(std::is_convertible_v<tempfile::options, tempfile::spooled_temporary_file_options>);
static_assert(std::is_convertible_v<tempfile::options, tempfile::temporary_directory_options>);

TEST(interface_of_errors, come_by_code_without_options_as_well) {
  const support::scratch_directory place;
  tempfile::settempdir(place / "missing");
  std::error_code error;
  const tempfile::temporary_file file{error};
  EXPECT_TRUE(error);
  const tempfile::named_temporary_file named{error};
  EXPECT_TRUE(error);
  const tempfile::temporary_directory directory{error};
  EXPECT_TRUE(error);
  error.clear();
  EXPECT_FALSE(tempfile::mkstemp(error).file.is_open());
  EXPECT_TRUE(error);
  error.clear();
  EXPECT_EQ(tempfile::mkdtemp(error), "");
  EXPECT_TRUE(error);
  tempfile::settempdir({});
  const tempfile::spooled_temporary_file spooled{error};
  EXPECT_FALSE(error);
  const tempfile::replacing_file replacing{place / "missing/target", error};
  EXPECT_TRUE(error);
  tempfile::write_file(place / "target", "text", error);
  EXPECT_FALSE(error);
  tempfile::temporary_file again{{}};
  EXPECT_TRUE(again.is_open());
  tempfile::write_file(place / "empty", {});
  EXPECT_EQ(tempfile::read_file(place / "empty"), "");
}

TEST(interface_of_errors, name_the_directory_of_a_spooled_file_and_the_path_of_a_named_one) {
  const support::scratch_directory place;
  const auto path_of = [](auto operation) {
    try {
      operation();
    } catch (const fs::filesystem_error& error) {
      return error.path1();
    }
    return fs::path{};
  };
  tempfile::spooled_temporary_file spooled{{.dir = place / "missing"}};
  EXPECT_EQ(path_of([&] { spooled.rollover(); }), place / "missing");
  EXPECT_EQ(path_of([&] { static_cast<void>(spooled.native_handle()); }), place / "missing");
  tempfile::named_temporary_file named{{.dir = place.path()}};
  const support::file_size_limit limit{0};
  named << "text";
  EXPECT_EQ(path_of([&] { named.close(); }), named.path());
  EXPECT_EQ(path_of([&] { named.truncate(1); }), named.path());
  EXPECT_EQ(path_of([&] { named.sync(); }), named.path());
  EXPECT_EQ(path_of([&] { static_cast<void>(named.size()); }), named.path());
  EXPECT_EQ(path_of([&] { static_cast<void>(named.release()); }), named.path());
  named.accept_loss();
}

TEST(interface_of_temporary_directory, passes_as_a_path) {
  tempfile::temporary_directory directory;
  EXPECT_TRUE(fs::is_directory(directory));
  const fs::path copy = directory;
  EXPECT_EQ(copy, directory.path());
  static_assert(!std::is_convertible_v<tempfile::temporary_directory&&, const fs::path&>);
}

// --- bytes
// -------------------------------------------------------------------------------------------------------------

TEST(interface_of_bytes, any_range_of_them_is_written_and_read_as_a_whole) {
  const support::scratch_directory scratch;
  tempfile::file_handle file = tempfile::mkstemp({.dir = scratch.path()}).file;
  const auto expect_back = [&](const std::string& expected) {
    file.seek(0);
    std::string all(static_cast<std::size_t>(file.size()), '?');
    EXPECT_EQ(file.read(all), expected.size());
    EXPECT_EQ(all, expected);
    file.resize(0);
    file.seek(0);
  };
  const std::string expected("a\0bc", 4);
  char changeable[4] = {'a', '\0', 'b', 'c'};
  file.write(changeable);
  expect_back(expected);
  const char constant[4] = {'a', '\0', 'b', 'c'};
  file.write(constant);
  expect_back(expected);
  file.write("a\0bc");
  expect_back(expected);
  file.write(std::vector<char>(expected.begin(), expected.end()));
  expect_back(expected);
  file.write(std::vector<unsigned char>(expected.begin(), expected.end()));
  expect_back(expected);
  file.write(std::array<char, 4>{'a', '\0', 'b', 'c'});
  expect_back(expected);
  file.write(std::span<const char>{expected});
  expect_back(expected);
  file.write(std::as_bytes(std::span{expected}));
  expect_back(expected);
  const char* const pointer = "text";
  file.write(pointer);
  expect_back("text");
  file.write_at(2, expected);
  unsigned char read[4];
  EXPECT_EQ(file.read_at(2, read), 4U);
  EXPECT_EQ(std::memcmp(read, expected.data(), 4), 0);
  std::error_code error;
  std::vector<std::byte> more(2);
  EXPECT_EQ(file.read_at(4, more, error), 2U);

  tempfile::temporary_file stream;
  stream.write(std::vector<unsigned char>{1, 2, 3}).write("text");
  EXPECT_EQ(stream.size(), 7U);
  stream.seek(0);
  std::array<unsigned char, 7> back{};
  stream.read(back);
  EXPECT_EQ(back[2], 3);
  EXPECT_EQ(back[6], 't');
}

TEST(interface_of_bytes, a_closed_handle_refuses_even_none_of_them) {
  tempfile::file_handle closed;
  std::error_code error;
  closed.write("", error);
  EXPECT_EQ(error, std::errc::bad_file_descriptor);
  closed.read(std::span<std::byte>{}, error);
  EXPECT_EQ(error, std::errc::bad_file_descriptor);
}

TEST(interface_of_bytes, a_file_is_read_at_once) {
  const support::scratch_directory place;
  const std::string text(100'000, 'x');
  tempfile::write_file(place / "file", text);
  EXPECT_EQ(tempfile::read_file(place / "file"), text);
  EXPECT_NE(tempfile::read_file("/proc/self/stat"), "");  // whose size is 0
  std::error_code error;
  EXPECT_EQ(tempfile::read_file(place / "missing", error), "");
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
  EXPECT_EQ(tempfile::read_file(place.path(), error), "");
  EXPECT_EQ(error, std::errc::is_a_directory);
}

// --- what streams have besides
// -----------------------------------------------------------------------------------------

class grouped : public std::numpunct<char> {
 protected:
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(interface_of_streams, take_a_locale_that_comes_by_copyfmt_or_under_a_foreign_buffer) {
  const std::locale with_groups{std::locale::classic(), new grouped};
  std::ostringstream other;
  other.imbue(with_groups);
  tempfile::temporary_file file;
  file << 1;
  file.copyfmt(other);
  file << ' ' << 1234567;
  file.copyfmt(std::ostringstream{});
  file << ' ' << 1234567;
  std::streambuf* const own = static_cast<std::ios&>(file).rdbuf();
  static_cast<std::ios&>(file).rdbuf(other.rdbuf());
  file.imbue(with_groups);
  static_cast<std::ios&>(file).rdbuf(own);
  file << ' ' << 1234567;
  file.seek(0);
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, "1 1.234.567 1234567 1.234.567");
  file.seek(12);
  int number = 0;
  file >> number;
  EXPECT_EQ(number, 1234567);
}

TEST(interface_of_streams, know_their_size_and_can_be_synced_and_appended_to) {
  tempfile::named_temporary_file file;
  file << "text";
  EXPECT_EQ(file.size(), 4U);
  EXPECT_EQ(file.tellp(), std::streampos{4});
  file.sync();
  file.set_append(true);
  file.seek(0);
  tempfile::file_handle other = file.reopen();
  other.seek(0, std::ios::end);
  other.write(" of another");
  file << " and more";
  EXPECT_EQ(file.size(), 24U);
  EXPECT_EQ(support::read_file(file.path()), "text of another and more");
  file.set_append(false);
  file.seek(0);
  file << "T";
  EXPECT_EQ(file.size(), 24U);
  tempfile::spooled_temporary_file spooled;
  spooled << "text";
  EXPECT_EQ(spooled.size(), 4U);
  spooled.sync();
  std::error_code error;
  spooled.set_append(true, error);
  EXPECT_EQ(error, std::errc::operation_not_supported);
}

TEST(interface_of_streams, are_opened_again_after_closing_while_their_name_is_owned) {
  tempfile::named_temporary_file file{{.delete_on_close = false}};
  file << "text";
  file.close();
  tempfile::file_handle again = file.reopen();
  EXPECT_EQ(again.size(), 4U);
  fs::rename(file.path(), file.path().string() + ".moved");
  const tempfile::temporary_path moved{file.path().string() + ".moved"};
  support::write_file(file.path(), "another");
  EXPECT_EQ(file.reopen().size(), 7U);  // the name is ours, whatever file it has become
  fs::remove(file.path());
}

TEST(interface_of_streams, join_what_mkstemp_has_returned) {
  fs::path path;
  {
    auto made = tempfile::mkstemp();
    made.file.write("text");
    path = made.path;
    tempfile::named_temporary_file file{std::move(made)};
    file << " and more";
    file.seek(0);
    std::string line;
    std::getline(file, line);
    EXPECT_EQ(line, "text and more");
  }
  EXPECT_FALSE(fs::exists(path));

  auto made = tempfile::mkstemp();
  const tempfile::temporary_path moved{made.path};
  fs::rename(made.path, made.path.string() + ".moved");
  support::write_file(made.path, "another");
  std::error_code error;
  const tempfile::named_temporary_file none{std::move(made), true, error};
  EXPECT_EQ(error, tempfile::errc::replaced);
  EXPECT_TRUE(made.file.is_open());
  EXPECT_EQ(support::read_file(made.path), "another");
  fs::remove(made.path);
  fs::remove(made.path.string() + ".moved");
}

TEST(interface_of_streams, hand_a_file_to_c) {
  tempfile::named_temporary_file file;
  file << "from C++\n" << std::flush;
  const std::size_t before = support::open_descriptors();
  std::FILE* const stream = file.reopen().into_FILE();
  ASSERT_NE(stream, nullptr);
  char line[32] = {};
  EXPECT_NE(std::fgets(line, sizeof line, stream), nullptr);
  EXPECT_STREQ(line, "from C++\n");
  EXPECT_EQ(std::fclose(stream), 0);
  EXPECT_EQ(support::open_descriptors(), before);

  auto [handle, path] = tempfile::mkstemp();
  const tempfile::temporary_path owner{path};
  std::FILE* const duplicate = handle.duplicate().into_FILE();
  std::fputs("from C", duplicate);
  std::fclose(duplicate);
  EXPECT_TRUE(handle.is_open());
  EXPECT_EQ(handle.size(), 6U);
}

}  // namespace
