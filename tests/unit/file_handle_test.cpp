#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <array>
#include <string>
#include <thread>
#include <utility>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

class file_handle : public testing::Test {
 protected:
  tempfile::file_handle make() const { return tempfile::mkstemp({.dir = directory_.path()}).file; }

  static std::string content(tempfile::file_handle& file) {
    std::string text(static_cast<std::size_t>(file.size()), '?');
    file.seek(0);
    file.read(std::span<char>{text});
    return text;
  }

  support::scratch_directory directory_;
};

TEST_F(file_handle, is_as_large_as_the_descriptor) {
  EXPECT_EQ(sizeof(tempfile::file_handle), sizeof(tempfile::native_handle_type));
}

TEST_F(file_handle, reads_what_was_written) {
  tempfile::file_handle file = make();
  EXPECT_EQ(file.write("some text"), 9U);
  EXPECT_EQ(content(file), "some text");
}

TEST_F(file_handle, reads_less_than_asked_for_only_at_the_end) {
  tempfile::file_handle file = make();
  file.write("12345");
  file.seek(2);
  std::array<char, 10> buffer{};
  EXPECT_EQ(file.read(std::span<char>{buffer}), 3U);
  EXPECT_EQ(file.read(std::span<char>{buffer}), 0U);
}

TEST_F(file_handle, reads_and_writes_elsewhere_without_moving_the_position) {
  tempfile::file_handle file = make();
  file.write("abc");
  const auto bytes = std::as_bytes(std::span<const char>{std::string_view{"xy"}});
  EXPECT_EQ(file.write_at(5, bytes), 2U);
  std::array<std::byte, 4> buffer{};
  EXPECT_EQ(file.read_at(2, buffer), 4U);
  EXPECT_EQ(file.seek(0, std::ios::cur), 3U);
  EXPECT_EQ(content(file), (std::string{"abc\0\0xy", 7}));
}

TEST_F(file_handle, seeks_from_each_origin) {
  tempfile::file_handle file = make();
  file.write("0123456789");
  EXPECT_EQ(file.seek(4), 4U);
  EXPECT_EQ(file.seek(2, std::ios::cur), 6U);
  EXPECT_EQ(file.seek(-1, std::ios::end), 9U);
  EXPECT_EQ(file.seek(5, std::ios::end), 15U);
}

TEST_F(file_handle, refuses_a_position_before_the_beginning) {
  tempfile::file_handle file = make();
  EXPECT_THROW(file.seek(-1), fs::filesystem_error);
  std::error_code error;
  file.seek(-1, std::ios::cur, error);
  EXPECT_EQ(error, std::errc::invalid_argument);
}

TEST_F(file_handle, refuses_an_offset_that_the_system_can_not_express) {
  tempfile::file_handle file = make();
  std::error_code error;
  std::array<std::byte, 1> byte{};
  EXPECT_EQ(file.write_at(~std::uint64_t{0}, byte, error), 0U);
  EXPECT_EQ(error, std::errc::file_too_large);
  file.resize(~std::uint64_t{0}, error);
  EXPECT_EQ(error, std::errc::file_too_large);
  EXPECT_EQ(file.size(), 0U);
}

TEST_F(file_handle, a_seek_that_fails_moves_nothing) {
  tempfile::file_handle file = make();
  file.write("text");
  std::error_code error;
  for (const auto from : {std::ios::beg, std::ios::cur, std::ios::end}) {
    file.seek(-5, from, error);
    EXPECT_EQ(error, std::errc::invalid_argument);
    EXPECT_EQ(file.seek(0, std::ios::cur), 4U);
  }
}

TEST_F(file_handle, a_write_past_the_end_leaves_zeros) {
  tempfile::file_handle file = make();
  file.seek(3);
  file.write("x");
  EXPECT_EQ(content(file), (std::string{"\0\0\0x", 4}));
}

TEST_F(file_handle, reads_nothing_past_the_end) {
  tempfile::file_handle file = make();
  file.write("12345");
  std::array<std::byte, 4> buffer{};
  EXPECT_EQ(file.read_at(3, buffer), 2U);
  EXPECT_EQ(file.read_at(5, buffer), 0U);
  EXPECT_EQ(file.read_at(1000, buffer), 0U);
}

TEST_F(file_handle, takes_blocks_of_nothing) {
  tempfile::file_handle file = make();
  EXPECT_EQ(file.write(""), 0U);
  EXPECT_EQ(file.read(std::span<char>{}), 0U);
  EXPECT_EQ(file.write_at(10, {}), 0U);
  EXPECT_EQ(file.read_at(0, {}), 0U);
  EXPECT_EQ(file.size(), 0U);
}

TEST_F(file_handle, reads_on_when_the_system_gives_less_than_asked_for) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  tempfile::file_handle reader{ends[0]};
  // More than a pipe holds, so that no single call can move it all.
  const std::string sent(300'000, 'x');
  std::thread writing{[&] {
    tempfile::file_handle writer{ends[1]};
    EXPECT_EQ(writer.write(sent), sent.size());
  }};
  std::string received(400'000, '?');
  received.resize(reader.read(std::span<char>{received}));
  writing.join();
  EXPECT_EQ(received, sent);
}

TEST_F(file_handle, resizes_without_moving_the_position) {
  tempfile::file_handle file = make();
  file.write("0123456789");
  file.resize(4);
  EXPECT_EQ(file.size(), 4U);
  EXPECT_EQ(file.seek(0, std::ios::cur), 10U);
  file.resize(6);
  EXPECT_EQ(content(file), (std::string{"0123\0\0", 6}));
}

TEST_F(file_handle, syncs) {
  tempfile::file_handle file = make();
  file.write("text");
  EXPECT_NO_THROW(file.sync());
}

TEST_F(file_handle, closes_once) {
  tempfile::file_handle file = make();
  const int descriptor = file.native_handle();
  file.close();
  EXPECT_FALSE(file);
  EXPECT_EQ(::fcntl(descriptor, F_GETFD), -1);
  EXPECT_NO_THROW(file.close());
}

TEST_F(file_handle, does_nothing_when_closed_but_say_so) {
  tempfile::file_handle file;
  std::array<std::byte, 1> byte{};
  std::error_code error;
  const auto expect_refusal = [&] {
    EXPECT_EQ(error, std::errc::bad_file_descriptor);
    error.clear();
  };
  EXPECT_EQ(file.read(byte, error), 0U);
  expect_refusal();
  EXPECT_EQ(file.write(byte, error), 0U);
  expect_refusal();
  EXPECT_EQ(file.read_at(0, byte, error), 0U);
  expect_refusal();
  EXPECT_EQ(file.write_at(0, byte, error), 0U);
  expect_refusal();
  file.seek(0, std::ios::beg, error);
  expect_refusal();
  EXPECT_EQ(file.size(error), 0U);
  expect_refusal();
  file.resize(0, error);
  expect_refusal();
  file.sync(error);
  expect_refusal();
  EXPECT_THROW(file.read(byte), fs::filesystem_error);
  EXPECT_THROW(file.write(byte), fs::filesystem_error);
  EXPECT_THROW(static_cast<void>(file.size()), fs::filesystem_error);
  EXPECT_THROW(file.read_at(0, byte), fs::filesystem_error);
  EXPECT_THROW(file.write_at(0, byte), fs::filesystem_error);
  EXPECT_THROW(file.seek(0), fs::filesystem_error);
  EXPECT_THROW(file.resize(0), fs::filesystem_error);
  EXPECT_THROW(file.sync(), fs::filesystem_error);
}

TEST_F(file_handle, an_exception_tells_the_reason_but_no_path) {
  tempfile::file_handle file;
  try {
    static_cast<void>(file.size());
    FAIL() << "size() has not thrown";
  } catch (const fs::filesystem_error& thrown) {
    EXPECT_EQ(thrown.code(), std::errc::bad_file_descriptor);
    EXPECT_EQ(thrown.path1(), fs::path{});
  }
}

TEST_F(file_handle, an_error_code_is_cleared_on_success) {
  tempfile::file_handle file = make();
  std::error_code error = std::make_error_code(std::errc::io_error);
  file.write("text", error);
  EXPECT_FALSE(error);
}

TEST_F(file_handle, a_full_device_is_reported_with_what_was_written) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "needs /dev/full";
  tempfile::file_handle full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
  std::error_code error;
  EXPECT_EQ(full.write("text", error), 0U);
  EXPECT_EQ(error, std::errc::no_space_on_device);
}

TEST_F(file_handle, a_write_that_is_done_in_part_tells_how_much) {
  tempfile::file_handle file = make();
  const support::file_size_limit limit{3};
  std::error_code error;
  EXPECT_EQ(file.write("text", error), 3U);
  EXPECT_EQ(error, std::errc::file_too_large);
  EXPECT_EQ(file.write_at(2, std::as_bytes(std::span<const char>{"xy", 2}), error), 1U);
  EXPECT_EQ(error, std::errc::file_too_large);
  file.resize(4, error);
  EXPECT_EQ(error, std::errc::file_too_large);
  EXPECT_EQ(content(file), "tex");
}

TEST_F(file_handle, closing_tells_what_is_wrong_and_closes) {
  tempfile::file_handle file = make();
  ::close(file.native_handle());
  std::error_code error;
  file.close(error);
  EXPECT_EQ(error, std::errc::bad_file_descriptor);
  EXPECT_FALSE(file.is_open());
  error = std::make_error_code(std::errc::io_error);
  file.close(error);
  EXPECT_FALSE(error);
}

TEST_F(file_handle, a_move_takes_the_descriptor_along) {
  tempfile::file_handle first = make();
  const int descriptor = first.native_handle();
  tempfile::file_handle second{std::move(first)};
  EXPECT_EQ(second.native_handle(), descriptor);
  EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): what is left is closed, as promised
}

TEST_F(file_handle, a_move_assignment_closes_what_was_owned_before) {
  tempfile::file_handle first = make();
  tempfile::file_handle second = make();
  const int closed = second.native_handle();
  const int kept = first.native_handle();
  second = std::move(first);
  EXPECT_EQ(second.native_handle(), kept);
  EXPECT_EQ(::fcntl(closed, F_GETFD), -1);
}

TEST_F(file_handle, a_self_move_changes_nothing) {
  tempfile::file_handle file = make();
  const int descriptor = file.native_handle();
  tempfile::file_handle& same = file;
  file = std::move(same);
  EXPECT_EQ(file.native_handle(), descriptor);
  EXPECT_NE(::fcntl(descriptor, F_GETFD), -1);
}

TEST_F(file_handle, a_swap_exchanges_the_descriptors) {
  tempfile::file_handle first = make();
  tempfile::file_handle second;
  const int descriptor = first.native_handle();
  swap(first, second);
  EXPECT_EQ(second.native_handle(), descriptor);
  EXPECT_FALSE(first.is_open());
}

TEST_F(file_handle, a_release_leaves_the_descriptor_to_the_caller) {
  int descriptor = -1;
  {
    tempfile::file_handle file = make();
    descriptor = file.release();
    EXPECT_FALSE(file.is_open());
  }
  EXPECT_NE(::fcntl(descriptor, F_GETFD), -1);
  ::close(descriptor);
}

TEST_F(file_handle, the_end_of_its_life_closes_it) {
  const std::size_t before = support::open_descriptors();
  {
    const tempfile::file_handle file = make();
    EXPECT_EQ(support::open_descriptors(), before + 1);
  }
  EXPECT_EQ(support::open_descriptors(), before);
}

}  // namespace
