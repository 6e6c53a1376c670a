#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using tempfile::spooled_temporary_file;

std::string all_of(spooled_temporary_file& file) {
  file.seek(0);
  return {std::istreambuf_iterator<char>{file}, {}};
}

// --- when it goes to disk --------------------------------------------------------------------------------------------

TEST(spooled_temporary_file, stays_in_memory_up_to_its_size_and_not_a_byte_more) {
  spooled_temporary_file file{{.max_size = 30}};
  EXPECT_FALSE(file.is_rolled());
  file << std::string(20, 'x');
  EXPECT_FALSE(file.is_rolled());
  file << std::string(10, 'x');
  EXPECT_FALSE(file.is_rolled());
  file << 'x';
  EXPECT_TRUE(file.is_rolled());
  EXPECT_EQ(all_of(file), std::string(31, 'x'));
}

TEST(spooled_temporary_file, has_the_same_limit_for_whatever_is_written_at_once) {
  for (const std::size_t most : {1U, 100U, 16U * 1024U - 1, 16U * 1024U, 16U * 1024U + 1, 100'000U}) {
    for (const bool by_bytes : {true, false}) {
      spooled_temporary_file file{{.max_size = most}};
      const std::string fits(most, 'x');
      if (by_bytes) {
        for (const char byte : fits) file.put(byte);
      } else {
        file << fits;
      }
      EXPECT_FALSE(file.is_rolled()) << most;
      file << 'y';
      EXPECT_TRUE(file.is_rolled()) << most;
      EXPECT_EQ(all_of(file), fits + 'y');
    }
  }
}

TEST(spooled_temporary_file, counts_the_end_of_what_is_written_and_not_how_often) {
  spooled_temporary_file file{{.max_size = 30}};
  for (int i = 0; i < 5; ++i) {
    file.seek(0);
    file << std::string(20, 'x');
  }
  EXPECT_FALSE(file.is_rolled());
}

TEST(spooled_temporary_file, counts_what_is_skipped_when_something_is_written_behind_it) {
  spooled_temporary_file file{{.max_size = 30}};
  file.seekp(100);
  EXPECT_FALSE(file.is_rolled());
  file << 'x';
  EXPECT_TRUE(file.is_rolled());
  EXPECT_EQ(all_of(file), std::string(100, '\0') + 'x');
}

TEST(spooled_temporary_file, fills_what_is_skipped_in_memory_with_zeros) {
  spooled_temporary_file file{{.max_size = 100}};
  file << "ab";
  file.seekp(10);
  file << "c";
  EXPECT_FALSE(file.is_rolled());
  EXPECT_EQ(all_of(file), std::string("ab") + std::string(8, '\0') + "c");
}

TEST(spooled_temporary_file, without_a_size_stays_in_memory) {
  spooled_temporary_file file;
  file << std::string(1'000'000, 'x');
  EXPECT_FALSE(file.is_rolled());
  EXPECT_EQ(all_of(file), std::string(1'000'000, 'x'));
}

TEST(spooled_temporary_file, goes_to_disk_when_asked_to_and_keeps_its_position) {
  spooled_temporary_file file;
  file << "hello world";
  file.seekg(6);
  file.rollover();
  EXPECT_TRUE(file.is_rolled());
  std::string word;
  file >> word;
  EXPECT_EQ(word, "world");
  file.rollover();  // again is no error
  EXPECT_EQ(all_of(file), "hello world");
}

TEST(spooled_temporary_file, goes_to_disk_while_it_is_read_and_goes_on_reading) {
  spooled_temporary_file file;
  for (int i = 0; i < 100; ++i) file << i << '\n';
  file.seek(0);
  for (int i = 0; i < 100; ++i) {
    if (i == 50) file.rollover();
    int number = -1;
    file >> number;
    EXPECT_EQ(number, i);
  }
}

TEST(spooled_temporary_file, goes_to_disk_for_its_descriptor) {
  spooled_temporary_file file;
  file << "abc";
  file.flush();
  const int descriptor = file.native_handle();
  EXPECT_TRUE(file.is_rolled());
  EXPECT_EQ(::lseek(descriptor, 0, SEEK_CUR), 3);
  char bytes[4] = {};
  EXPECT_EQ(::pread(descriptor, bytes, sizeof bytes, 0), 3);
  EXPECT_STREQ(bytes, "abc");
}

TEST(spooled_temporary_file, gives_its_descriptor_away) {
  spooled_temporary_file file;
  file << "abc";
  const tempfile::file_handle handle{file.release()};
  EXPECT_FALSE(file.is_open());
  EXPECT_EQ(handle.size(), 3U);
}

TEST(spooled_temporary_file, is_truncated_in_memory_and_on_disk) {
  spooled_temporary_file file{{.max_size = 10}};
  file << "abcdef\n";
  file.truncate(0);
  EXPECT_FALSE(file.is_rolled());
  EXPECT_EQ(all_of(file), "");
  file.truncate(4);
  EXPECT_FALSE(file.is_rolled());
  EXPECT_EQ(all_of(file), std::string(4, '\0'));
  file.truncate(20);
  EXPECT_TRUE(file.is_rolled());
  struct stat status {};
  ASSERT_EQ(::fstat(file.native_handle(), &status), 0);
  EXPECT_EQ(status.st_size, 20);
  EXPECT_EQ(all_of(file), std::string(20, '\0'));
}

TEST(spooled_temporary_file, keeps_its_position_when_it_is_truncated) {
  spooled_temporary_file file{{.max_size = 100}};
  file << "0123456789";
  file.truncate(4);
  EXPECT_EQ(file.tellp(), std::streampos{10});
  file << 'x';
  EXPECT_EQ(all_of(file), std::string("0123") + std::string(6, '\0') + "x");
}

// --- what it makes on disk -------------------------------------------------------------------------------------------

TEST(spooled_temporary_file, makes_nothing_on_disk_before_it_must) {
  const support::scratch_directory scratch;
  const std::size_t descriptors = support::open_descriptors();
  spooled_temporary_file file{{.dir = scratch.path(), .max_size = 100}};
  file << std::string(100, 'x') << std::flush;
  EXPECT_EQ(support::open_descriptors(), descriptors);
  file << 'x';
  EXPECT_EQ(support::open_descriptors(), descriptors + 1);
  EXPECT_TRUE(support::entries(scratch.path()).empty());
  file.close();
  EXPECT_EQ(support::open_descriptors(), descriptors);
}

TEST(spooled_temporary_file, makes_its_file_private_or_as_asked_for) {
  struct stat status {};
  spooled_temporary_file usual;
  ASSERT_EQ(::fstat(usual.native_handle(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  spooled_temporary_file shared{{.mode = fs::perms{0640}}};
  ASSERT_EQ(::fstat(shared.native_handle(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);
}

TEST(spooled_temporary_file, makes_its_file_where_a_relative_directory_was_at_first) {
  const support::scratch_directory scratch;
  fs::create_directory(scratch / "here");
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path());
  spooled_temporary_file file{{.dir = "here"}};
  fs::current_path(before);
  struct stat made {};
  struct stat wanted {};
  ASSERT_EQ(::fstat(file.native_handle(), &made), 0);
  ASSERT_EQ(::stat((scratch / "here").c_str(), &wanted), 0);
  EXPECT_EQ(made.st_dev, wanted.st_dev);
}

// --- what goes wrong -------------------------------------------------------------------------------------------------

TEST(spooled_temporary_file, refuses_names_that_are_none) {
  std::error_code error;
  const spooled_temporary_file file{{.prefix = "a/b"}, error};
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_FALSE(file.is_open());
  EXPECT_TRUE(file.bad());
  try {
    const spooled_temporary_file other{{.suffix = "a/b"}};
    FAIL() << "it was made";
  } catch (const fs::filesystem_error& failed) {
    EXPECT_EQ(failed.path1(), "a/b");
  }
}

TEST(spooled_temporary_file, keeps_all_that_it_has_when_it_can_not_go_to_disk) {
  const support::scratch_directory scratch;
  spooled_temporary_file file{{.dir = scratch / "missing", .max_size = 10}};
  file << "0123456789";
  file.seekg(3);
  std::error_code error;
  file.rollover(error);
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
  EXPECT_FALSE(file.is_rolled());
  EXPECT_EQ(file.get(), '3');
  EXPECT_EQ(file.native_handle(error), tempfile::no_native_handle);
  EXPECT_THROW(file.rollover(), fs::filesystem_error);
  EXPECT_THROW(static_cast<void>(file.native_handle()), fs::filesystem_error);
  EXPECT_THROW(file.truncate(11), fs::filesystem_error);

  file.seekp(8);
  file << "abc";  // one byte too many: none of them is taken
  EXPECT_TRUE(file.bad());
  EXPECT_EQ(file.last_error(), std::errc::no_such_file_or_directory);
  file.clear();
  EXPECT_EQ(all_of(file), "0123456789");

  fs::create_directory(scratch / "missing");  // and then it can
  file.clear();
  file.seekp(8);
  file << "abc";
  EXPECT_TRUE(file.is_rolled());
  EXPECT_EQ(all_of(file), "01234567abc");
}

TEST(spooled_temporary_file, reports_a_write_that_was_refused_when_it_is_closed) {
  const support::scratch_directory scratch;
  spooled_temporary_file file{{.dir = scratch / "missing", .max_size = 1}};
  file << "ab";
  std::error_code error;
  file.close(error);
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
  EXPECT_TRUE(file.is_open());
  file.accept_loss();
  file.close(error);
  EXPECT_FALSE(error);
  EXPECT_FALSE(file.is_open());
}

TEST(spooled_temporary_file, refuses_positions_that_no_file_has) {
  spooled_temporary_file file;
  file << "abc";
  file.seekg(-1, std::ios::beg);
  EXPECT_TRUE(file.fail());
  file.clear();
  EXPECT_EQ(file.tellg(), std::streampos{3});
  file.seekg(std::numeric_limits<std::streamoff>::max(), std::ios::end);
  EXPECT_TRUE(file.fail());
}

TEST(spooled_temporary_file, reports_what_memory_can_not_hold_and_keeps_the_rest) {
  if (support::has_sanitizer) GTEST_SKIP() << "needs a build without sanitizer, which would stop the program";
  spooled_temporary_file file;
  file << "abc";
  file.seekp(std::numeric_limits<std::streamoff>::max() - 10);
  file << 'x' << std::flush;
  EXPECT_TRUE(file.bad());
  EXPECT_EQ(file.last_error(), std::errc::not_enough_memory);
}

TEST(spooled_temporary_file, that_is_closed_says_so) {
  spooled_temporary_file file;
  file.close();
  file.close();
  EXPECT_FALSE(file.is_open());
  EXPECT_FALSE(file.is_rolled());
  file << 'x';
  EXPECT_TRUE(file.bad());
  EXPECT_EQ(file.last_error(), std::errc::bad_file_descriptor);
  EXPECT_THROW(file.truncate(0), fs::filesystem_error);
}

// --- taking the bytes ------------------------------------------------------------------------------------------------

TEST(spooled_temporary_file, hands_its_bytes_out_from_memory_and_from_disk) {
  for (const bool rolled : {false, true}) {
    spooled_temporary_file file;
    file << "hello world";
    file.seekg(4);
    static_cast<void>(file.get());
    if (rolled) file.rollover();
    EXPECT_EQ(std::move(file).into_string(), "hello world");
    EXPECT_FALSE(file.is_open());
  }
}

TEST(spooled_temporary_file, that_is_closed_has_no_bytes_to_hand_out) {
  spooled_temporary_file file;
  file.close();
  std::error_code error;
  EXPECT_EQ(std::move(file).into_string(error), "");
  EXPECT_EQ(error, std::errc::bad_file_descriptor);
  EXPECT_THROW(static_cast<void>(std::move(file).into_string()), fs::filesystem_error);
}

// --- moving ----------------------------------------------------------------------------------------------------------

TEST(spooled_temporary_file, moves_with_all_that_is_in_memory) {
  spooled_temporary_file first{{.max_size = 10}};
  first << "0123456789";
  spooled_temporary_file second{std::move(first)};
  EXPECT_FALSE(first.is_open());
  EXPECT_FALSE(second.is_rolled());
  second << 'x';
  EXPECT_TRUE(second.is_rolled());
  spooled_temporary_file third;
  third << "other";
  third = std::move(second);
  EXPECT_EQ(all_of(third), "0123456789x");
}

TEST(spooled_temporary_file, swaps_with_one_on_disk) {
  spooled_temporary_file memory;
  spooled_temporary_file disk;
  memory << "memory";
  disk << "disk";
  disk.rollover();
  swap(memory, disk);
  EXPECT_EQ(all_of(memory), "disk");
  EXPECT_EQ(all_of(disk), "memory");
  EXPECT_TRUE(memory.is_rolled());
  EXPECT_FALSE(disk.is_rolled());
}

}  // namespace
