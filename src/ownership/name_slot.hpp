// One record of the table of owned names: its state, what is known of the name, and how both lie in memory and in a
// lease's file.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "platform/types.hpp"

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

enum class name_state : std::uint8_t {
  free,
  creating,  // recorded; it may exist already, or never will
  owned,
  kept,      // owned, but only its owner removes it: it was made with `keep`
  removing,  // by its owner, or by whoever cleans up
};

// What is recorded of a name besides its path.
struct name_description {
  fs::file_type type{fs::file_type::none};  // what it was created or adopted as
  fs::perms granted{};                      // what it was created with; of these, the rights of others to write
  std::int64_t recorded{};                  // when: platform::coarse_time() just before it was created
  std::optional<platform::lasting_identity> adopted{};  // nothing: it was created
  bool may_be_swept{};  // by another process, if this one ends and leaves it: in a lease, if there is one
};

// A slot's state and what never changes between one use of the slot and the next, in one word. Each use has another
// generation, so that the owner of an earlier one can't mistake a later one for its own.
class slot_word {
 public:
  slot_word() = default;
  explicit slot_word(std::uint64_t value) noexcept : value_{value} {}
  // The next use of a slot that has the word `before`.
  slot_word(slot_word before, name_state state, const name_description& name, std::size_t length,
            bool is_leased) noexcept
      : value_{((before.value_ >> generation_shift) + 1) << generation_shift | std::uint64_t{length} << length_shift |
               std::uint64_t{is_leased} << leased_shift | std::uint64_t{name.adopted.has_value()} << adopted_shift |
               std::uint64_t{(name.granted & fs::perms::group_write) != fs::perms::none} << granted_shift |
               std::uint64_t{(name.granted & fs::perms::others_write) != fs::perms::none} << (granted_shift + 1) |
               (static_cast<std::uint64_t>(name.type) & type_mask) << type_shift | static_cast<std::uint64_t>(state)} {}

  [[nodiscard]] std::uint64_t value() const noexcept { return value_; }
  [[nodiscard]] name_state state() const noexcept { return static_cast<name_state>(value_ & state_mask); }
  [[nodiscard]] slot_word with(name_state state) const noexcept {
    return slot_word{(value_ & ~state_mask) | static_cast<std::uint64_t>(state)};
  }
  [[nodiscard]] bool is_adopted() const noexcept { return (value_ >> adopted_shift & 1U) != 0; }
  // Whether the slot lies in a lease's file.
  [[nodiscard]] bool is_leased() const noexcept { return (value_ >> leased_shift & 1U) != 0; }
  // Of the path, in characters.
  [[nodiscard]] std::size_t length() const noexcept { return value_ >> length_shift & length_mask; }
  [[nodiscard]] fs::file_type type() const noexcept;
  [[nodiscard]] fs::perms granted() const noexcept;

  friend bool operator==(slot_word, slot_word) = default;

 private:
  static constexpr std::uint64_t state_mask = 7;
  static constexpr unsigned type_shift = 3;
  static constexpr std::uint64_t type_mask = 15;
  static constexpr unsigned granted_shift = 7;  // to the group, and above it to everybody
  static constexpr unsigned adopted_shift = 9;
  static constexpr unsigned leased_shift = 10;
  static constexpr unsigned length_shift = 11;
  static constexpr std::uint64_t length_mask = 0x1fff;
  static constexpr unsigned generation_shift = 24;

  std::uint64_t value_{};
};

// All of it is atomic, because whoever cleans up reads records while their owners write them. It is made by being taken
// from zeroed memory.
struct name_slot {
  std::atomic<std::uint64_t> word;      // a slot_word
  std::atomic<std::int64_t> recorded;   // platform::coarse_time() just before
  std::atomic<std::uint32_t> checksum;  // in a lease's file: checksum_of()
  // While nothing may exist yet, platform::thread_number() of who creates; in a list of free slots the next one's
  // number, counted from 1.
  std::atomic<std::uint32_t> creator_or_next;

  using content_word = std::atomic<std::uint64_t>;
  // The rest of the slot: the path with its NUL, and at the end the identity of an adopted file.
  [[nodiscard]] content_word* content() noexcept { return reinterpret_cast<content_word*>(this + 1); }
  [[nodiscard]] const content_word* content() const noexcept { return reinterpret_cast<const content_word*>(this + 1); }
};
static_assert(sizeof(name_slot) == 24);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);

// Slots have one of these sizes, by the length of the path: up to 39 bytes for those in /tmp.
constexpr std::size_t slot_classes = 3;
constexpr std::size_t slot_sizes[slot_classes] = {64, 256, 4352};
constexpr std::size_t max_slot_size = slot_sizes[slot_classes - 1];
// The longest path, its NUL included, that a slot has room for. (Linux and all others take 4,096 bytes at most.)
constexpr std::size_t max_path_size = (max_slot_size - sizeof(name_slot)) / sizeof(fs::path::value_type);

// In words of the content: of a path and its NUL, of an adopted file's identity (device, inode, birth), and in all.
constexpr std::size_t words_of_path(std::size_t length) noexcept {
  constexpr std::size_t word_size = sizeof(name_slot::content_word);
  return ((length + 1) * sizeof(fs::path::value_type) + word_size - 1) / word_size;
}
constexpr std::size_t words_of_identity = 3;
constexpr std::size_t words_in(std::size_t slot_class) noexcept {
  return (slot_sizes[slot_class] - sizeof(name_slot)) / sizeof(name_slot::content_word);
}

// The smallest with room for a path of so many characters; slot_classes if none has.
constexpr std::size_t slot_class_for(std::size_t length, bool is_adopted) noexcept {
  const std::size_t words = words_of_path(length) + (is_adopted ? words_of_identity : 0);
  std::size_t slot_class = 0;
  while (slot_class < slot_classes && words > words_in(slot_class)) ++slot_class;
  return slot_class;
}
inline std::size_t slot_class_of(slot_word word) noexcept { return slot_class_for(word.length(), word.is_adopted()); }

// Writes a slot that nobody else reads yet. Whatever follows the path in its last word is zero.
void write_path(name_slot& slot, const fs::path::string_type& path) noexcept;
void write_identity(name_slot& slot, std::size_t slot_class, const platform::lasting_identity& identity) noexcept;

// What a slot holds. Of use while nobody can change it: to its owner, and to who has claimed it.
name_description description_of(const name_slot& slot, slot_word word) noexcept;
// Copies a slot's path, with its NUL.
void copy_path(const name_slot& slot, slot_word word, std::span<fs::path::value_type, max_path_size> path) noexcept;
// Of all that is recorded, the state apart.
std::uint32_t checksum_of(const name_slot& slot, slot_word word) noexcept;

}  // namespace tempfile::inline v0_1::internal
