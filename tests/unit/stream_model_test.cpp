// A random sequence of operations does to our streams what it does to two others: a stream over a model that is too
// simple to be wrong, and a std::fstream.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

// A file in memory: one position, no areas, so that each byte goes through a virtual function.
class memory_file : public std::streambuf {
 public:
  [[nodiscard]] const std::string& content() const noexcept { return content_; }
  void truncate(std::size_t size) { content_.resize(size); }

 protected:
  int_type underflow() override { return is_at_end() ? traits_type::eof() : traits_type::to_int_type(content_[at_]); }
  int_type uflow() override {
    const int_type found = underflow();
    if (!is_at_end()) ++at_;
    return found;
  }
  int_type overflow(int_type character) override {
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    if (at_ >= content_.size()) content_.resize(at_ + 1);
    content_[at_++] = traits_type::to_char_type(character);
    return character;
  }
  int_type pbackfail(int_type character) override {
    if (at_ == 0 || at_ > content_.size()) return traits_type::eof();
    --at_;
    return traits_type::not_eof(character);
  }
  pos_type seekoff(off_type offset, std::ios::seekdir from, std::ios::openmode) override {
    if (from == std::ios::cur) offset += static_cast<off_type>(at_);
    if (from == std::ios::end) offset += static_cast<off_type>(content_.size());
    return seekpos(offset, {});
  }
  pos_type seekpos(pos_type position, std::ios::openmode) override {
    if (off_type{position} < 0) return off_type{-1};
    at_ = static_cast<std::size_t>(off_type{position});
    return position;
  }

 private:
  [[nodiscard]] bool is_at_end() const noexcept { return at_ >= content_.size(); }

  std::string content_;
  std::size_t at_{0};
};

enum class direction { none, reading, writing };

class memory_reference {
 public:
  static constexpr bool puts_back_anywhere = true;

  explicit memory_reference(const fs::path&) {}
  std::iostream& in(direction) { return stream_; }
  std::iostream& any() { return stream_; }
  std::string content() { return file_.content(); }
  void truncate(std::size_t size) { file_.truncate(size); }

 private:
  memory_file file_;
  std::iostream stream_{&file_};
};

class standard_reference {
 public:
  // What std::fstream can put back depends on its buffer.
  static constexpr bool puts_back_anywhere = false;

  explicit standard_reference(const fs::path& path)
      : path_{path}, file_{path, std::ios::in | std::ios::out | std::ios::trunc | std::ios::binary} {}

  // Ours needs no seek between reading and writing, this one does.
  std::iostream& in(direction wanted) {
    if (last_ != direction::none && last_ != wanted) {
      const auto state = file_.rdstate();
      file_.clear();
      file_.seekg(file_.tellg());
      file_.clear(state);
    }
    last_ = wanted;
    return file_;
  }
  std::iostream& any() { return file_; }
  std::string content() {
    file_.clear();
    file_.flush();
    return support::read_file(path_);
  }
  void truncate(std::size_t size) {
    const auto state = file_.rdstate();
    file_.clear();
    const std::streampos position = file_.tellg();
    file_.close();  // forgets what was read, which a seek doesn't in libc++
    fs::resize_file(path_, size);
    file_.open(path_, std::ios::in | std::ios::out | std::ios::binary);
    file_.seekg(position);
    file_.clear(state);
    last_ = direction::none;
  }

 private:
  fs::path path_;
  std::fstream file_;
  direction last_{direction::none};
};

class choices {
 public:
  explicit choices(unsigned seed) : random_{seed} {}

  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random_); }
  bool one_in(std::size_t count) { return below(count) == 0; }

  // Near powers of two above all: that is where buffers end.
  std::size_t size() {
    if (one_in(3)) return below(40);
    if (one_in(3)) return below(60'000);
    const std::size_t power = std::size_t{1} << (10 + below(7));
    return power + below(3) - 1;
  }

  std::string text(std::size_t size) {
    static constexpr std::string_view alphabet = "abcdefgh0123 \n\xff";
    std::string result(size, ' ');
    for (char& byte : result) byte = alphabet[random_() % alphabet.size()];
    return result;
  }

 private:
  std::mt19937 random_;
};

template <class Stream>
Stream make(const fs::path& directory, choices&) {
  return Stream{{.dir = directory}};
}

// Most of these go to disk sooner or later, some never.
template <>
tempfile::spooled_temporary_file make(const fs::path& directory, choices& choose) {
  return tempfile::spooled_temporary_file{{.dir = directory, .max_size = choose.one_in(4) ? 0 : choose.size()}};
}

bool has_descriptor(const tempfile::file_stream_base&) { return true; }
bool has_descriptor(const tempfile::spooled_temporary_file& file) { return file.is_rolled(); }

// One of our streams, and the one that it must be like.
template <class Stream, class Reference>
struct pair {
  pair(const fs::path& directory, const char* name, choices& choose)
      : file{make<Stream>(directory, choose)}, expected{std::make_unique<Reference>(directory / name)} {}

  Stream file;
  std::unique_ptr<Reference> expected;
  bool has_lost_bytes{false};
};

// Applies random operations to both streams of two pairs, and compares what comes of them.
template <class Stream, class Reference>
class comparison {
 public:
  comparison(const fs::path& directory, unsigned seed)
      : choose_{seed}, directory_{directory}, pairs_{{{directory, "first", choose_}, {directory, "second", choose_}}} {}

  void run() {
    for (int step = 0; step < 300 && !testing::Test::HasFatalFailure(); ++step) {
      SCOPED_TRACE(testing::Message() << "step " << step);
      pair_ = &pairs_[choose_.below(pairs_.size())];
      operate();
      expect_equal_states();
      if (choose_.one_in(2)) recover();
    }
    for (auto& each : pairs_) {
      pair_ = &each;
      expect_equal_contents();
      expect_whole_or_as_it_was();
    }
  }

 private:
  Stream& file() { return pair_->file; }
  std::iostream& reading() { return pair_->expected->in(direction::reading); }
  // A stream of ours writes at the end of the file, and remembers what is written while it has failed.
  std::iostream& writing(std::size_t count = 1) {
    std::iostream& reference = pair_->expected->in(direction::writing);
    if (reference.rdstate() == std::ios::eofbit) reference.clear();
    if (!reference.good() && count > 0) lose();
    return reference;
  }
  void lose() {
    any().setstate(std::ios::badbit);
    pair_->has_lost_bytes = true;
  }
  std::iostream& any() { return pair_->expected->any(); }

  void operate() {
    using operation = void (comparison::*)();
    static constexpr operation operations[] = {&comparison::write,
                                               &comparison::write,
                                               &comparison::write,
                                               &comparison::write_to_a_limit,
                                               &comparison::put,
                                               &comparison::read,
                                               &comparison::read,
                                               &comparison::read,
                                               &comparison::get,
                                               &comparison::peek,
                                               &comparison::read_line,
                                               &comparison::ignore,
                                               &comparison::unget,
                                               &comparison::put_back,
                                               &comparison::write_number,
                                               &comparison::read_number,
                                               &comparison::format,
                                               &comparison::seek,
                                               &comparison::seek,
                                               &comparison::seek_to_both,
                                               &comparison::tell,
                                               &comparison::truncate,
                                               &comparison::flush,
                                               &comparison::sync,
                                               &comparison::move,
                                               &comparison::move_onto_another,
                                               &comparison::move_onto_itself,
                                               &comparison::swap};
    (this->*operations[choose_.below(std::size(operations))])();
  }

  void write() {
    const std::string text = choose_.text(choose_.size());
    writing(text.size()).write(text.data(), static_cast<std::streamsize>(text.size()));
    file().write(text.data(), static_cast<std::streamsize>(text.size()));
  }

  // While there is a limit, some bytes are written, some stay buffered until there is room again, and some are refused.
  void write_to_a_limit() {
    const std::string text = choose_.text(choose_.size());
    if (!file().good()) return;
    std::streamsize taken = 0;
    {
      const support::file_size_limit limit{choose_.below(100'000)};
      taken = static_cast<std::ios&>(file()).rdbuf()->sputn(text.data(), static_cast<std::streamsize>(text.size()));
    }
    writing().write(text.data(), taken);
    if (taken < static_cast<std::streamsize>(text.size())) lose();
    ASSERT_EQ(static_cast<bool>(file().write_error()), pair_->has_lost_bytes);
  }

  void put() {
    for (const char byte : choose_.text(choose_.below(20))) {
      writing().put(byte);
      file().put(byte);
    }
  }

  void read() {
    const std::size_t size = choose_.size();
    std::string wanted(size, '?');
    std::string got(size, '?');
    auto& reference = reading();
    reference.read(wanted.data(), static_cast<std::streamsize>(size));
    file().read(got.data(), static_cast<std::streamsize>(size));
    ASSERT_EQ(file().gcount(), reference.gcount());
    ASSERT_TRUE(got == wanted);  // too long to be shown
  }

  void get() { ASSERT_EQ(file().get(), reading().get()); }
  void peek() { ASSERT_EQ(file().peek(), reading().peek()); }

  void read_line() {
    std::string wanted;
    std::string got;
    std::getline(reading(), wanted);
    std::getline(file(), got);
    ASSERT_EQ(got, wanted);
  }

  void ignore() {
    const auto most = static_cast<std::streamsize>(choose_.size());
    auto& reference = reading();
    reference.ignore(most, 'h');
    file().ignore(most, 'h');
    ASSERT_EQ(file().gcount(), reference.gcount());
  }

  void unget() {
    if (!may_put_back()) return;
    reading().unget();
    file().unget();
  }

  // Puts back what was read.
  void put_back() {
    if (!may_put_back()) return;
    auto& reference = reading();
    const int wanted = reference.get();
    ASSERT_EQ(file().get(), wanted);
    if (wanted == std::char_traits<char>::eof()) return;
    reference.putback(std::char_traits<char>::to_char_type(wanted));
    file().putback(std::char_traits<char>::to_char_type(wanted));
  }

  bool may_put_back() { return Reference::puts_back_anywhere; }

  void write_number() {
    const auto number = choose_.below(std::numeric_limits<unsigned>::max());
    const auto width = static_cast<int>(choose_.below(12));
    auto& reference = writing();
    reference << std::setw(width) << number << ' ';
    file() << std::setw(width) << number << ' ';
  }

  void read_number() {
    int wanted = 0;
    int got = 0;
    reading() >> wanted;
    file() >> got;
    ASSERT_EQ(got, wanted);
  }

  void format() {
    const std::ios::fmtflags base = choose_.one_in(2) ? std::ios::hex : std::ios::dec;
    const char fill = choose_.one_in(2) ? '.' : ' ';
    for (std::ios* const each : {static_cast<std::ios*>(&file()), static_cast<std::ios*>(&any())}) {
      each->setf(base, std::ios::basefield);
      each->fill(fill);
    }
  }

  // Some of these positions are before the beginning, many are after the end.
  void seek() {
    constexpr std::streamoff reach = 30'000;
    static constexpr std::array origins{std::ios::beg, std::ios::cur, std::ios::end};
    const auto origin = origins[choose_.below(origins.size())];
    const auto offset = static_cast<std::streamoff>(choose_.below(2 * reach)) - (origin == std::ios::beg ? 100 : reach);
    auto& reference = pair_->expected->in(direction::none);
    if (choose_.one_in(2)) {
      reference.seekg(offset, origin);
      file().seekg(offset, origin);
    } else {
      reference.seekp(offset, origin);
      file().seekp(offset, origin);
    }
  }

  void seek_to_both() {
    const auto offset = static_cast<std::streamoff>(choose_.below(1000));
    auto& reference = pair_->expected->in(direction::none);
    reference.clear(reference.rdstate() & std::ios::badbit);
    if (!reference.bad()) reference.seekg(offset);
    if (file().bad()) {
      file().clear(std::ios::badbit);
    } else {
      file().seek(offset);
    }
  }

  void tell() {
    ASSERT_EQ(file().tellp(), any().tellp());
    ASSERT_EQ(file().tellg(), any().tellg());
  }

  void truncate() {
    const std::size_t size = choose_.size();
    pair_->expected->truncate(size);
    file().truncate(size);
  }

  void flush() {
    any().flush();
    file().flush();
    expect_descriptor_in_position();
  }

  void sync() {
    ASSERT_EQ(static_cast<std::istream&>(file()).sync(), any().sync());
    expect_descriptor_in_position();
  }

  void expect_descriptor_in_position() {
    if (!file().good() || !has_descriptor(file())) return;
    ASSERT_EQ(::lseek(file().native_handle(), 0, SEEK_CUR), static_cast<off_t>(std::streamoff{any().tellp()}));
  }

  void move() {
    Stream parked{std::move(file())};
    ASSERT_FALSE(file().is_open());
    file() = std::move(parked);
  }

  void move_onto_another() {
    Stream another{make<Stream>(directory_, choose_)};
    another << choose_.text(choose_.below(100));
    another = std::move(file());
    file() = std::move(another);
  }

  void move_onto_itself() {
    Stream& same = file();
    file() = std::move(same);
    file().swap(same);
  }

  void swap() {
    auto& [left, right] = pairs_;
    left.file.swap(right.file);
    std::swap(left.expected, right.expected);
    std::swap(left.has_lost_bytes, right.has_lost_bytes);
  }

  void expect_equal_states() {
    ASSERT_EQ(file().rdstate(), any().rdstate());
    ASSERT_EQ(file().flags(), any().flags());
    ASSERT_EQ(file().fill(), any().fill());
  }

  void recover() {
    any().clear();
    file().clear();
    tell();
  }

  void expect_equal_contents() {
    const std::string wanted = pair_->expected->content();
    file().clear();
    file().seek(0);
    const std::string got{std::istreambuf_iterator<char>{file()}, std::istreambuf_iterator<char>{}};
    ASSERT_TRUE(got == wanted) << "file " << got.size() << " bytes, model " << wanted.size() << " bytes";
  }

  // What has a hole replaces nothing, before that is accepted.
  void expect_whole_or_as_it_was() {
    const fs::path target = directory_ / "target";
    support::write_file(target, "its old self");
    if (pair_->has_lost_bytes) {
      std::error_code error;
      file().clear();
      file().persist(target, error);
      ASSERT_TRUE(error);
      ASSERT_EQ(support::read_file(target), "its old self");
      file().accept_loss();
    }
    file().persist(target);
    ASSERT_TRUE(support::read_file(target) == pair_->expected->content());
  }

  choices choose_;
  fs::path directory_;
  std::array<pair<Stream, Reference>, 2> pairs_;
  pair<Stream, Reference>* pair_{nullptr};
};

template <class Stream, class Reference>
void compare_with_seeds_from(unsigned first) {
  // A sanitizer takes ten times as long, and sees what it sees in the first few.
  const unsigned count = support::is_long_run() ? 3000 : support::has_sanitizer ? 30 : 150;
  const support::scratch_directory directory;
  for (unsigned seed = first; seed < first + count && !testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    comparison<Stream, Reference>{directory.path(), seed}.run();
  }
}

TEST(stream_model, an_unnamed_file_is_as_its_model) {
  compare_with_seeds_from<tempfile::temporary_file, memory_reference>(0);
}

TEST(stream_model, a_named_file_is_as_its_model) {
  compare_with_seeds_from<tempfile::named_temporary_file, memory_reference>(10'000);
}

TEST(stream_model, a_spooled_file_is_as_its_model) {
  compare_with_seeds_from<tempfile::spooled_temporary_file, memory_reference>(20'000);
}

TEST(stream_model, an_unnamed_file_is_as_a_standard_stream) {
  compare_with_seeds_from<tempfile::temporary_file, standard_reference>(30'000);
}

TEST(stream_model, a_named_file_is_as_a_standard_stream) {
  compare_with_seeds_from<tempfile::named_temporary_file, standard_reference>(40'000);
}

TEST(stream_model, a_spooled_file_is_as_a_standard_stream) {
  compare_with_seeds_from<tempfile::spooled_temporary_file, standard_reference>(50'000);
}

}  // namespace
