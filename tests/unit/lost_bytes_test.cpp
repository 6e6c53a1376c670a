// Bytes are complete, or it says so: what has a hole is not closed, released, handed out or put in place as if it were
// whole.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <iomanip>
#include <iterator>
#include <limits>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

constexpr rlim_t room = 4096;
const std::string too_much(200'000, 'x');

// Every way to write that there is.
struct way_to_write {
  const char* name;
  void (*write)(tempfile::file_stream_base& file, const std::string& bytes);
};

constexpr way_to_write ways_to_write[] = {
    {"write", [](auto& file, const auto& bytes) { file.write(bytes); }},
    {"ostream_write",
     [](auto& file, const auto& bytes) {
       static_cast<std::ostream&>(file).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
     }},
    {"insertion", [](auto& file, const auto& bytes) { file << bytes; }},
    {"insertion_of_a_buffer", [](auto& file, const auto& bytes) { file << std::istringstream{bytes}.rdbuf(); }},
    {"sputn",
     [](auto& file, const auto& bytes) {
       static_cast<std::ios&>(file).rdbuf()->sputn(bytes.data(), static_cast<std::streamsize>(bytes.size()));
     }},
    {"sputc",
     [](auto& file, const auto& bytes) {
       for (const char byte : bytes) static_cast<std::ios&>(file).rdbuf()->sputc(byte);
     }},
    {"iterator",
     [](auto& file, const auto& bytes) {
       std::copy(bytes.begin(), bytes.end(), std::ostreambuf_iterator<char>{file});
     }},
    {"put",
     [](auto& file, const auto& bytes) {
       for (const char byte : bytes) file.put(byte);
     }},
};

// Loses bytes at a limit that is gone by the time it returns, and then writes some with success.
void lose_bytes(tempfile::file_stream_base& file, const way_to_write& way) {
  {
    const support::file_size_limit limit{room};
    way.write(file, too_much);
  }
  EXPECT_TRUE(file.bad()) << way.name;
  EXPECT_EQ(file.write_error(), std::errc::file_too_large) << way.name;
  file.clear();
  file << "later" << std::flush;
  EXPECT_TRUE(file.good()) << way.name;
  EXPECT_EQ(file.write_error(), std::errc::file_too_large) << way.name;
}

template <class File>
class lost_bytes : public testing::Test {
 protected:
  File make() const { return File{{.dir = made_.path()}}; }

  support::scratch_directory made_;
  support::scratch_directory place_;
  fs::path target_{place_ / "target"};
};

template <>
tempfile::spooled_temporary_file lost_bytes<tempfile::spooled_temporary_file>::make() const {
  return tempfile::spooled_temporary_file{{.dir = made_.path(), .max_size = 1}};
}

using files =
    testing::Types<tempfile::temporary_file, tempfile::named_temporary_file, tempfile::spooled_temporary_file>;
TYPED_TEST_SUITE(lost_bytes, files);

TYPED_TEST(lost_bytes, are_not_persisted_before_it_is_accepted) {
  for (const way_to_write& way : ways_to_write) {
    support::write_file(this->target_, "old");
    TypeParam file = this->make();
    lose_bytes(file, way);
    for (int i = 0; i < 2; ++i) {
      std::error_code error;
      file.persist(this->target_, error);
      EXPECT_EQ(error, std::errc::file_too_large) << way.name;
      EXPECT_TRUE(file.is_open());
      EXPECT_EQ(support::read_file(this->target_), "old") << way.name;
    }
    file.accept_loss();
    const std::uint64_t size = file.size();
    file.persist(this->target_);
    EXPECT_EQ(support::read_file(this->target_).size(), size);
  }
}

TYPED_TEST(lost_bytes, are_neither_closed_nor_released_before_it_is_accepted) {
  for (const way_to_write& way : ways_to_write) {
    TypeParam file = this->make();
    lose_bytes(file, way);
    std::error_code error;
    file.close(error);
    EXPECT_EQ(error, std::errc::file_too_large) << way.name;
    EXPECT_THROW(file.close(), fs::filesystem_error);
    EXPECT_EQ(file.release(error), tempfile::no_native_handle) << way.name;
    EXPECT_EQ(error, std::errc::file_too_large) << way.name;
    EXPECT_TRUE(file.is_open());
    EXPECT_EQ(file.seek(0).get(), 'x');
    file.accept_loss();
    EXPECT_NO_THROW(file.close());
    EXPECT_FALSE(file.is_open());
  }
}

TYPED_TEST(lost_bytes, stay_lost_when_the_file_is_moved) {
  TypeParam file = this->make();
  lose_bytes(file, ways_to_write[0]);
  TypeParam moved{std::move(file)};
  EXPECT_TRUE(moved.write_error());
  TypeParam assigned;
  assigned = std::move(moved);
  EXPECT_TRUE(assigned.write_error());
  EXPECT_FALSE(moved.write_error());
  TypeParam other = this->make();
  assigned.swap(other);
  EXPECT_FALSE(assigned.write_error());
  EXPECT_THROW(other.persist(this->target_), fs::filesystem_error);
  other = this->make();  // another file, and whole
  other.persist(this->target_);
}

TYPED_TEST(lost_bytes, are_those_that_a_failed_stream_ignores) {
  TypeParam file = this->make();
  file << "word";
  file.seek(0);
  int number = 0;
  file >> number;
  EXPECT_TRUE(file.fail());
  file << "ignored";
  EXPECT_TRUE(file.write_error());
  std::error_code error;
  file.persist(this->target_, error);
  EXPECT_TRUE(error);
  EXPECT_FALSE(fs::exists(this->target_));
}

TYPED_TEST(lost_bytes, may_be_what_a_stream_has_ignored_that_has_failed) {
  TypeParam file = this->make();
  file << "header\n" << std::istringstream{}.rdbuf();  // nothing inserted: failbit
  EXPECT_TRUE(file.fail());
  EXPECT_FALSE(file.write_error());
  std::error_code error;
  file.persist(this->target_, error);
  EXPECT_TRUE(error);
  EXPECT_FALSE(fs::exists(this->target_));
  file.clear();
  file.persist(this->target_);
}

// --- after the end of the file ---------------------------------------------------------------------------------------

struct inserted_by_its_own_operator {
  friend std::ostream& operator<<(std::ostream& out, const inserted_by_its_own_operator&) { return out << "own"; }
};

TYPED_TEST(lost_bytes, are_not_those_that_are_written_after_reading_to_the_end) {
  TypeParam file = this->make();
  file << "count 41";
  const auto read_to_the_end = [&] {
    file.seek(0);
    const std::string all{std::istreambuf_iterator<char>{file}, {}};
    std::string ignored;
    file.seek(-1, std::ios::end);
    file >> ignored;
    EXPECT_EQ(file.rdstate(), std::ios::eofbit);
  };
  std::string expected = "count 41";
  const auto expect_written = [&](const std::string& more) {
    expected += more;
    EXPECT_TRUE(file.good()) << more;
    EXPECT_EQ(file.size(), expected.size()) << more;
    read_to_the_end();
  };
  read_to_the_end();
  file << '!';
  expect_written("!");
  file << "text";
  expect_written("text");
  file << 7;
  expect_written("7");
  file << std::setw(3) << 8L;
  expect_written("  8");
  file << 1.5;
  expect_written("1.5");
  file << true;
  expect_written("1");
  file << short{3};
  expect_written("3");
  file << inserted_by_its_own_operator{};
  expect_written("own");
  file << fs::path{"p"};
  expect_written("\"p\"");
  file << std::istringstream{"buffer"}.rdbuf();
  expect_written("buffer");
  file << std::endl;
  EXPECT_EQ(file.size(), expected.size() + 1);
  expected += '\n';
  file.put('p');
  expect_written("p");
  file.write("write", 5);
  expect_written("write");
  file.write(std::string{"range"});
  expect_written("range");
  file.persist(this->target_);
  EXPECT_EQ(support::read_file(this->target_), expected);
}

// --- what only some have ---------------------------------------------------------------------------------------------

TEST(bytes_lost, are_not_persisted_by_a_name_that_is_closed) {
  const support::scratch_directory place;
  tempfile::named_temporary_file file{{.dir = place.path(), .delete_on_close = false}};
  file << "text";
  file.close();
  file << "refused";
  EXPECT_TRUE(file.write_error());
  std::error_code error;
  file.persist(place / "target", error);
  EXPECT_TRUE(error);
  EXPECT_FALSE(fs::exists(place / "target"));
  EXPECT_THROW(static_cast<void>(std::move(file).into_path()), fs::filesystem_error);
  EXPECT_TRUE(fs::exists(file.path()));
  file.accept_loss();
  file.persist(place / "target");
  EXPECT_EQ(support::read_file(place / "target"), "text");
}

TEST(bytes_lost, leave_a_name_with_its_owner) {
  const support::scratch_directory place;
  tempfile::named_temporary_file file{{.dir = place.path()}};
  lose_bytes(file, ways_to_write[0]);
  EXPECT_THROW(static_cast<void>(std::move(file).into_path()), fs::filesystem_error);
  EXPECT_TRUE(file.is_open());
  std::error_code error;
  file.close(error);
  EXPECT_TRUE(fs::exists(file.path()));
  file.accept_loss();
  const tempfile::temporary_path path = std::move(file).into_path();
  EXPECT_TRUE(fs::exists(path.path()));
}

TEST(bytes_lost, are_not_missing_from_a_string_without_a_word) {
  const support::scratch_directory place;
  tempfile::spooled_temporary_file file{{.dir = place / "missing", .max_size = 5}};
  file << "12345"
       << "6";
  EXPECT_TRUE(file.bad());
  file.clear();
  EXPECT_THROW(static_cast<void>(std::move(file).into_string()), fs::filesystem_error);
  std::error_code error;
  EXPECT_EQ(std::move(file).into_string(error), "");
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
  EXPECT_TRUE(file.is_open());
  file.accept_loss();
  EXPECT_EQ(std::move(file).into_string(), "12345");
}

TEST(bytes_lost, are_let_go_to_start_again_on_a_full_disk) {
  tempfile::temporary_file file;
  const support::file_size_limit limit{2};
  file << "12345" << std::flush;
  EXPECT_TRUE(file.bad());
  std::error_code error;
  file.truncate(0, error);
  EXPECT_EQ(error, std::errc::file_too_large);
  file.accept_loss();
  EXPECT_TRUE(file.good());
  EXPECT_EQ(file.size(), 2U);
  file.truncate(0);
  file.seek(0);
  EXPECT_EQ(file.get(), std::char_traits<char>::eof());
}

TEST(bytes_lost, are_not_committed) {
  const support::scratch_directory place;
  const fs::path target = place / "target";
  for (const way_to_write& way : ways_to_write) {
    support::write_file(target, "old");
    tempfile::replacing_file file{target};
    lose_bytes(file, way);
    std::error_code error;
    file.commit(error);
    EXPECT_EQ(error, std::errc::file_too_large) << way.name;
    EXPECT_EQ(support::read_file(target), "old") << way.name;
    file.accept_loss();
    file.commit();
  }
  tempfile::replacing_file file{target};
  file << "a" << std::istringstream{}.rdbuf() << "b";
  EXPECT_THROW(file.commit(), fs::filesystem_error);
  EXPECT_EQ(support::entries(place.path()).size(), 1U);
}

}  // namespace
