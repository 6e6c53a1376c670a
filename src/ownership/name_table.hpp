// The table of the names that this process owns. A name is recorded before it is created and freed after it is removed,
// so that whoever cleans up at any instant, exit() or a signal handler, finds all there is.
#pragma once

#include <tempfile/temporary_path.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>

#include "ownership/slot_pool.hpp"
#include "platform/types.hpp"

namespace tempfile::inline v0_1::internal {

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
};

// A slot's state and what never changes between one use of the slot and the next, in one word. Each use has another
// generation, so that the owner of an earlier one can't mistake a later one for its own.
class slot_word {
 public:
  slot_word() = default;
  explicit slot_word(std::uint64_t value) noexcept : value_{value} {}
  // The next use of a slot that has the word `before`.
  slot_word(slot_word before, name_state state, const name_description& name, std::size_t length) noexcept;

  [[nodiscard]] std::uint64_t value() const noexcept { return value_; }
  [[nodiscard]] name_state state() const noexcept { return static_cast<name_state>(value_ & state_mask); }
  [[nodiscard]] slot_word with(name_state state) const noexcept {
    return slot_word{(value_ & ~state_mask) | static_cast<std::uint64_t>(state)};
  }
  [[nodiscard]] bool is_adopted() const noexcept { return (value_ >> adopted_shift & 1U) != 0; }
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
  static constexpr unsigned length_shift = 10;
  static constexpr std::uint64_t length_mask = 0x1fff;
  static constexpr unsigned generation_shift = 23;

  std::uint64_t value_{};
};

class name_table {
 public:
  // The longest path, its NUL included, that a slot has room for. (Linux and all others take 4,096 bytes at most.)
  static constexpr std::size_t max_path_size = 4328 / sizeof(fs::path::value_type);

  // The calling process's table; null if it has none. Async-signal-safe. A child that shares all of its parent's memory
  // (vfork) finds its parent's: see is_of_this_process_id().
  static name_table* find() noexcept;
  // Makes the calling process's table; null if there is no memory.
  static name_table* make() noexcept;
  [[nodiscard]] bool is_of_this_process_id() const noexcept;
  // As tempfile::hand_over() and take_over() say.
  static void hand_over() noexcept;
  [[nodiscard]] static bool take_over() noexcept;

  // Records `path`, which is about to be created if `state` is `creating`, and else exists.
  name_record record(const fs::path& path, name_state state, const name_description& name,
                     std::error_code& error) noexcept;
  // The name of a `creating` record exists. False if somebody cleans up, who may have missed it: then the caller has to
  // remove it.
  [[nodiscard]] bool confirm(name_record& record, name_state state) noexcept;
  // Waits while somebody cleans up, which few processes survive. On return without an error names can be recorded.
  void wait_until_open(std::error_code& error) const noexcept;

  // Who claims a record may remove its name, and nobody else. False if somebody else has.
  [[nodiscard]] static bool claim(const name_record& record) noexcept;
  // The name of a claimed record could not be removed: it is owned as before.
  static void unclaim(const name_record& record) noexcept;
  // The name of a claimed record is gone.
  void free_claimed(const name_record& record) noexcept;
  // The name of a record that is not claimed is nobody's any more. It stays, unless somebody else has claimed it.
  void release(const name_record& record) noexcept;

  // For who cleans up. From now on nobody records a name but the calling thread, and all that others have recorded is
  // seen. False if another thread cleans up, or has. Async-signal-safe, as the following.
  [[nodiscard]] bool close() noexcept;
  // All is cleaned up, and the table stays closed.
  void finish() noexcept;
  // Names can be recorded again.
  void open() noexcept;
  // Waits until the thread that has closed the table has finished, or has opened it: then it returns false.
  [[nodiscard]] bool wait_for_cleaning() const noexcept;
  template <class Visit>
  void for_each(Visit visit) noexcept {
    for (slot_pool& pool : pools_) pool.for_each(visit);
  }

 private:
  friend struct thread_slots;

  name_table() noexcept;
  name_slot* take_slot(std::size_t pool) noexcept;
  void give_back(name_slot* slot, std::size_t pool) noexcept;
  void publish(name_slot& slot, slot_word word) const noexcept;
  [[nodiscard]] bool is_closed_for_this_thread() const noexcept;
  [[nodiscard]] bool is_closed_by_this_thread() const noexcept;

  enum class gate : std::uint8_t { open, cleaning, cleaned };

  std::uint64_t token_;
  std::atomic<std::uint64_t> process_id_;
  bool has_process_barrier_;
  std::atomic<gate> gate_{gate::open};
  std::atomic<std::uint32_t> closing_thread_{0};
  std::array<slot_pool, 3> pools_;
};

// What a slot holds. Of use while nobody can change it: to its owner, and to who has claimed it.
name_description description_of(const name_slot& slot, slot_word word) noexcept;

// Copies a slot's path, with its NUL.
void copy_path(const name_slot& slot, slot_word word,
               std::span<fs::path::value_type, name_table::max_path_size> path) noexcept;

}  // namespace tempfile::inline v0_1::internal
