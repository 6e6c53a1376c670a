// The streams: all of them are a file_stream, so most tests run on each.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <iomanip>
#include <iterator>
#include <string>
#include <utility>

#include "support/hook_listener.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

// A file_stream as a program makes it, from a handle.
struct adopted_stream : tempfile::file_stream {
  explicit adopted_stream(const tempfile::options& wanted) : file_stream{tempfile::mkstemp(wanted).file} {}
  adopted_stream(adopted_stream&& other) : file_stream{std::move(other)} {}
  adopted_stream& operator=(adopted_stream&& other) {
    file_stream::operator=(std::move(other));
    return *this;
  }
  friend void swap(adopted_stream& left, adopted_stream& right) { left.swap(right); }
};

template <class Stream>
class stream : public testing::Test {
 protected:
  Stream make() const { return Stream{{.dir = directory_.path()}}; }
  support::scratch_directory directory_;
};

using streams = testing::Types<tempfile::temporary_file, tempfile::named_temporary_file, adopted_stream>;
TYPED_TEST_SUITE(stream, streams);

std::string all_of(std::istream& file) {
  return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

template <class Stream>
std::string rewound(Stream& file) {
  file.seek(0);
  return all_of(file);
}

// Text that shows where it is from: a byte that is lost or doubled moves all that follow.
std::string text_of(std::size_t size) {
  std::string text;
  text.reserve(size + 8);
  for (unsigned number = 0; text.size() < size; ++number) text += std::to_string(number) + ' ';
  text.resize(size);
  return text;
}

TYPED_TEST(stream, reads_back_what_was_written) {
  auto file = this->make();
  file << "first line\n" << 42 << ' ' << std::hex << 255 << '\n';
  file.seek(0);
  std::string line;
  std::getline(file, line);
  int number = 0;
  std::string rest;
  file >> number >> rest;
  EXPECT_EQ(line, "first line");
  EXPECT_EQ(rest, "ff");
  EXPECT_EQ(number, 0x42);  // hex, because the flag is the stream's
}

TYPED_TEST(stream, has_nothing_to_read_after_writing_until_seek) {
  auto file = this->make();
  file << "text";
  EXPECT_EQ(file.get(), std::char_traits<char>::eof());
  EXPECT_TRUE(file.eof());
  EXPECT_EQ(rewound(file), "text");
}

TYPED_TEST(stream, seek_clears_the_end_of_file_but_not_an_error) {
  auto file = this->make();
  file << "text";
  file.seek(0);
  std::string word;
  while (file >> word) {
  }
  EXPECT_TRUE(file.eof() && file.fail());
  EXPECT_TRUE(file.seek(0).good());
  EXPECT_EQ(file.tellg(), std::streampos{0});
  EXPECT_EQ(file.tellp(), std::streampos{0});

  file.setstate(std::ios::badbit);
  EXPECT_TRUE(file.seek(0).bad());
}

TYPED_TEST(stream, seek_before_the_beginning_fails_and_moves_nothing) {
  auto file = this->make();
  file << "text" << std::flush;
  EXPECT_TRUE(file.seek(-1).fail());
  EXPECT_EQ(file.last_error(), std::errc::invalid_argument);
  file.clear();
  EXPECT_EQ(file.tellg(), std::streampos{4});
  EXPECT_TRUE(file.seek(-2, std::ios::end).good());
  EXPECT_EQ(all_of(file), "xt");
}

TYPED_TEST(stream, writing_goes_on_where_reading_stopped) {
  auto file = this->make();
  file << "0123456789";
  file.seek(0);
  EXPECT_EQ(file.get(), '0');
  EXPECT_EQ(file.get(), '1');
  file << "ab";
  EXPECT_EQ(file.get(), '4');
  EXPECT_EQ(rewound(file), "01ab456789");
}

TYPED_TEST(stream, takes_blocks_of_any_size) {
  for (const std::size_t base : {1U, 512U, 4096U, 8192U, 16384U, 32768U, 65536U, 163840U, 262144U, 1048576U}) {
    for (const std::size_t size : {base - 1, base, base + 1}) {
      auto file = this->make();
      const std::string text = text_of(size);
      file << "x";
      file.write(text.data(), static_cast<std::streamsize>(size));
      file << "y";
      ASSERT_EQ(rewound(file), "x" + text + "y") << size;

      file.seek(1);
      std::string read_back(size, '?');
      file.read(read_back.data(), static_cast<std::streamsize>(size));
      ASSERT_EQ(file.gcount(), static_cast<std::streamsize>(size));
      ASSERT_EQ(read_back, text) << size;
      ASSERT_EQ(file.get(), 'y') << size;
    }
  }
}

TYPED_TEST(stream, takes_many_small_pieces) {
  auto file = this->make();
  const std::string text = text_of(100'000);
  for (const char byte : text) file.put(byte);
  EXPECT_EQ(rewound(file), text);
  file.seek(0);
  std::string read_back;
  for (char byte = 0; file.get(byte);) read_back += byte;
  EXPECT_EQ(read_back, text);
}

TYPED_TEST(stream, takes_pieces_of_any_size_one_after_another) {
  const std::string text = text_of(200'000);
  for (const std::size_t piece : {1U, 3U, 1000U, 4095U, 4097U, 16383U, 16384U, 16385U, 60'000U}) {
    auto file = this->make();
    for (std::size_t at = 0; at < text.size(); at += piece) file << std::string_view{text}.substr(at, piece);
    file.seek(0);
    std::string read_back;
    for (std::string some(piece, '?');
         file.read(some.data(), static_cast<std::streamsize>(piece)) || file.gcount() > 0;) {
      read_back.append(some, 0, static_cast<std::size_t>(file.gcount()));
    }
    ASSERT_TRUE(read_back == text) << piece;
  }
}

TYPED_TEST(stream, lines_and_numbers_cross_the_buffers_end) {
  auto file = this->make();
  for (int number = 0; number < 20'000; ++number) file << number * 37 << '\n';
  file.seek(0);
  int read_back = 0;
  for (int number = 0; number < 20'000; ++number) {
    ASSERT_TRUE(file >> read_back);
    ASSERT_EQ(read_back, number * 37);
  }
  EXPECT_FALSE(file >> read_back);
  file.seek(0);
  std::string line;
  for (int number = 0; number < 20'000; ++number) {
    ASSERT_TRUE(std::getline(file, line));
    ASSERT_EQ(line, std::to_string(number * 37));
  }
  EXPECT_FALSE(std::getline(file, line));
}

TYPED_TEST(stream, a_write_of_nothing_changes_nothing) {
  auto file = this->make();
  file << "";
  file.write(nullptr, 0);
  EXPECT_TRUE(file.good());
  EXPECT_EQ(file.tellp(), std::streampos{0});
  EXPECT_EQ(rewound(file), "");
}

TYPED_TEST(stream, is_copied_buffer_to_buffer) {
  auto from = this->make();
  auto to = this->make();
  const std::string text = text_of(100'000);
  from << text;
  from.seek(0);
  to << from.rdbuf();
  EXPECT_EQ(rewound(to), text);
}

TYPED_TEST(stream, tells_and_moves_both_positions) {
  auto file = this->make();
  file << "0123456789";
  EXPECT_EQ(file.tellp(), std::streampos{10});
  file.seekg(3);
  EXPECT_EQ(file.peek(), '3');
  EXPECT_EQ(file.tellg(), std::streampos{3});
  file.seekp(2, std::ios::cur);
  EXPECT_EQ(file.get(), '5');
  file.seekg(-1, std::ios::end);
  EXPECT_EQ(file.get(), '9');
  file.seekp(12);
  file << "!";
  EXPECT_EQ(rewound(file), (std::string{"0123456789\0\0!", 13}));
}

TYPED_TEST(stream, seeks_from_each_origin) {
  auto file = this->make();
  file << "0123456789";
  EXPECT_EQ(file.seek(4).get(), '4');
  EXPECT_EQ(file.seek(2, std::ios::cur).get(), '7');
  EXPECT_EQ(file.seek(-3, std::ios::end).get(), '7');
  EXPECT_EQ(file.seek(-8, std::ios::cur).get(), '0');
}

TYPED_TEST(stream, puts_back_what_was_read) {
  auto file = this->make();
  file << "abc";
  file.seek(0);
  EXPECT_EQ(file.get(), 'a');
  file.unget();
  EXPECT_EQ(file.get(), 'a');
  file.putback('x');
  EXPECT_EQ(file.get(), 'x');
  EXPECT_EQ(file.get(), 'b');
  file.seek(0);
  file.unget();
  EXPECT_TRUE(file.bad());
  file.clear();
  EXPECT_EQ(rewound(file), "abc");

  file.seek(2);
  file.unget();  // nothing is buffered before the position
  EXPECT_EQ(file.get(), 'b');
}

TYPED_TEST(stream, ignores_and_reads_what_is_there) {
  auto file = this->make();
  file << "skip:value";
  file.seek(0);
  file.ignore(100, ':');
  EXPECT_EQ(file.rdbuf()->in_avail(), 5);
  std::string some(20, '\0');
  EXPECT_EQ(file.readsome(some.data(), 20), 5);
  EXPECT_EQ(some.substr(0, 5), "value");
}

TYPED_TEST(stream, a_flush_brings_the_descriptor_to_the_streams_position) {
  auto file = this->make();
  file << "0123456789";
  EXPECT_EQ(::lseek(file.native_handle(), 0, SEEK_CUR), 0);
  file.flush();
  EXPECT_EQ(::lseek(file.native_handle(), 0, SEEK_CUR), 10);
  file.seek(4);
  EXPECT_EQ(file.get(), '4');
  file.sync();
  EXPECT_EQ(::lseek(file.native_handle(), 0, SEEK_CUR), 5);
  EXPECT_EQ(file.get(), '5');
}

TYPED_TEST(stream, releases_the_descriptor_flushed_and_in_position) {
  auto file = this->make();
  file << "0123456789";
  file.seek(3);
  file << "x";
  tempfile::file_handle handle{file.release()};
  EXPECT_FALSE(file.is_open());
  EXPECT_EQ(handle.size(), 10U);
  EXPECT_EQ(handle.seek(0, std::ios::cur), 4U);
}

TYPED_TEST(stream, a_release_leaves_the_descriptor_to_the_caller_and_a_closed_stream) {
  auto file = this->make();
  file << "text";
  std::error_code error = std::make_error_code(std::errc::io_error);
  const tempfile::file_handle handle{file.release(error)};
  EXPECT_FALSE(error);
  EXPECT_FALSE(file.is_open());
  file << "more" << std::flush;
  EXPECT_TRUE(file.bad());
  EXPECT_NO_THROW(file.close());
  EXPECT_EQ(handle.size(), 4U);
}

TYPED_TEST(stream, a_closed_one_fails_quietly) {
  auto file = this->make();
  file << "text";
  file.close();
  EXPECT_FALSE(file.is_open());
  EXPECT_NO_THROW(file.close());
  file << "more" << std::flush;
  EXPECT_TRUE(file.bad());
  file.clear();
  EXPECT_EQ(file.get(), std::char_traits<char>::eof());
  EXPECT_TRUE(file.fail());
  EXPECT_EQ(file.last_error(), std::errc::bad_file_descriptor);
  EXPECT_TRUE(file.seek(0).fail());
  EXPECT_EQ(file.native_handle(), tempfile::no_native_handle);
}

TYPED_TEST(stream, a_move_takes_everything_along) {
  auto first = this->make();
  first << std::hex << std::setfill('*') << "unflushed ";
  first.exceptions(std::ios::badbit);
  auto second = std::move(first);
  EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): what is left is closed, as promised
  EXPECT_EQ(second.exceptions(), std::ios::badbit);
  second << 255;
  EXPECT_EQ(rewound(second), "unflushed ff");
  EXPECT_EQ(second.fill(), '*');
}

TYPED_TEST(stream, a_move_keeps_what_was_read_ahead) {
  auto first = this->make();
  first << "0123456789";
  first.seek(0);
  EXPECT_EQ(first.get(), '0');
  auto second = std::move(first);
  EXPECT_EQ(second.get(), '1');
  second << "x";
  EXPECT_EQ(rewound(second), "01x3456789");
}

TYPED_TEST(stream, a_move_assignment_takes_everything_along) {
  auto first = this->make();
  auto second = this->make();
  first << std::hex << std::setfill('*') << "unflushed ";
  first.exceptions(std::ios::badbit);
  first.setstate(std::ios::eofbit);
  second << "gone";
  second = std::move(first);
  EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): what is left is closed, as promised
  EXPECT_EQ(second.exceptions(), std::ios::badbit);
  EXPECT_EQ(second.fill(), '*');
  EXPECT_TRUE(second.eof());
  second.clear();
  second << 255;
  EXPECT_EQ(rewound(second), "unflushed ff");
}

TYPED_TEST(stream, what_was_moved_from_is_a_closed_one) {
  auto first = this->make();
  first << "text";
  first.seek(0);
  EXPECT_EQ(first.peek(), 't');
  auto second = std::move(first);
  first.clear();  // NOLINT(bugprone-use-after-move): what is left is closed, as promised
  EXPECT_EQ(first.native_handle(), tempfile::no_native_handle);
  EXPECT_EQ(first.get(), std::char_traits<char>::eof());
  first.clear();
  first << "more" << std::flush;
  EXPECT_TRUE(first.bad());
  first.clear();
  EXPECT_TRUE(first.seek(0).fail());
  EXPECT_NO_THROW(first.close());
  EXPECT_EQ(rewound(second), "text");
}

TYPED_TEST(stream, what_was_moved_from_can_be_assigned_to) {
  auto first = this->make();
  auto second = std::move(first);
  first = this->make();
  first << "again";
  EXPECT_EQ(rewound(first), "again");
  second << "still";
  EXPECT_EQ(rewound(second), "still");
}

TYPED_TEST(stream, a_self_move_changes_nothing) {
  auto file = this->make();
  file << "unflushed";
  auto& same = file;
  file = std::move(same);
  EXPECT_EQ(rewound(file), "unflushed");
}

TYPED_TEST(stream, a_swap_exchanges_unflushed_bytes_and_state) {
  auto first = this->make();
  auto second = this->make();
  first << "first";
  second << "second";
  second.setstate(std::ios::eofbit);
  first.swap(second);
  EXPECT_TRUE(first.eof());
  EXPECT_TRUE(second.good());
  first.clear();
  first << "+";
  second << "-";
  EXPECT_EQ(rewound(first), "second+");
  EXPECT_EQ(rewound(second), "first-");
  first.swap(first);
  EXPECT_EQ(rewound(first), "second+");
}

TYPED_TEST(stream, a_swap_exchanges_what_was_read_ahead) {
  auto first = this->make();
  auto second = this->make();
  first << "0123";
  first.seek(0);
  EXPECT_EQ(first.get(), '0');
  second << "unflushed";
  swap(first, second);
  EXPECT_EQ(all_of(second), "123");
  EXPECT_EQ(rewound(first), "unflushed");
  EXPECT_NE(static_cast<std::ios&>(first).rdbuf(), static_cast<std::ios&>(second).rdbuf());
}

TYPED_TEST(stream, moves_close_each_descriptor_once) {
  const std::size_t before = support::open_descriptors();
  {
    auto first = this->make();
    auto second = this->make();
    first << "x";
    second << "y";
    second = std::move(first);
    EXPECT_EQ(support::open_descriptors(), before + 1);
    const auto third = std::move(second);
    EXPECT_EQ(support::open_descriptors(), before + 1);
  }
  EXPECT_EQ(support::open_descriptors(), before);
}

TYPED_TEST(stream, a_write_that_fails_is_seen_and_nothing_is_lost) {
  auto file = this->make();
  const std::string text = text_of(3000);
  {
    const support::file_size_limit limit{1000};
    file << text;
    EXPECT_TRUE(file.good());  // still in the buffer
    file.flush();
    EXPECT_TRUE(file.bad());
    EXPECT_EQ(file.last_error(), std::errc::file_too_large);
    std::error_code error;
    file.close(error);
    EXPECT_EQ(error, std::errc::file_too_large);
    EXPECT_TRUE(file.is_open());
    EXPECT_THROW(file.close(), fs::filesystem_error);
    EXPECT_TRUE(file.is_open());
    EXPECT_THROW(static_cast<void>(file.release()), fs::filesystem_error);
    EXPECT_TRUE(file.is_open());
  }
  file.clear();
  EXPECT_EQ(rewound(file), text);
  EXPECT_NO_THROW(file.close());
}

TYPED_TEST(stream, a_large_write_that_failed_is_reported_at_close) {
  auto file = this->make();
  const std::string text = text_of(200'000);
  const support::file_size_limit limit{1000};
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  EXPECT_TRUE(file.bad());
  std::error_code error;
  file.close(error);
  EXPECT_EQ(error, std::errc::file_too_large);
  EXPECT_TRUE(file.is_open());
}

TYPED_TEST(stream, throws_where_the_program_asked_for_it) {
  auto file = this->make();
  file.exceptions(std::ios::badbit);
  const support::file_size_limit limit{10};
  file << text_of(100);
  EXPECT_THROW(file.flush(), std::ios::failure);
  EXPECT_TRUE(file.bad());
}

TYPED_TEST(stream, a_seek_does_not_lose_what_can_not_be_written) {
  auto file = this->make();
  {
    const support::file_size_limit limit{2};
    file << "text";
    EXPECT_TRUE(file.seek(0).fail());
    EXPECT_EQ(file.last_error(), std::errc::file_too_large);
    file.clear();
    EXPECT_EQ(file.tellp(), std::streampos{4});
  }
  file.clear();
  EXPECT_EQ(rewound(file), "text");
}

TYPED_TEST(stream, what_can_not_be_written_moves_along_and_is_written_later) {
  auto first = this->make();
  auto second = this->make();
  first << "text";
  {
    const support::file_size_limit limit{2};
    EXPECT_TRUE(first.flush().bad());
    second = std::move(first);
    EXPECT_TRUE(second.bad());
    EXPECT_EQ(second.last_error(), std::errc::file_too_large);
  }
  second.clear();
  second << " and more";
  EXPECT_EQ(rewound(second), "text and more");
  EXPECT_NO_THROW(second.close());
}

TYPED_TEST(stream, can_be_closed_when_there_is_room_again) {
  auto file = this->make();
  file << "text";
  tempfile::file_handle other{::dup(file.native_handle())};
  std::error_code error;
  {
    const support::file_size_limit limit{2};
    file.close(error);
    EXPECT_EQ(error, std::errc::file_too_large);
  }
  file.close(error);
  EXPECT_FALSE(error);
  EXPECT_FALSE(file.is_open());
  std::string content(10, '?');
  other.seek(0);
  content.resize(other.read(std::span<char>{content}));
  EXPECT_EQ(content, "text");
}

template <class Stream>
class temporary_stream : public stream<Stream> {};

using temporary_streams = testing::Types<tempfile::temporary_file, tempfile::named_temporary_file>;
TYPED_TEST_SUITE(temporary_stream, temporary_streams);

fs::path path_of(const tempfile::temporary_file&) { return {}; }
fs::path path_of(const tempfile::named_temporary_file& file) { return file.path(); }

TYPED_TEST(temporary_stream, its_end_tells_the_hook_what_could_not_be_written) {
  const support::hook_listener listener;
  fs::path path;
  {
    auto file = this->make();
    path = path_of(file);
    file << "text";
    const support::file_size_limit limit{2};
    [[maybe_unused]] const auto moved_here_to_end = std::move(file);
  }
  ASSERT_EQ(listener.told().size(), 1U);
  EXPECT_EQ(listener.told().front().first, path);
  EXPECT_EQ(listener.told().front().second, std::errc::file_too_large);
  EXPECT_TRUE(support::entries(this->directory_.path()).empty());
}

TYPED_TEST(temporary_stream, a_move_assignment_tells_the_hook_what_could_not_be_written) {
  const support::hook_listener listener;
  auto first = this->make();
  auto second = this->make();
  first << "text";
  const fs::path path = path_of(first);
  {
    const support::file_size_limit limit{2};
    first = std::move(second);
  }
  ASSERT_EQ(listener.told().size(), 1U);
  EXPECT_EQ(listener.told().front().first, path);
  EXPECT_EQ(listener.told().front().second, std::errc::file_too_large);
  first << "written";
  EXPECT_EQ(rewound(first), "written");
}

TYPED_TEST(temporary_stream, its_end_tells_the_hook_of_a_large_write_that_failed) {
  const support::hook_listener listener;
  {
    auto file = this->make();
    const support::file_size_limit limit{2};
    file << text_of(200'000);
    EXPECT_TRUE(file.bad());
  }
  ASSERT_EQ(listener.told().size(), 1U);
  EXPECT_EQ(listener.told().front().second, std::errc::file_too_large);
}

TYPED_TEST(temporary_stream, tells_the_hook_nothing_when_all_is_well_or_a_loss_was_accepted) {
  const support::hook_listener listener;
  { this->make() << "written at the end"; }
  {
    auto file = this->make();
    const support::file_size_limit limit{2};
    file << text_of(200'000);
    EXPECT_THROW(file.close(), fs::filesystem_error);
    file.accept_loss();
  }
  EXPECT_TRUE(listener.told().empty());
}

class file_stream : public testing::Test {
 protected:
  // Reading from a directory fails.
  tempfile::file_stream unreadable() const {
    return tempfile::file_stream{tempfile::file_handle{::open(directory_.path().c_str(), O_RDONLY | O_CLOEXEC)}};
  }

  support::scratch_directory directory_;
};

void expect_failed_read(tempfile::file_stream_base& stream) {
  std::string line;
  EXPECT_FALSE(std::getline(stream, line));
  EXPECT_TRUE(stream.bad());
  EXPECT_EQ(stream.last_error(), std::errc::is_a_directory);
}

TEST_F(file_stream, a_read_that_fails_is_not_taken_for_the_end) {
  tempfile::file_stream stream = unreadable();
  expect_failed_read(stream);
  stream.clear();
  std::string block(100'000, '?');
  EXPECT_FALSE(stream.read(block.data(), 100'000));
  EXPECT_TRUE(stream.bad());
  stream.clear();
  int number = 0;
  EXPECT_FALSE(stream >> number);
  EXPECT_TRUE(stream.bad());
}

TEST_F(file_stream, a_read_that_fails_is_told_to_the_stream_that_the_buffer_was_moved_to) {
  tempfile::file_stream first = unreadable();
  tempfile::file_stream second{std::move(first)};
  tempfile::file_stream third{tempfile::mkstemp({.dir = directory_.path()}).file};
  third = std::move(second);
  expect_failed_read(third);
  EXPECT_FALSE(first.bad());  // NOLINT(bugprone-use-after-move): nothing happened to what is left

  third.clear();
  tempfile::file_stream fourth{tempfile::mkstemp({.dir = directory_.path()}).file};
  fourth.swap(third);
  EXPECT_EQ(third.get(), std::char_traits<char>::eof());
  EXPECT_FALSE(third.bad());
  expect_failed_read(fourth);
}

TEST_F(file_stream, a_read_that_fails_throws_where_the_program_asked_for_it) {
  tempfile::file_stream stream = unreadable();
  stream.exceptions(std::ios::badbit);
  std::string line;
  EXPECT_THROW(std::getline(stream, line), std::ios::failure);
  EXPECT_TRUE(stream.bad());
}

TEST_F(file_stream, a_full_device_is_seen_by_each_call_that_writes) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "needs /dev/full";
  tempfile::file_stream stream{tempfile::file_handle{::open("/dev/full", O_RDWR | O_CLOEXEC)}};
  stream << "text";
  EXPECT_TRUE(stream.good());
  EXPECT_TRUE(stream.flush().bad());
  EXPECT_EQ(stream.last_error(), std::errc::no_space_on_device);
  stream.clear();
  stream << std::string(100'000, 'x');
  EXPECT_TRUE(stream.bad());
  std::error_code error;
  EXPECT_EQ(stream.release(error), tempfile::no_native_handle);
  EXPECT_EQ(error, std::errc::no_space_on_device);
  error.clear();
  stream.close(error);
  EXPECT_EQ(error, std::errc::no_space_on_device);
  try {
    stream.close();
    ADD_FAILURE() << "close() has not thrown";
  } catch (const fs::filesystem_error& thrown) {
    EXPECT_EQ(thrown.code(), std::errc::no_space_on_device);
  }
  EXPECT_TRUE(stream.is_open());
}

TEST_F(file_stream, its_end_closes_the_file_whatever_can_not_be_written) {
  const support::hook_listener listener;
  const std::size_t before = support::open_descriptors();
  {
    tempfile::file_stream stream{tempfile::mkstemp({.dir = directory_.path()}).file};
    stream << "text";
    const support::file_size_limit limit{2};
    [[maybe_unused]] const auto moved_here_to_end = std::move(stream);
  }
  EXPECT_EQ(support::open_descriptors(), before);
  EXPECT_TRUE(listener.told().empty());  // only the temporary files tell
}

TEST_F(file_stream, of_a_closed_handle_is_bad) {
  const tempfile::file_stream stream{tempfile::file_handle{}};
  EXPECT_TRUE(stream.bad());
}

TEST_F(file_stream, goes_on_where_the_handle_stands) {
  auto made = tempfile::mkstemp({.dir = directory_.path()});
  made.file.write("0123456789");
  made.file.seek(4);
  tempfile::file_stream stream{std::move(made.file)};
  EXPECT_EQ(stream.get(), '4');
  stream << "x";
  stream.close();
  EXPECT_EQ(support::read_file(made.path), "01234x6789");
}

TEST_F(file_stream, reads_a_pipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  tempfile::file_handle writer{ends[1]};
  writer.write("through a pipe");
  writer.close();
  tempfile::file_stream stream{tempfile::file_handle{ends[0]}};
  std::string word;
  stream >> word;
  EXPECT_EQ(word, "through");
  static_cast<std::istream&>(stream).sync();
  stream >> word;
  EXPECT_EQ(word, "a");
}

}  // namespace
