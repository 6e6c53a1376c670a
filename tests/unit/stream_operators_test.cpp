// The operators that file_stream has of its own do what those of std::ostream and std::istream do.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <array>
#include <iomanip>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

std::string all_of(tempfile::file_stream_base& file) {
  file.clear();
  file.seek(0);
  return {std::istreambuf_iterator<char>{file}, {}};
}

// What `write` writes to a file and to a std::stringstream, and the state in which it leaves them, are the same.
template <class Write>
void expect_same_output(Write write) {
  tempfile::temporary_file file;
  std::stringstream reference;
  write(file);
  write(reference);
  EXPECT_EQ(file.rdstate(), reference.rdstate());
  EXPECT_EQ(file.width(), reference.width());
  EXPECT_EQ(all_of(file), reference.str());
}

template <class Read>
void expect_same_input(const std::string& text, Read read) {
  tempfile::temporary_file file;
  file << text;
  file.seek(0);
  std::stringstream reference{text};
  EXPECT_EQ(read(file), read(reference)) << text;
  EXPECT_EQ(file.rdstate(), reference.rdstate()) << text;
  file.clear();
  reference.clear();
  EXPECT_EQ(file.tellg(), reference.tellg()) << text;
}

struct convertible_to_text {
  operator std::string() const { return "converted"; }  // NOLINT: as fs::path
  friend std::ostream& operator<<(std::ostream& out, const convertible_to_text&) { return out << "its own"; }
};

class with_points : public std::numpunct<char> {
 protected:
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

std::locale pointed() { return {std::locale::classic(), new with_points}; }

// --- writing ---------------------------------------------------------------------------------------------------------

TEST(stream_operators, write_all_types_as_ostream_does) {
  expect_same_output([](auto& out) {
    const char* const pointer = "pointer";
    std::array<char, 6> changeable{"array"};
    out << 'c' << static_cast<signed char>('s') << static_cast<unsigned char>('u') << ' ' << "text" << pointer << ' '
        << changeable.data() << ' ' << std::string{"string"} << ' ' << std::string_view{"view"} << ' ' << true << ' '
        << short{-1} << ' ' << 65535 << ' ' << -7 << ' ' << 7U << ' ' << -7L << ' ' << 7UL << ' ' << -7LL << ' ' << 7ULL
        << ' ' << 1.5 << ' ' << 2.5F << ' ' << fs::path{"/a path"} << ' ' << convertible_to_text{} << '\n'
        << std::string_view{} << "" << std::string(40'000, 'x') << '\0' << std::endl;
  });
}

TEST(stream_operators, write_the_smallest_and_the_largest_numbers) {
  expect_same_output([](auto& out) {
    out << std::numeric_limits<int>::min() << ' ' << std::numeric_limits<int>::max() << ' '
        << std::numeric_limits<long long>::min() << ' ' << std::numeric_limits<long long>::max() << ' '
        << std::numeric_limits<unsigned long long>::max() << ' ' << 0;
  });
}

TEST(stream_operators, write_by_width_base_sign_and_fill) {
  expect_same_output([](auto& out) {
    out << std::setw(8) << 42 << std::setw(8) << "text" << std::setw(3) << 'c' << std::left << std::setfill('.')
        << std::setw(8) << std::string{"left"} << std::hex << std::showbase << 255 << ' ' << -1 << std::oct << 8U
        << std::dec << std::showpos << 5 << std::noshowpos << 5 << std::internal << std::setw(6) << -5;
  });
}

TEST(stream_operators, write_numbers_as_the_locale_says) {
  expect_same_output([](auto& out) {
    out << 1234567 << ' ';
    out.imbue(pointed());
    out << 1234567 << ' ';
    out.imbue(std::locale::classic());
    out << 1234567;
  });
}

TEST(stream_operators, write_numbers_as_the_global_locale_says) {
  const std::locale before = std::locale::global(pointed());
  expect_same_output([](auto& out) { out << 1234567; });
  std::locale::global(before);
}

TEST(stream_operators, move_and_swap_with_their_locale) {
  tempfile::temporary_file pointed_file;
  tempfile::temporary_file plain_file;
  plain_file << 1234 << ' ';
  pointed_file.imbue(pointed());
  pointed_file << 1234 << ' ';
  swap(pointed_file, plain_file);
  pointed_file << 5678;
  plain_file << 5678;
  tempfile::temporary_file moved{std::move(plain_file)};
  moved << 9999;
  EXPECT_EQ(all_of(pointed_file), "1234 5678");
  EXPECT_EQ(all_of(moved), "1.234 5.6789.999");
}

TEST(stream_operators, write_nothing_in_a_bad_state) {
  tempfile::temporary_file file;
  file << "good" << 1;
  file.setstate(std::ios::failbit);
  file << "bad" << 2 << 'c' << std::string{"bad"};
  file.put('x').write("bad", 3);
  EXPECT_TRUE(file.fail());
  EXPECT_EQ(all_of(file), "good1");
}

#if defined(__GLIBCXX__)
constexpr bool takes_no_text = true;
#else
constexpr bool takes_no_text = false;
#endif

TEST(stream_operators, set_badbit_for_a_text_that_is_none) {
  if (!takes_no_text) GTEST_SKIP() << "needs libstdc++: the standard doesn't say what a null pointer does";
  const char* const none = nullptr;
  expect_same_output([&](auto& out) { out << "a" << none << "b"; });
}

TEST(stream_operators, write_at_once_with_unitbuf) {
  tempfile::named_temporary_file file;
  file << std::unitbuf << "a" << 1 << 'b';
  EXPECT_EQ(support::read_file(file.path()), "a1b");
  file.put('c').write("de", 2);
  EXPECT_EQ(support::read_file(file.path()), "a1bcde");
}

TEST(stream_operators, flush_the_stream_that_they_are_tied_to) {
  tempfile::named_temporary_file before;
  tempfile::temporary_file file;
  file << "begun";
  file.tie(&before);
  before << "first";
  file << "second";
  EXPECT_EQ(support::read_file(before.path()), "first");
}

TEST(stream_operators, write_to_the_buffer_that_was_put_in_place_of_theirs) {
  tempfile::temporary_file file;
  file << "file";
  std::stringbuf other;
  std::streambuf* const before = static_cast<std::ios&>(file).rdbuf(&other);
  file << "other" << 1 << 'c';
  file.put('d').write("ef", 2);
  static_cast<std::ios&>(file).rdbuf(before);
  EXPECT_EQ(other.str(), "other1cdef");
  EXPECT_EQ(all_of(file), "file");
}

TEST(stream_operators, can_be_chained_with_those_of_others) {
  tempfile::temporary_file file;
  static_assert(std::is_same_v<decltype(file << 1 << "text" << 'c'), tempfile::temporary_file&>);
  file << 1 << "text" << std::hex << 255 << std::dec << 255 << std::endl;
  EXPECT_EQ(all_of(file), "1textff255\n");
  EXPECT_TRUE(static_cast<bool>(tempfile::temporary_file{} << 1 << "text"));
}

// --- reading ---------------------------------------------------------------------------------------------------------

template <class Number>
void expect_same_numbers() {
  for (const char* const text : {"12 ",
                                 " \t\n\v\f\r12\n",
                                 "-5 ",
                                 "+5 ",
                                 "12",
                                 "0012 ",
                                 "12abc",
                                 "12.5 ",
                                 "1e3 ",
                                 "0x1f ",
                                 "",
                                 " ",
                                 "abc",
                                 "-",
                                 "- 5",
                                 "--5 ",
                                 "2147483647 ",
                                 "2147483648 ",
                                 "-2147483649 ",
                                 "4294967296 ",
                                 "9223372036854775808 ",
                                 "18446744073709551616 ",
                                 "-18446744073709551617 ",
                                 "1,234 ",
                                 "12\0"}) {
    expect_same_input(text, [](auto& in) {
      Number number{77};
      in >> number;
      return number;
    });
  }
}

TEST(stream_operators, read_numbers_as_istream_does) {
  expect_same_numbers<int>();
  expect_same_numbers<unsigned>();
  expect_same_numbers<long>();
  expect_same_numbers<unsigned long>();
  expect_same_numbers<long long>();
  expect_same_numbers<unsigned long long>();
  expect_same_numbers<short>();
}

TEST(stream_operators, read_one_number_after_another) {
  expect_same_input("1 2\n3\t-4 x", [](auto& in) {
    int number = 0;
    int sum = 0;
    while (in >> number) sum = 10 * sum + number;
    return sum;
  });
}

TEST(stream_operators, read_by_base_and_with_or_without_space) {
  expect_same_input("ff 17 ", [](auto& in) {
    int first = 0;
    int second = 0;
    in >> std::hex >> first >> std::oct >> second;
    return first * 1000 + second;
  });
  expect_same_input(" 5 ", [](auto& in) {
    int number = 0;
    in >> std::noskipws >> number;
    return number;
  });
}

TEST(stream_operators, read_numbers_as_the_locale_says) {
  expect_same_input("1.234.567 ", [](auto& in) {
    in.imbue(pointed());
    int number = 0;
    in >> number;
    return number;
  });
}

TEST(stream_operators, read_numbers_that_the_buffer_ends_in) {
  tempfile::temporary_file file;
  constexpr int count = 20'000;  // many buffers
  for (int i = 0; i < count; ++i) file << i * 37 << ' ';
  file.seek(0);
  for (int i = 0; i < count; ++i) {
    int number = -1;
    ASSERT_TRUE(file >> number);
    ASSERT_EQ(number, i * 37);
  }
}

}  // namespace
