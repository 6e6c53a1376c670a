// The buffer by itself; what a stream makes of it is tested with the streams.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <istream>
#include <string>
#include <thread>
#include <utility>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

constexpr int eof = std::char_traits<char>::eof();
const std::streampos nowhere{std::streamoff{-1}};

class filebuf : public testing::Test {
 protected:
  tempfile::filebuf make(std::string_view content = {}) const {
    tempfile::file_handle file = tempfile::mkstemp({.dir = directory_.path()}).file;
    file.write(content);
    file.seek(0);
    return tempfile::filebuf{std::move(file)};
  }

  support::scratch_directory directory_;
};

std::streamsize put(tempfile::filebuf& buffer, std::string_view text) {
  return buffer.sputn(text.data(), static_cast<std::streamsize>(text.size()));
}

std::string get(tempfile::filebuf& buffer, std::size_t count) {
  std::string text(count, '?');
  text.resize(static_cast<std::size_t>(buffer.sgetn(text.data(), static_cast<std::streamsize>(count))));
  return text;
}

std::string rewound(tempfile::filebuf& buffer) {
  EXPECT_EQ(buffer.pubseekpos(0), std::streampos{0});
  return get(buffer, 100'000);
}

off_t descriptor_position(const tempfile::filebuf& buffer) { return ::lseek(buffer.native_handle(), 0, SEEK_CUR); }

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) != -1; }

TEST_F(filebuf, a_closed_one_refuses_everything_and_says_why) {
  tempfile::filebuf buffer;
  EXPECT_FALSE(buffer.is_open());
  EXPECT_EQ(buffer.native_handle(), tempfile::no_native_handle);
  EXPECT_FALSE(buffer.last_error());
  const auto expect_refused = [&](auto result, auto failure) {
    EXPECT_EQ(result, failure);
    EXPECT_EQ(buffer.last_error(), std::errc::bad_file_descriptor);
  };
  expect_refused(buffer.sputc('x'), eof);
  expect_refused(put(buffer, "text"), 0);
  expect_refused(buffer.sgetc(), eof);
  expect_refused(get(buffer, 100'000), "");
  expect_refused(buffer.sungetc(), eof);
  expect_refused(buffer.pubseekoff(0, std::ios::cur), nowhere);
  expect_refused(buffer.pubseekoff(0, std::ios::end), nowhere);
  expect_refused(buffer.pubseekpos(0), nowhere);
  EXPECT_EQ(buffer.in_avail(), -1);
}

TEST_F(filebuf, closing_and_abandoning_a_closed_one_is_no_error) {
  tempfile::filebuf buffer;
  std::error_code error = std::make_error_code(std::errc::io_error);
  buffer.close(error);
  EXPECT_FALSE(error);
  error = std::make_error_code(std::errc::io_error);
  buffer.abandon(error);
  EXPECT_FALSE(error);
}

TEST_F(filebuf, serves_any_stream) {
  tempfile::filebuf buffer = make();
  std::iostream stream{&buffer};
  stream << "one " << 2;
  stream.seekg(0);
  std::string word;
  int number = 0;
  stream >> word >> number;
  EXPECT_EQ(word, "one");
  EXPECT_EQ(number, 2);
}

TEST_F(filebuf, nothing_is_written_or_read_when_nothing_is_asked_for) {
  tempfile::filebuf buffer = make("text");
  EXPECT_EQ(put(buffer, ""), 0);
  EXPECT_EQ(get(buffer, 0), "");
  EXPECT_EQ(buffer.sputn("text", -1), 0);
  char byte = '?';
  EXPECT_EQ(buffer.sgetn(&byte, -1), 0);
  EXPECT_EQ(rewound(buffer), "text");
}

TEST_F(filebuf, bytes_are_not_signed_when_read) {
  tempfile::filebuf buffer = make("\xff");
  EXPECT_EQ(buffer.sbumpc(), 0xff);
  EXPECT_EQ(buffer.sbumpc(), eof);
  EXPECT_EQ(buffer.sputc('\xfe'), 0xfe);
  EXPECT_EQ(rewound(buffer), "\xff\xfe");
}

TEST_F(filebuf, the_end_of_the_file_is_no_error_and_may_move) {
  tempfile::filebuf buffer = make("ab");
  EXPECT_EQ(get(buffer, 10), "ab");
  EXPECT_EQ(buffer.sgetc(), eof);
  EXPECT_FALSE(buffer.last_error());
  tempfile::file_handle other{::dup(buffer.native_handle())};
  other.write_at(2, std::as_bytes(std::span<const char>{"cd", 2}));
  EXPECT_EQ(get(buffer, 10), "cd");
}

TEST_F(filebuf, knows_how_much_is_left_to_read) {
  tempfile::filebuf buffer = make("01234567");
  EXPECT_EQ(buffer.in_avail(), 8);
  EXPECT_EQ(buffer.sbumpc(), '0');
  EXPECT_EQ(buffer.in_avail(), 7);
  buffer.pubseekoff(100, std::ios::beg);
  EXPECT_EQ(buffer.in_avail(), 0);
  buffer.pubseekoff(6, std::ios::beg);
  buffer.sputc('x');
  EXPECT_EQ(buffer.in_avail(), 1);
}

TEST_F(filebuf, peeking_moves_nothing) {
  tempfile::filebuf buffer = make("ab");
  EXPECT_EQ(buffer.sgetc(), 'a');
  EXPECT_EQ(buffer.sgetc(), 'a');
  EXPECT_EQ(buffer.pubseekoff(0, std::ios::cur), std::streampos{0});
  EXPECT_EQ(buffer.snextc(), 'b');
}

TEST_F(filebuf, another_character_can_be_put_back_without_changing_the_file) {
  tempfile::filebuf buffer = make("ab");
  EXPECT_EQ(buffer.sbumpc(), 'a');
  EXPECT_EQ(buffer.sputbackc('x'), 'x');
  EXPECT_EQ(buffer.sbumpc(), 'x');
  EXPECT_EQ(buffer.sbumpc(), 'b');
  EXPECT_EQ(rewound(buffer), "ab");
}

TEST_F(filebuf, a_character_can_be_put_back_before_what_is_buffered) {
  tempfile::filebuf buffer = make("abc");
  buffer.pubseekoff(2, std::ios::beg);
  EXPECT_EQ(buffer.sputbackc('x'), 'x');
  EXPECT_EQ(get(buffer, 10), "xc");
  buffer.pubseekoff(2, std::ios::beg);
  EXPECT_NE(buffer.sungetc(), eof);
  EXPECT_EQ(get(buffer, 10), "bc");
}

TEST_F(filebuf, what_was_just_written_can_be_put_back) {
  tempfile::filebuf buffer = make();
  put(buffer, "ab");
  EXPECT_NE(buffer.sungetc(), eof);
  EXPECT_EQ(buffer.sbumpc(), 'b');
  put(buffer, "c");
  EXPECT_EQ(rewound(buffer), "abc");
}

TEST_F(filebuf, nothing_can_be_put_back_at_the_beginning) {
  tempfile::filebuf buffer = make("ab");
  EXPECT_EQ(buffer.sungetc(), eof);
  EXPECT_EQ(buffer.sputbackc('x'), eof);
  EXPECT_EQ(get(buffer, 10), "ab");
}

TEST_F(filebuf, a_putback_that_fails_moves_nothing) {
  tempfile::filebuf buffer = make("ab");
  buffer.pubseekoff(5, std::ios::beg);
  EXPECT_EQ(buffer.sungetc(), eof);
  EXPECT_EQ(buffer.pubseekoff(0, std::ios::cur), std::streampos{5});
}

TEST_F(filebuf, an_impossible_seek_moves_nothing) {
  tempfile::filebuf buffer = make("0123456789");
  EXPECT_EQ(buffer.sbumpc(), '0');
  constexpr auto lowest = std::numeric_limits<std::streamoff>::min();
  for (const auto offset : {std::streamoff{-2}, lowest}) {
    EXPECT_EQ(buffer.pubseekoff(offset, std::ios::cur), nowhere);
    EXPECT_EQ(buffer.pubseekoff(offset, std::ios::beg), nowhere);
  }
  EXPECT_EQ(buffer.pubseekoff(-11, std::ios::end), nowhere);
  EXPECT_EQ(buffer.last_error(), std::errc::invalid_argument);
  EXPECT_EQ(buffer.pubseekoff(0, std::ios::cur), std::streampos{1});
  EXPECT_FALSE(buffer.last_error());
  EXPECT_EQ(buffer.sbumpc(), '1');
}

TEST_F(filebuf, the_position_counts_what_is_buffered) {
  tempfile::filebuf buffer = make("0123456789");
  get(buffer, 3);
  EXPECT_EQ(buffer.pubseekoff(0, std::ios::cur), std::streampos{3});
  EXPECT_EQ(buffer.pubseekoff(2, std::ios::cur), std::streampos{5});
  put(buffer, "ab");
  EXPECT_EQ(descriptor_position(buffer), 5);
  EXPECT_EQ(buffer.pubseekoff(0, std::ios::cur), std::streampos{7});
  EXPECT_EQ(buffer.pubseekoff(-1, std::ios::cur), std::streampos{6});
  EXPECT_EQ(get(buffer, 10), "b789");
}

TEST_F(filebuf, the_end_counts_what_is_buffered) {
  tempfile::filebuf buffer = make();
  put(buffer, "0123456789");
  EXPECT_EQ(buffer.pubseekoff(-1, std::ios::end), std::streampos{9});
  EXPECT_EQ(buffer.sbumpc(), '9');
}

TEST_F(filebuf, synchronising_brings_the_descriptor_to_the_position) {
  tempfile::filebuf buffer = make("0123456789");
  EXPECT_EQ(buffer.sbumpc(), '0');
  EXPECT_EQ(buffer.pubsync(), 0);
  EXPECT_EQ(descriptor_position(buffer), 1);
  put(buffer, "ab");
  EXPECT_EQ(buffer.pubsync(), 0);
  EXPECT_EQ(descriptor_position(buffer), 3);
  put(buffer, "c");
  EXPECT_EQ(buffer.pubsync(), 0);
  EXPECT_EQ(descriptor_position(buffer), 4);
  EXPECT_EQ(rewound(buffer), "0abc456789");
}

TEST_F(filebuf, a_flush_writes_and_leaves_alone_what_was_read_ahead) {
  tempfile::filebuf buffer = make("0123456789");
  EXPECT_EQ(buffer.sbumpc(), '0');
  EXPECT_TRUE(buffer.flush());
  EXPECT_EQ(buffer.in_avail(), 9);
  put(buffer, "ab");
  EXPECT_TRUE(buffer.flush());
  EXPECT_EQ(descriptor_position(buffer), 3);
  EXPECT_EQ(rewound(buffer), "0ab3456789");
}

TEST_F(filebuf, a_flush_that_fails_tells_why_and_loses_nothing) {
  tempfile::filebuf buffer = make();
  {
    const support::file_size_limit limit{2};
    put(buffer, "text");
    EXPECT_FALSE(buffer.flush());
    EXPECT_EQ(buffer.last_error(), std::errc::file_too_large);
  }
  EXPECT_TRUE(buffer.flush());
  EXPECT_EQ(rewound(buffer), "text");
}

TEST_F(filebuf, small_pieces_are_gathered) {
  tempfile::filebuf buffer = make();
  for (int i = 0; i < 100; ++i) put(buffer, "ab");
  EXPECT_EQ(descriptor_position(buffer), 0);
  buffer.pubsync();
  EXPECT_EQ(descriptor_position(buffer), 200);
}

TEST_F(filebuf, large_blocks_go_straight_to_the_system) {
  constexpr std::size_t large = std::size_t{1} << 20U;
  tempfile::filebuf buffer = make();
  put(buffer, "x");
  put(buffer, std::string(large, 'y'));
  EXPECT_EQ(descriptor_position(buffer), static_cast<off_t>(large) + 1);
  put(buffer, std::string(large, 'z'));
  buffer.pubseekoff(1, std::ios::beg);
  EXPECT_EQ(get(buffer, large), std::string(large, 'y'));
  EXPECT_EQ(descriptor_position(buffer), static_cast<off_t>(large) + 1);  // nothing was read ahead
}

TEST_F(filebuf, a_large_read_takes_what_is_buffered_first) {
  constexpr std::size_t large = std::size_t{1} << 20U;
  tempfile::filebuf buffer = make("head" + std::string(large, 'y') + "tail");
  EXPECT_EQ(buffer.sgetc(), 'h');
  EXPECT_EQ(get(buffer, large + 4), "head" + std::string(large, 'y'));
  EXPECT_NE(buffer.sungetc(), eof);
  EXPECT_EQ(get(buffer, 10), "ytail");
}

TEST_F(filebuf, reads_on_when_the_system_gives_less_than_asked_for) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  tempfile::filebuf buffer{tempfile::file_handle{ends[0]}};
  // More than a pipe holds, so that no single read can return it all.
  const std::string sent(300'000, 'x');
  std::thread writer{[&] {
    tempfile::file_handle end{ends[1]};
    end.write(sent);
  }};
  const std::string received = get(buffer, 400'000);
  writer.join();
  EXPECT_EQ(received, sent);
}

TEST_F(filebuf, a_pipe_keeps_what_it_can_not_take_back) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  tempfile::file_handle writer{ends[1]};
  writer.write("abc");
  tempfile::filebuf buffer{tempfile::file_handle{ends[0]}};
  EXPECT_EQ(buffer.sbumpc(), 'a');
  EXPECT_EQ(buffer.pubsync(), 0);
  EXPECT_EQ(buffer.sbumpc(), 'b');
  EXPECT_EQ(buffer.pubseekoff(0, std::ios::cur), nowhere);
  EXPECT_EQ(buffer.last_error(), std::errc::invalid_seek);
  EXPECT_EQ(buffer.sbumpc(), 'c');
}

TEST_F(filebuf, a_read_that_fails_tells_why) {
  tempfile::filebuf buffer{tempfile::file_handle{::open(directory_.path().c_str(), O_RDONLY | O_CLOEXEC)}};
  ASSERT_TRUE(buffer.is_open());
  EXPECT_EQ(buffer.sgetc(), eof);
  EXPECT_EQ(buffer.last_error(), std::errc::is_a_directory);
  EXPECT_EQ(get(buffer, 100'000), "");
  EXPECT_EQ(buffer.last_error(), std::errc::is_a_directory);
}

TEST_F(filebuf, a_file_that_is_only_for_reading_refuses_what_is_written) {
  support::write_file(directory_ / "name", "text");
  tempfile::filebuf buffer{tempfile::file_handle{::open((directory_ / "name").c_str(), O_RDONLY | O_CLOEXEC)}};
  put(buffer, "more");
  EXPECT_EQ(buffer.pubsync(), -1);
  EXPECT_EQ(buffer.last_error(), std::errc::bad_file_descriptor);
  std::error_code error;
  buffer.close(error);
  EXPECT_EQ(error, std::errc::bad_file_descriptor);
  EXPECT_TRUE(buffer.is_open());
}

TEST_F(filebuf, closing_writes_what_is_buffered) {
  auto made = tempfile::mkstemp({.dir = directory_.path()});
  tempfile::filebuf buffer{std::move(made.file)};
  const int descriptor = buffer.native_handle();
  put(buffer, "text");
  std::error_code error = std::make_error_code(std::errc::io_error);
  buffer.close(error);
  EXPECT_FALSE(error);
  EXPECT_FALSE(buffer.is_open());
  EXPECT_FALSE(is_open(descriptor));
  EXPECT_EQ(support::read_file(made.path), "text");
}

TEST_F(filebuf, the_end_of_its_life_writes_what_is_buffered) {
  auto made = tempfile::mkstemp({.dir = directory_.path()});
  const int descriptor = made.file.native_handle();
  {
    tempfile::filebuf buffer{std::move(made.file)};
    put(buffer, "text");
  }
  EXPECT_FALSE(is_open(descriptor));
  EXPECT_EQ(support::read_file(made.path), "text");
}

TEST_F(filebuf, a_release_hands_over_a_file_that_is_written_and_in_position) {
  tempfile::filebuf buffer = make("0123456789");
  EXPECT_EQ(buffer.sbumpc(), '0');
  std::error_code error = std::make_error_code(std::errc::io_error);
  tempfile::file_handle file = buffer.release(error);
  EXPECT_FALSE(error);
  EXPECT_FALSE(buffer.is_open());
  EXPECT_EQ(file.seek(0, std::ios::cur), 1U);
  EXPECT_EQ(buffer.sgetc(), eof);  // what was read ahead does not outlive the file
}

TEST_F(filebuf, a_release_that_fails_hands_nothing_over) {
  tempfile::filebuf buffer = make();
  {
    const support::file_size_limit limit{2};
    put(buffer, "text");
    std::error_code error;
    const tempfile::file_handle none = buffer.release(error);
    EXPECT_EQ(error, std::errc::file_too_large);
    EXPECT_FALSE(none.is_open());
    EXPECT_TRUE(buffer.is_open());
  }
  std::error_code error;
  tempfile::file_handle file = buffer.release(error);
  EXPECT_EQ(file.size(), 4U);
}

TEST_F(filebuf, accepts_what_has_room_though_the_system_refuses_the_rest) {
  tempfile::filebuf buffer = make();
  std::streamsize accepted = 0;
  {
    const support::file_size_limit limit{0};
    // Pieces that divide no likely buffer size, until one is not taken whole.
    const std::string piece(1000, 'x');
    std::streamsize taken = 0;
    do {
      taken = put(buffer, piece);
      accepted += taken;
    } while (taken == 1000);
    EXPECT_EQ(put(buffer, piece), 0);
    EXPECT_EQ(buffer.sputc('y'), eof);
    EXPECT_EQ(buffer.last_error(), std::errc::file_too_large);
    EXPECT_EQ(buffer.pubseekoff(0, std::ios::cur), std::streampos{accepted});
    EXPECT_EQ(buffer.pubseekoff(0, std::ios::beg), nowhere);  // moving would lose them
    EXPECT_EQ(buffer.sgetc(), eof);
  }
  EXPECT_EQ(rewound(buffer), std::string(static_cast<std::size_t>(accepted), 'x'));
}

TEST_F(filebuf, a_write_that_is_done_in_part_goes_on_with_the_rest) {
  tempfile::filebuf buffer = make();
  const std::string text = "0123456789abcdef";
  put(buffer, text);
  for (const rlim_t limit : {5U, 5U, 11U}) {
    const support::file_size_limit limited{limit};
    EXPECT_EQ(buffer.pubsync(), -1);
    EXPECT_EQ(buffer.last_error(), std::errc::file_too_large);
    EXPECT_EQ(descriptor_position(buffer), static_cast<off_t>(limit));
    EXPECT_EQ(buffer.pubseekoff(0, std::ios::cur), std::streampos{16});
  }
  put(buffer, "!");
  EXPECT_EQ(rewound(buffer), text + "!");
}

TEST_F(filebuf, a_large_block_tells_how_much_of_it_was_written) {
  tempfile::filebuf buffer = make();
  const support::file_size_limit limit{5000};
  EXPECT_EQ(put(buffer, std::string(1'000'000, 'x')), 5000);
  EXPECT_EQ(buffer.pubseekoff(0, std::ios::cur), std::streampos{5000});
}

TEST_F(filebuf, a_failed_flush_is_forgotten_once_its_bytes_are_written) {
  tempfile::filebuf buffer = make();
  {
    const support::file_size_limit limit{2};
    put(buffer, "text");
    EXPECT_EQ(buffer.pubsync(), -1);
  }
  EXPECT_EQ(buffer.pubsync(), 0);
  EXPECT_FALSE(buffer.last_error());
  std::error_code error;
  buffer.close(error);
  EXPECT_FALSE(error);
}

TEST_F(filebuf, a_large_write_that_failed_is_reported_at_close_even_after_seeking) {
  tempfile::filebuf buffer = make();
  {
    const support::file_size_limit limit{2};
    put(buffer, std::string(1'000'000, 'x'));
  }
  EXPECT_EQ(rewound(buffer), "xx");
  EXPECT_FALSE(buffer.last_error());
  std::error_code error;
  for (int i = 0; i < 2; ++i) {
    buffer.close(error);
    EXPECT_EQ(error, std::errc::file_too_large);
    EXPECT_TRUE(buffer.is_open());
  }
  EXPECT_EQ(rewound(buffer), "xx");
  buffer.accept_loss();
  buffer.close(error);
  EXPECT_FALSE(error);
  EXPECT_FALSE(buffer.is_open());
}

TEST_F(filebuf, remembers_for_good_that_bytes_were_refused) {
  tempfile::filebuf buffer = make();
  {
    const support::file_size_limit limit{2};
    put(buffer, std::string(1'000'000, 'x'));
  }
  put(buffer, "yes");
  EXPECT_EQ(buffer.pubsync(), 0);
  EXPECT_EQ(buffer.write_error(), std::errc::file_too_large);
  tempfile::filebuf moved{std::move(buffer)};
  EXPECT_EQ(moved.write_error(), std::errc::file_too_large);
  EXPECT_FALSE(buffer.write_error());
  std::error_code error;
  EXPECT_FALSE(moved.release(error).is_open());
  EXPECT_EQ(error, std::errc::file_too_large);
  EXPECT_EQ(rewound(moved), "xxyes");
  moved.accept_loss();
  EXPECT_EQ(moved.release(error).size(), 5U);
}

TEST_F(filebuf, drops_what_can_not_be_written_when_its_loss_is_accepted) {
  tempfile::filebuf buffer = make();
  const support::file_size_limit limit{2};
  put(buffer, "text");
  EXPECT_EQ(buffer.pubsync(), -1);
  EXPECT_EQ(buffer.pubseekoff(0, std::ios::beg), nowhere);
  buffer.accept_loss();
  EXPECT_EQ(rewound(buffer), "te");
}

TEST_F(filebuf, what_was_read_ahead_from_a_socket_stays_when_something_is_written) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  tempfile::file_handle other{ends[1]};
  other.write("one\ntwo\nthree\n");
  tempfile::file_stream stream{tempfile::file_handle{ends[0]}};
  std::string line;
  for (const char* const expected : {"one", "two", "three"}) {
    std::getline(stream, line);
    EXPECT_EQ(line, expected);
    stream << "got " << line << '\n' << std::flush;
    EXPECT_TRUE(stream.good());
    std::string reply(5 + line.size(), '?');
    other.read(reply);
    EXPECT_EQ(reply, "got " + line + '\n');
  }
  other.write("more");
  stream << std::string(40'000, 'x');  // goes past the buffer
  EXPECT_EQ(stream.get(), 'm');
  std::error_code error;
  EXPECT_EQ(stream.release(error), tempfile::no_native_handle);  // "ore" would be lost
  EXPECT_EQ(error, std::errc::invalid_seek);
  EXPECT_EQ(stream.get(), 'o');
}

TEST_F(filebuf, does_not_know_how_much_a_pipe_holds) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  tempfile::file_handle writer{ends[1]};
  writer.write("abc");
  tempfile::file_stream stream{tempfile::file_handle{ends[0]}};
  char bytes[3];
  EXPECT_EQ(stream.readsome(bytes, 3), 0);
  EXPECT_TRUE(stream.good());
  EXPECT_FALSE(stream.last_error());
  EXPECT_EQ(stream.get(), 'a');
}

TEST_F(filebuf, an_error_while_flushing_does_not_pass_for_the_end_of_the_file) {
  tempfile::file_stream stream{tempfile::file_handle{::open("/dev/full", O_RDWR | O_CLOEXEC)}};
  if (!stream.is_open()) GTEST_SKIP() << "needs /dev/full";
  stream << "x";
  char byte = 0;
  stream.get(byte);
  EXPECT_TRUE(stream.bad());
  stream.accept_loss();
}

TEST_F(filebuf, abandoning_gives_up_the_file_and_tells_what_was_lost) {
  tempfile::filebuf buffer = make();
  const int descriptor = buffer.native_handle();
  const support::file_size_limit limit{2};
  put(buffer, "text");
  std::error_code error;
  buffer.abandon(error);
  EXPECT_EQ(error, std::errc::file_too_large);
  EXPECT_FALSE(buffer.is_open());
  EXPECT_FALSE(is_open(descriptor));
  EXPECT_EQ(buffer.sputc('x'), eof);
}

TEST_F(filebuf, abandoning_writes_what_can_be_written) {
  auto made = tempfile::mkstemp({.dir = directory_.path()});
  tempfile::filebuf buffer{std::move(made.file)};
  put(buffer, "text");
  std::error_code error = std::make_error_code(std::errc::io_error);
  buffer.abandon(error);
  EXPECT_FALSE(error);
  EXPECT_EQ(support::read_file(made.path), "text");
}

TEST_F(filebuf, a_move_takes_unwritten_bytes_along) {
  tempfile::filebuf first = make();
  put(first, "ab");
  tempfile::filebuf second{std::move(first)};
  put(second, "cd");
  EXPECT_EQ(rewound(second), "abcd");
}

TEST_F(filebuf, a_move_takes_unread_bytes_along) {
  tempfile::filebuf first = make("abcd");
  EXPECT_EQ(first.sbumpc(), 'a');
  tempfile::filebuf second{std::move(first)};
  EXPECT_EQ(second.in_avail(), 3);
  EXPECT_EQ(second.sungetc(), 'a');
  EXPECT_EQ(get(second, 10), "abcd");
}

TEST_F(filebuf, what_was_moved_from_is_closed_and_can_be_assigned_to) {
  tempfile::filebuf first = make("abcd");
  EXPECT_EQ(first.sbumpc(), 'a');
  const tempfile::filebuf second{std::move(first)};
  EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): what is left is closed, as promised
  EXPECT_EQ(first.sgetc(), eof);
  EXPECT_EQ(first.sputc('x'), eof);
  first = make("new");
  EXPECT_FALSE(first.last_error());
  EXPECT_EQ(get(first, 10), "new");
}

TEST_F(filebuf, a_move_takes_the_errors_along) {
  tempfile::filebuf first = make();
  {
    const support::file_size_limit limit{2};
    put(first, std::string(1'000'000, 'x'));
  }
  tempfile::filebuf second{std::move(first)};
  EXPECT_FALSE(first.last_error());  // NOLINT(bugprone-use-after-move): what is left is closed, as promised
  EXPECT_EQ(second.last_error(), std::errc::file_too_large);
  tempfile::filebuf third;
  third.swap(second);
  EXPECT_EQ(third.last_error(), std::errc::file_too_large);
  std::error_code error;
  third.close(error);
  EXPECT_EQ(error, std::errc::file_too_large);
}

TEST_F(filebuf, a_move_assignment_writes_and_closes_what_was_held_before) {
  auto made = tempfile::mkstemp({.dir = directory_.path()});
  const int descriptor = made.file.native_handle();
  tempfile::filebuf first{std::move(made.file)};
  put(first, "first");
  tempfile::filebuf second = make();
  put(second, "second");
  first = std::move(second);
  EXPECT_FALSE(is_open(descriptor));
  EXPECT_EQ(support::read_file(made.path), "first");
  EXPECT_FALSE(second.is_open());  // NOLINT(bugprone-use-after-move): what is left is closed, as promised
  EXPECT_EQ(rewound(first), "second");
}

TEST_F(filebuf, a_self_move_and_a_self_swap_change_nothing) {
  tempfile::filebuf buffer = make();
  put(buffer, "ab");
  tempfile::filebuf& same = buffer;
  buffer = std::move(same);
  put(buffer, "cd");
  buffer.swap(same);
  put(buffer, "ef");
  EXPECT_EQ(rewound(buffer), "abcdef");
}

TEST_F(filebuf, a_swap_exchanges_what_is_unread_with_what_is_unwritten) {
  tempfile::filebuf reader = make("abcd");
  tempfile::filebuf writer = make();
  EXPECT_EQ(reader.sbumpc(), 'a');
  put(writer, "xy");
  reader.swap(writer);
  EXPECT_EQ(get(writer, 10), "bcd");
  put(reader, "z");
  EXPECT_EQ(rewound(reader), "xyz");
}

}  // namespace
