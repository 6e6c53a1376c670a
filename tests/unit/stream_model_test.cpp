// A random sequence of operations does to our streams what it does to a std::fstream.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <fstream>
#include <random>
#include <string>
#include <utility>

#include "support.hpp"

namespace {

enum class direction { none, reading, writing };

// A std::fstream needs a seek between reading and writing; ours doesn't, but the model must not be asked for less.
class model {
 public:
  explicit model(const std::filesystem::path& path)
      : file_{path, std::ios::in | std::ios::out | std::ios::trunc | std::ios::binary} {}

  std::fstream& in(direction wanted) {
    if (last_ != direction::none && last_ != wanted) {
      const auto state = file_.rdstate();
      file_.clear();
      file_.seekg(file_.tellg());
      file_.clear(state);
    }
    last_ = wanted;
    return file_;
  }
  std::fstream& any() { return file_; }
  void has_moved() { last_ = direction::none; }

 private:
  std::fstream file_;
  direction last_{direction::none};
};

class sequence {
 public:
  explicit sequence(unsigned seed) : random_{seed} {}
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random_); }

  std::string text(std::size_t size) {
    std::string result(size, ' ');
    for (char& byte : result) byte = "abcdefgh \n"[below(10)];
    return result;
  }

 private:
  std::mt19937 random_;
};

template <class Stream>
void write(sequence& choose, model& expected, Stream& file) {
  const std::size_t sizes[] = {0, 1, 7, 100, 5000, 16384, 40000};
  const std::string text = choose.text(sizes[choose.below(7)]);
  expected.in(direction::writing).write(text.data(), static_cast<std::streamsize>(text.size()));
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
}

template <class Stream>
void read(sequence& choose, model& expected, Stream& file) {
  const std::size_t sizes[] = {0, 1, 7, 100, 5000, 16384, 40000};
  const std::size_t size = sizes[choose.below(7)];
  std::string wanted(size, '?');
  std::string got(size, '?');
  auto& reference = expected.in(direction::reading);
  reference.read(wanted.data(), static_cast<std::streamsize>(size));
  file.read(got.data(), static_cast<std::streamsize>(size));
  ASSERT_EQ(file.gcount(), reference.gcount());
  ASSERT_EQ(got, wanted);
}

template <class Stream>
void read_line(model& expected, Stream& file) {
  std::string wanted;
  std::string got;
  std::getline(expected.in(direction::reading), wanted);
  std::getline(file, got);
  ASSERT_EQ(got, wanted);
}

template <class Stream>
void seek(sequence& choose, model& expected, Stream& file) {
  const std::ios::seekdir origins[] = {std::ios::beg, std::ios::cur, std::ios::end};
  const auto origin = origins[choose.below(3)];
  const auto offset = static_cast<std::streamoff>(choose.below(60000)) - (origin == std::ios::beg ? 0 : 30000);
  if (choose.below(2) == 0) {
    expected.any().seekg(offset, origin);
    file.seekg(offset, origin);
  } else {
    expected.any().seekp(offset, origin);
    file.seekp(offset, origin);
  }
  expected.has_moved();
}

template <class Stream>
void step(sequence& choose, model& expected, Stream& file, Stream& other) {
  switch (choose.below(12)) {
    case 0:
    case 1:
      write(choose, expected, file);
      break;
    case 2:
    case 3:
      read(choose, expected, file);
      break;
    case 4:
      read_line(expected, file);
      break;
    case 5:
    case 6:
      seek(choose, expected, file);
      break;
    case 7:
      ASSERT_EQ(file.get(), expected.in(direction::reading).get());
      break;
    case 8:
      expected.in(direction::writing) << 12345 << ' ';
      file << 12345 << ' ';
      break;
    case 9:
      ASSERT_EQ(file.tellg(), expected.any().tellg());
      break;
    case 10:
      expected.any().flush();
      file.flush();
      break;
    default:
      other = std::move(file);
      file.swap(other);
      break;
  }
}

template <class Stream>
void compare(unsigned seed) {
  const support::scratch_directory directory;
  sequence choose{seed};
  model expected{directory / "expected"};
  Stream file{{.dir = directory.path()}};
  Stream other{{.dir = directory.path()}};
  for (int i = 0; i < 200; ++i) {
    step(choose, expected, file, other);
    if (testing::Test::HasFatalFailure()) return;
    ASSERT_EQ(file.rdstate(), expected.any().rdstate()) << "step " << i;
    if (!file.good()) {
      expected.any().clear();
      file.clear();
      ASSERT_EQ(file.tellg(), expected.any().tellg()) << "step " << i;
    }
  }
  expected.any().clear();
  expected.any().flush();
  file.seek(0);
  const std::string content{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  ASSERT_EQ(content, support::read_file(directory / "expected"));
}

constexpr unsigned seeds = 300;

TEST(stream_model, an_unnamed_file_is_as_a_standard_stream) {
  for (unsigned seed = 0; seed < seeds && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    compare<tempfile::temporary_file>(seed);
  }
}

TEST(stream_model, a_named_file_is_as_a_standard_stream) {
  for (unsigned seed = seeds; seed < 2 * seeds && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    compare<tempfile::named_temporary_file>(seed);
  }
}

}  // namespace
