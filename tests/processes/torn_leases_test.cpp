// Leases that a crash of the machine has torn, and some that nobody would write: whatever stands in one, a sweep
// removes nothing that was not recorded.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

class torn_leases : public testing::Test {
 protected:
  using generator = std::mt19937;
  static constexpr std::size_t sector = 512;

  // A lease with names of all lengths, and the names.
  void SetUp() override {
    if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: elsewhere there are no leases";
    ASSERT_EQ(support::run_in_child([&] {
                if (tempfile::enable_leases({.dir = place()})) return 1;
                for (int i = 0; i < 10; ++i) support::leave(tempfile::named_temporary_file{});
                for (int i = 0; i < 5; ++i) {
                  support::leave(tempfile::temporary_directory{{.prefix = std::string(100, 'm')}});
                  support::leave(tempfile::temporary_directory{{.prefix = std::string(230, 'l')}});
                  const fs::path adopted = place() / (std::string{"adopted"} + static_cast<char>('A' + 2 * i));
                  support::write_file(adopted, "");
                  support::leave(tempfile::temporary_path{adopted});
                }
                std::raise(SIGKILL);
                return 2;
              }),
              -SIGKILL);
    const std::vector<tempfile::lease> leases = tempfile::lease::list(place());
    ASSERT_EQ(leases.size(), 1U);
    ASSERT_EQ(leases[0].names.size(), 25U);
    lease_ = leases[0].path;
    content_ = support::read_file(lease_);
    for (const tempfile::leased_name& name : leases[0].names) names_.push_back(name.path);
  }

  // Names as near to those that are recorded as can be; and what is above them all.
  void make_canaries() {
    for (const fs::path& name : names_) {
      std::string other = name.string();
      other.back() = static_cast<char>(other.back() ^ 1);
      for (const std::string& canary :
           {name.string() + 'x', name.string().substr(0, name.string().size() - 1), other}) {
        support::write_file(canary, "canary");
        canaries_.emplace_back(canary);
      }
    }
  }

  void expect_canaries() const {
    for (const fs::path& each : canaries_) ASSERT_EQ(support::read_file(each), "canary") << each;
  }

  std::size_t sweep(const std::string& content) {
    std::ofstream{lease_, std::ios::binary | std::ios::trunc} << content;
    tempfile::sweep_report report;
    const std::size_t swept = tempfile::sweep(place(), report);
    fs::remove(lease_);
    return swept;
  }

  void remake_names() const {
    for (const fs::path& each : names_) {
      if (!fs::exists(each)) support::write_file(each, "");
    }
  }

  // Where the path in the first one begins.
  [[nodiscard]] std::size_t first_record() const { return content_.find(names_.front().string()); }

  static std::size_t below(std::size_t end, generator& random) { return random() % end; }

  [[nodiscard]] const fs::path& place() const { return directory_.path(); }

  support::scratch_directory directory_{support::quick_place()};
  fs::path lease_;
  std::string content_;
  std::vector<fs::path> names_;
  std::vector<fs::path> canaries_;
};

TEST_F(torn_leases, remove_nothing_that_is_not_recorded) {
  make_canaries();
  const std::array<std::function<void(std::string&, generator&)>, 6> tears{
      [](std::string& text, generator& random) {  // bits
        for (std::size_t i = 0; i < 1 + below(20, random); ++i) {
          char& byte = text[below(text.size(), random)];
          byte = static_cast<char>(byte ^ (1 << below(8, random)));
        }
      },
      [](std::string& text, generator& random) { text.resize(below(text.size(), random)); },
      [](std::string& text, generator& random) {  // sectors that were never written
        for (std::size_t i = 0; i < 1 + below(8, random); ++i) {
          text.replace(below(text.size() / sector, random) * sector, sector, sector, '\0');
        }
      },
      [](std::string& text, generator& random) {  // sectors of one place at another
        const std::size_t from = below(text.size() / sector, random) * sector;
        text.replace(below(text.size() / sector, random) * sector, sector, text.substr(from, sector));
      },
      [this](std::string& text, generator& random) {  // bytes of one record in another
        const std::size_t from = first_record() + below(1000, random);
        const std::size_t to = first_record() + below(1000, random);
        const std::size_t size = 1 + below(256, random);
        text.replace(to, size, text.substr(from, size));
      },
      [](std::string& text, generator& random) {  // noise
        const std::size_t begin = below(text.size(), random);
        for (std::size_t i = begin; i < std::min(text.size(), begin + 200); ++i) text[i] = static_cast<char>(random());
      },
  };
  generator random{18};
  const int rounds = support::is_long_run() ? 20'000 : 1'000;
  std::size_t swept = 0;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    std::string text = content_;
    tears.at(static_cast<std::size_t>(round) % tears.size())(text, random);
    swept += sweep(text);
    ASSERT_NO_FATAL_FAILURE(expect_canaries());
    remake_names();
  }
  EXPECT_GT(swept, 0U);
}

// What is torn costs the name that it is about, and no other; least of all that which it seems to be about now.
TEST_F(torn_leases, name_what_is_whole) {
  make_canaries();
  for (const fs::path& torn : names_) {
    SCOPED_TRACE(torn);
    remake_names();
    std::string text = content_;
    char& last = text[text.find(torn.string()) + torn.string().size() - 1];
    last = static_cast<char>(last ^ 1);
    sweep(text);
    EXPECT_TRUE(fs::exists(torn));
    ASSERT_NO_FATAL_FAILURE(expect_canaries());
  }
}

TEST_F(torn_leases, without_a_whole_header_are_none) {
  for (const std::size_t at : {std::size_t{40}, std::size_t{4096}}) {  // the boot; the directory
    SCOPED_TRACE(at);
    std::string text = content_;
    text[at] = static_cast<char>(text[at] ^ 1);
    EXPECT_EQ(sweep(text), 0U);
  }
  EXPECT_TRUE(std::all_of(names_.begin(), names_.end(), [](const fs::path& each) { return fs::exists(each); }));
}

// Of a name that is shorter than that of the file which it was.
TEST_F(torn_leases, do_not_reach_beyond_themselves) {
  for (std::size_t size = 0; size < content_.size(); size += 509) {
    SCOPED_TRACE(size);
    EXPECT_LE(sweep(content_.substr(0, size)), names_.size());
    remake_names();
  }
}

}  // namespace
