#include "ownership/cleaner.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <new>
#include <span>
#include <thread>

#include "ownership/keep_switch.hpp"
#include "ownership/remove_name.hpp"
#include "platform/process.hpp"
#include "removal/reserve.hpp"
#include "removal/tree_remover.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// --- memory ----------------------------------------------------------------------------------------------------------

// What removes trees here. It is one process's: a child that was forked in the midst of a removal must not go on.
struct prepared_remover {
  const name_table* table;         // the process's
  const prepared_remover* before;  // its parent's: a leak detector finds it here
  tree_remover remover{tree_remover::enough};
};

// Never freed: it is needed until the very end.
constinit std::atomic<prepared_remover*> prepared{nullptr};

tree_remover* find_remover(const name_table& table) noexcept {
  prepared_remover* const found = prepared.load(std::memory_order_acquire);
  return found != nullptr && found->table == &table ? &found->remover : nullptr;
}

void prepare_remover(const name_table& table, std::error_code& error) noexcept {
  if (find_remover(table) != nullptr) return;
  prepared_remover* latest = prepared.load(std::memory_order_acquire);
  try {
    std::unique_ptr<prepared_remover> made{new prepared_remover{.table = &table, .before = latest}};
    if (prepared.compare_exchange_strong(latest, made.get(), std::memory_order_acq_rel)) {
      static_cast<void>(made.release());
    }
  } catch (const std::bad_alloc&) {
    error = std::make_error_code(std::errc::not_enough_memory);
  }
}

// --- one look at all records -----------------------------------------------------------------------------------------

// The owner of a slot is in the midst of something. If that is the thread which was interrupted for this, its call has
// been made or never will be; any other is given the time to end it. Removing the same twice does no harm: nobody else
// has the name. What was adopted is known again only as long as nobody else removes it.
bool is_worth_waiting_for(const name_slot& slot, slot_word word, std::uint32_t self) noexcept {
  if (word.state() == name_state::creating) return slot.creator_or_next.load(std::memory_order_acquire) != self;
  return word.state() == name_state::removing && word.is_adopted();
}

// With one more, for remove_by_path().
using path_buffer = std::array<fs::path::value_type, max_path_size + 1>;

class look {
 public:
  // The last one waits for nobody.
  look(tree_remover* remover, bool is_last) noexcept : remover_{remover}, is_last_{is_last} {}

  void at(name_slot& slot) noexcept {
    const slot_word word{slot.word.load(std::memory_order_acquire)};
    switch (word.state()) {
      case name_state::free:
      case name_state::kept:
        break;
      case name_state::owned:
        remove_owned(slot, word);
        break;
      case name_state::creating:
      case name_state::removing:
        help_or_wait(slot, word);
        break;
    }
  }

  [[nodiscard]] bool has_to_wait() const noexcept { return has_to_wait_; }

 private:
  void remove_owned(name_slot& slot, slot_word word) noexcept {
    std::uint64_t found = word.value();
    if (!slot.word.compare_exchange_strong(found, word.with(name_state::removing).value(), std::memory_order_acq_rel)) {
      return;
    }
    copy_path(slot, word, std::span{path_}.first<max_path_size>());
    std::error_code error;
    if (keeps_everything()) {
      announce_kept(path_.data());
    } else {
      remove(word, description_of(slot, word), error);
    }
    const bool is_gone = !error || error == errc::replaced;
    slot.word.store(word.with(is_gone ? name_state::free : name_state::owned).value(), std::memory_order_release);
  }

  // The owner may change the slot at any time, so what was read of it counts only if its word has stayed the same.
  void help_or_wait(const name_slot& slot, slot_word word) noexcept {
    if (!is_last_ && is_worth_waiting_for(slot, word, thread_)) {
      has_to_wait_ = true;
      return;
    }
    copy_path(slot, word, std::span{path_}.first<max_path_size>());
    const name_description name = description_of(slot, word);
    if (slot.word.load(std::memory_order_acquire) != word.value() || keeps_everything()) return;
    std::error_code ignored;
    remove(word, name, ignored);
  }

  // What can't be removed stays, and is somebody's who comes later.
  void remove(slot_word word, const name_description& name, std::error_code& error) noexcept {
    if (remove_by_one_call(path_.data(), word)) return;
    remove_name(path_.data(), name, error, [&](const entry_condition& condition, std::error_code& tree_error) {
      if (remover_ == nullptr) {
        tree_error = std::make_error_code(std::errc::not_enough_memory);
        return;
      }
      removal_report report;
      remove_by_path(*remover_, path_.data(), &condition, report);
      if (report.failed != 0) tree_error = std::make_error_code(std::errc::directory_not_empty);
    });
  }

  tree_remover* remover_;
  bool is_last_;
  bool has_to_wait_{false};
  std::uint32_t thread_{platform::thread_number()};
  path_buffer path_;
};

struct cleaning {
  name_table& table;
  tree_remover* remover;  // null: trees stay

  // Whether another thread is in the midst of something.
  [[nodiscard]] bool look_at_all(bool is_last) const noexcept {
    look now{remover, is_last};
    table.for_each([&](name_slot& slot) { now.at(slot); });
    return now.has_to_wait();
  }

  // Others who are creating or removing take microseconds, unless their disk is slow or their thread has lost its turn.
  void let_others_end() const noexcept {
    constexpr int yields = 20;
    constexpr int waits = 80;  // of a millisecond
    for (int i = 0; i < yields + waits; ++i) {
      bool are_busy = false;
      table.for_each([&, self = platform::thread_number()](const name_slot& slot) {
        are_busy = are_busy || is_worth_waiting_for(slot, slot_word{slot.word.load(std::memory_order_acquire)}, self);
      });
      if (!are_busy) return;
      if (i < yields) {
        std::this_thread::yield();
      } else {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      }
    }
  }

  void run() const noexcept {
    if (!look_at_all(false)) return;
    let_others_end();
    static_cast<void>(look_at_all(true));
  }
};

void clean(name_table& table, tree_remover* remover, after_cleanup after) noexcept {
  while (!table.close()) {
    if (table.wait_for_cleaning()) return;
  }
  cleaning now{table, remover};
  // No handler may interrupt this and want the same memory; a fault in here ends the process at once.
  platform::without_signals([](void* argument) noexcept { static_cast<const cleaning*>(argument)->run(); }, &now);
  if (after == after_cleanup::end) {
    table.drop_lease();
    table.finish();
  } else {
    table.open();
  }
}

name_table* find_table() noexcept {
  name_table* const table = name_table::find();
  return table != nullptr && table->is_of_this_process_id() ? table : nullptr;
}

// What a signal handler must not be the first to do: libc++ makes its error categories at their first use, under a
// lock, and the environment may be changing.
void prepare_for_handlers() noexcept {
  static_cast<void>(std::system_category() == std::generic_category());
  static_cast<void>(keeps_everything());
}

void remove_all_at_exit() noexcept {
  name_table* const table = find_table();
  if (table == nullptr) return;
  std::error_code ignored;  // then trees stay
  prepare_remover(*table, ignored);
  clean(*table, find_remover(*table), after_cleanup::end);
}

}  // namespace

name_table* table_of_this_process(fs::file_type type, std::error_code& error) noexcept {
  error.clear();
  name_table* table = name_table::find();
  if (table == nullptr) {
    prepare_for_handlers();
    if (platform::set_exit_hook(remove_all_at_exit)) table = name_table::make();
  }
  if (table == nullptr) {
    error = std::make_error_code(std::errc::not_enough_memory);
  } else if (type == fs::file_type::directory) {
    prepare_remover(*table, error);
    if (!error) reserve_for_removal(error);
  }
  return table;
}

void remove_all(after_cleanup after) noexcept {
  name_table* const table = find_table();
  if (table == nullptr) return;
  const int error_before = errno;  // a handler's caller may be about to look at it
  const bool may_enter = platform::directory_reader::can_do_without_memory();
  clean(*table, may_enter ? find_remover(*table) : nullptr, after);
  errno = error_before;
}

}  // namespace tempfile::inline v0_1::internal
