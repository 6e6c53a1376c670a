// The table of the names that a process owns: no slot is lost or handed out twice, whatever threads do. Names are
// recorded here without any file.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ownership/name_table.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using tempfile::internal::name_record;
using tempfile::internal::name_state;
using tempfile::internal::name_table;
using tempfile::internal::slot_word;

// Names that nobody has: to remove them is no error.
fs::path nothing_at(std::size_t length, std::size_t number = 0) {
  std::string path = "/nothing/here/" + std::to_string(number) + '-';
  path.resize(std::max(length, path.size()), 'x');
  return path;
}

name_table& table() {
  name_table* const known = name_table::find();
  return known != nullptr ? *known : *name_table::make();
}

name_record record_of(const fs::path& path, name_state state = name_state::owned) {
  std::error_code error;
  const name_record made = table().record(path, state, {.type = fs::file_type::regular}, error);
  EXPECT_FALSE(error) << error.message();
  return made;
}

std::size_t count_slots(bool only_used) {
  std::size_t count = 0;
  table().for_each([&](const tempfile::internal::name_slot& slot) {
    if (!only_used || slot_word{slot.word.load()}.state() != name_state::free) ++count;
  });
  return count;
}

std::string path_in(const name_record& record) {
  std::array<fs::path::value_type, tempfile::internal::max_path_size> path{};
  tempfile::internal::copy_path(*record.slot, slot_word{record.word}, path);
  return path.data();
}

class name_table_of_a_process : public testing::Test {
 protected:
  // Each in a process of its own, whose table is new.
  template <class Work>
  static void in_new_process(Work work) {
    EXPECT_EQ(support::run_in_child([&] {
                work();
                return testing::Test::HasFailure() ? 1 : 0;
              }),
              0);
  }
};

TEST_F(name_table_of_a_process, holds_paths_of_every_length) {
  in_new_process([] {
    for (const std::size_t length : {15U, 31U, 38U, 39U, 40U, 41U, 230U, 231U, 232U, 1000U, 4094U, 4095U, 4327U}) {
      const fs::path path = nothing_at(length);
      const name_record made = record_of(path);
      EXPECT_EQ(path_in(made), path.string());
      table().release(made);
    }
    EXPECT_EQ(count_slots(true), 0U);
  });
}

TEST_F(name_table_of_a_process, refuses_a_path_that_no_slot_can_hold) {
  in_new_process([] {
    std::error_code error;
    const name_record made =
        table().record(nothing_at(4328), name_state::owned, {.type = fs::file_type::regular}, error);
    EXPECT_EQ(error, std::errc::filename_too_long);
    EXPECT_EQ(made.slot, nullptr);
  });
}

TEST_F(name_table_of_a_process, holds_what_is_known_of_an_adopted_file) {
  in_new_process([] {
    for (const std::size_t length : {15U, 16U, 39U, 207U, 208U, 4000U}) {
      const tempfile::platform::lasting_identity identity{{~0ULL, 1ULL << 63U, fs::file_type::socket}, -5};
      std::error_code error;
      const name_record made =
          table().record(nothing_at(length), name_state::owned, {fs::file_type::socket, {}, 77, identity}, error);
      const auto found = tempfile::internal::description_of(*made.slot, slot_word{made.word});
      EXPECT_EQ(found.adopted, identity);
      EXPECT_EQ(found.recorded, 77);
      EXPECT_EQ(path_in(made), nothing_at(length).string());
      table().release(made);
    }
  });
}

TEST_F(name_table_of_a_process, lets_nobody_claim_what_a_slot_held_before) {
  in_new_process([] {
    const name_record first = record_of("/nothing/first");
    table().release(first);
    const name_record second = record_of("/nothing/other");
    ASSERT_EQ(first.slot, second.slot);
    EXPECT_FALSE(name_table::claim(first));
    EXPECT_TRUE(name_table::claim(second));
    EXPECT_FALSE(name_table::claim(second));
    table().free_claimed(second);
    EXPECT_EQ(count_slots(true), 0U);
  });
}

TEST_F(name_table_of_a_process, takes_new_slots_only_while_none_is_free) {
  in_new_process([] {
    constexpr std::size_t rounds = 1000;
    constexpr std::size_t at_once = 200;
    std::vector<name_record> live;
    for (std::size_t i = 0; i < rounds; ++i) {
      for (std::size_t k = 0; k < at_once; ++k) live.push_back(record_of(nothing_at(20 + 100 * (k % 3), k)));
      std::set<const void*> slots;
      for (const name_record& each : live) slots.insert(each.slot);
      ASSERT_EQ(slots.size(), at_once);
      for (const name_record& each : live) table().release(each);
      live.clear();
    }
    EXPECT_LE(count_slots(false), at_once + 3U * 64);
  });
}

TEST_F(name_table_of_a_process, gets_back_the_slots_of_threads_that_end) {
  in_new_process([] {
    const int threads = support::is_long_run() ? 1'000'000 : 10'000;
    for (int i = 0; i < threads; ++i) {
      std::thread{[] { table().release(record_of("/nothing/here")); }}.join();
    }
    EXPECT_LE(count_slots(false), 64U);
  });
}

TEST_F(name_table_of_a_process, gets_back_what_a_thread_releases_for_another) {
  in_new_process([] {
    constexpr int rounds = 200;
    constexpr std::size_t at_once = 100;
    for (int i = 0; i < rounds; ++i) {
      std::vector<name_record> live;
      std::thread{[&] {
        for (std::size_t k = 0; k < at_once; ++k) live.push_back(record_of(nothing_at(20, k)));
      }}.join();
      for (const name_record& each : live) table().release(each);
    }
    EXPECT_LE(count_slots(false), 4 * at_once);
    EXPECT_EQ(count_slots(true), 0U);
  });
}

TEST_F(name_table_of_a_process, is_used_by_destructors_of_a_thread_that_come_after_its_own) {
  in_new_process([] {
    // Made before the thread's first record, so destroyed after what that has registered.
    struct late {
      ~late() { table().release(record_of("/nothing/late")); }
    };
    for (int i = 0; i < 500; ++i) {
      std::thread{[] {
        thread_local const late object;
        static_cast<void>(&object);
        table().release(record_of("/nothing/here"));
      }}.join();
    }
    EXPECT_LE(count_slots(false), 128U);
  });
}

// What a name is recorded as must be found at any time, and no two owners may have the same slot.
TEST_F(name_table_of_a_process, serves_many_threads_at_once) {
  in_new_process([] {
    constexpr unsigned threads = 8;
    const int rounds = support::is_long_run() ? 2'000'000 : support::has_sanitizer ? 20'000 : 100'000;
    std::vector<std::thread> running;
    std::atomic<int> mistakes{0};
    for (unsigned number = 0; number < threads; ++number) {
      running.emplace_back([&, number] {
        std::mt19937 random{number};
        std::vector<std::pair<fs::path, name_record>> live;
        for (int i = 0; i < rounds; ++i) {
          if (live.size() < random() % 200) {
            const fs::path path = nothing_at(20 + random() % 300, number * 1'000'000'000ULL + unsigned(i));
            live.emplace_back(path, record_of(path));
            continue;
          }
          if (live.empty()) continue;
          std::swap(live[random() % live.size()], live.back());
          if (path_in(live.back().second) != live.back().first.string()) ++mistakes;
          if (!name_table::claim(live.back().second)) ++mistakes;
          table().free_claimed(live.back().second);
          live.pop_back();
        }
        for (const auto& each : live) table().release(each.second);
      });
    }
    for (std::thread& each : running) each.join();
    EXPECT_EQ(mistakes, 0);
    EXPECT_EQ(count_slots(true), 0U);
    EXPECT_LE(count_slots(false), threads * (200U + 3 * 128));
  });
}

TEST_F(name_table_of_a_process, grows_to_a_million_names_and_finds_them_all) {
  in_new_process([] {
    const std::size_t names = support::is_long_run() ? 1'000'000 : 100'000;
    std::vector<name_record> live;
    for (std::size_t i = 0; i < names; ++i) live.push_back(record_of(nothing_at(20, i)));
    EXPECT_EQ(count_slots(true), names);
    EXPECT_EQ(path_in(live[names / 2]), nothing_at(20, names / 2).string());
    for (const name_record& each : live) table().release(each);
    EXPECT_EQ(count_slots(true), 0U);
    EXPECT_LE(count_slots(false), names + 64);
  });
}

TEST_F(name_table_of_a_process, is_not_that_of_its_parent) {
  in_new_process([] {
    const name_record parents = record_of("/nothing/of/the/parent");
    const name_table* const of_parent = &table();
    EXPECT_EQ(support::run_in_child([&] {
                if (name_table::find() != nullptr) return 1;
                const name_record own = record_of("/nothing/of/the/child");
                if (&table() == of_parent || count_slots(true) != 1) return 2;
                table().release(own);
                return 0;
              }),
              0);
    EXPECT_TRUE(name_table::claim(parents));
  });
}

}  // namespace
