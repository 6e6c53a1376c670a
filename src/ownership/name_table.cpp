#include "ownership/name_table.hpp"

#include <chrono>
#include <cstring>
#include <new>
#include <thread>

#include "platform/process.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

constexpr std::array<slot_pool::layout, slot_classes> layouts{{
    {.slot_size = slot_sizes[0], .first_chunk = 1024, .batch = 32},
    {.slot_size = slot_sizes[1], .first_chunk = 64, .batch = 32},
    {.slot_size = slot_sizes[2], .first_chunk = 4, .batch = 4},
}};

// The table of the process that the calling one was forked from, until it has its own.
constinit std::atomic<name_table*> current_table{nullptr};

}  // namespace

// --- free slots of a thread ------------------------------------------------------------------------------------------

// Slots that one thread has for itself, so that most records touch nothing that threads share. Trivial, so that it can
// be used until the thread is gone, after the destructors of its other objects.
struct thread_slots {
  static constexpr std::size_t capacity = 2 * slot_pool::max_batch;
  struct magazine {
    std::size_t count;
    std::array<name_slot*, capacity> slots;
  };

  name_table* table;     // whose slots they are: a forked child's thread begins with its parent's
  std::uint32_t thread;  // platform::thread_number()
  bool has_ended;        // then nothing is kept here any more
  bool gives_back_at_end;
  std::array<magazine, name_table::pool_count> magazines;

  void begin(name_table* of) noexcept;
  void end() noexcept;
};

namespace {

constinit thread_local thread_slots own_slots{};

// A thread gives back what it has. Apart from the slots, because an object with a destructor costs a check at each use.
struct end_of_thread {
  end_of_thread() noexcept = default;
  end_of_thread(const end_of_thread&) = delete;
  end_of_thread& operator=(const end_of_thread&) = delete;
  ~end_of_thread() { own_slots.end(); }
  void watch() const noexcept { own_slots.gives_back_at_end = true; }
};
thread_local const end_of_thread at_end_of_thread;

}  // namespace

void thread_slots::begin(name_table* of) noexcept {
  for (magazine& each : magazines) each.count = 0;
  thread = platform::thread_number();
  table = of;
}

void thread_slots::end() noexcept {
  has_ended = true;
  if (table == nullptr || table != name_table::find()) return;
  for (std::size_t pool = 0; pool < magazines.size(); ++pool) {
    magazine& each = magazines[pool];
    table->pools_[pool].give_back(thread, std::span{each.slots}.first(each.count));
    each.count = 0;
  }
}

// --- the table -------------------------------------------------------------------------------------------------------

name_table::name_table() noexcept
    : token_{platform::process_token()},
      process_id_{platform::process_id()},
      has_process_barrier_{platform::prepare_process_barrier()},
      pools_{slot_pool{layouts[0]},
             slot_pool{layouts[1]},
             slot_pool{layouts[2]},
             slot_pool{layouts[0], lease_, 0},
             slot_pool{layouts[1], lease_, 1},
             slot_pool{layouts[2], lease_, 2}} {}

name_table* name_table::find() noexcept {
  name_table* const table = current_table.load(std::memory_order_acquire);
  return table != nullptr && table->token_ == platform::process_token() ? table : nullptr;
}

name_table* name_table::make() noexcept {
  name_table* latest = current_table.load(std::memory_order_acquire);
  void* const memory = platform::map_memory(sizeof(name_table));
  if (memory == nullptr) return nullptr;
  auto* const made = new (memory) name_table;
  if (current_table.compare_exchange_strong(latest, made, std::memory_order_acq_rel)) return made;
  platform::unmap_memory(memory, sizeof(name_table));  // another thread has been quicker
  return find();
}

bool name_table::is_of_this_process_id() const noexcept { return process_id_ == platform::process_id(); }

// The token goes with the table: whoever has it owns what the table holds.
void name_table::hand_over() noexcept {
  if (find() == nullptr) return;
  current_table.store(nullptr, std::memory_order_release);
  platform::set_process_token(platform::new_process_token());
}

// The table is a copy of the parent's, made while other threads may have been in the midst of something. What they were
// creating, they have created or will; nobody is cleaning up any more.
bool name_table::take_over() noexcept {
  name_table* const table = current_table.load(std::memory_order_acquire);
  if (table == nullptr || table->token_ == platform::process_token()) return false;
  table->for_each([](name_slot& slot) {
    const slot_word word{slot.word.load(std::memory_order_relaxed)};
    if (word.state() == name_state::creating) {
      slot.word.store(word.with(name_state::owned).value(), std::memory_order_relaxed);
    }
  });
  table->process_id_.store(platform::process_id(), std::memory_order_relaxed);
  table->lease_.take_over();
  if (!table->has_lease()) table->leasing_.store(leasing_not_begun, std::memory_order_relaxed);
  table->has_process_barrier_ = platform::prepare_process_barrier();
  table->open();
  own_slots.thread = platform::thread_number();
  platform::set_process_token(table->token_);
  return true;
}

name_slot* name_table::take_slot(std::size_t pool) noexcept {
  if (own_slots.table != this) own_slots.begin(this);
  thread_slots::magazine& magazine = own_slots.magazines[pool];
  if (magazine.count == 0) {
    const auto room = std::span{magazine.slots}.first<slot_pool::max_batch>();
    magazine.count = pools_[pool].take(own_slots.thread, room);
    if (magazine.count == 0) return nullptr;
    if (!own_slots.gives_back_at_end) at_end_of_thread.watch();
  }
  name_slot* const taken = magazine.slots[--magazine.count];
  if (own_slots.has_ended) {  // nobody would give the others back
    pools_[pool].give_back(own_slots.thread, std::span{magazine.slots}.first(magazine.count));
    magazine.count = 0;
  }
  return taken;
}

void name_table::give_back(name_slot* slot, std::size_t pool) noexcept {
  if (own_slots.table != this) own_slots.begin(this);
  thread_slots::magazine& magazine = own_slots.magazines[pool];
  const std::size_t batch = layouts[pool % slot_classes].batch;
  if (own_slots.has_ended) {
    pools_[pool].give_back(own_slots.thread, std::span{&slot, 1});
    return;
  }
  if (magazine.count == 2 * batch) {
    magazine.count -= batch;
    pools_[pool].give_back(own_slots.thread, std::span{magazine.slots}.subspan(magazine.count, batch));
  }
  magazine.slots[magazine.count++] = slot;
  if (!own_slots.gives_back_at_end) at_end_of_thread.watch();
}

// Whoever closes the table and whoever publishes must not miss each other. With a process barrier, which the one that
// closes pays for, a plain store does.
void name_table::publish(name_slot& slot, slot_word word) const noexcept {
  if (has_process_barrier_) {
    slot.word.store(word.value(), std::memory_order_release);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  } else {
    slot.word.store(word.value(), std::memory_order_seq_cst);
  }
}

bool name_table::is_closed_for_this_thread() const noexcept {
  return gate_.load(std::memory_order_seq_cst) != gate::open && !is_closed_by_this_thread();
}

bool name_table::is_closed_by_this_thread() const noexcept {
  return closing_thread_.load(std::memory_order_acquire) == platform::thread_number();
}

bool name_table::close() noexcept {
  std::uint32_t nobody = 0;
  const std::uint32_t self = platform::thread_number();
  if (!closing_thread_.compare_exchange_strong(nobody, self, std::memory_order_acq_rel) && nobody != self) return false;
  gate_.store(gate::cleaning, std::memory_order_seq_cst);
  if (has_process_barrier_) platform::process_barrier();
  return true;
}

void name_table::finish() noexcept { gate_.store(gate::cleaned, std::memory_order_release); }

void name_table::open() noexcept {
  gate_.store(gate::open, std::memory_order_seq_cst);
  closing_thread_.store(0, std::memory_order_release);
}

bool name_table::wait_for_cleaning() const noexcept {
  while (gate_.load(std::memory_order_acquire) == gate::cleaning) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return gate_.load(std::memory_order_acquire) == gate::cleaned;
}

void name_table::wait_until_open(std::error_code& error) const noexcept {
  constexpr int max_waits = 1000;  // a second in all
  error.clear();
  for (int waits = 0; is_closed_for_this_thread(); ++waits) {
    if (waits == max_waits) {
      error = std::make_error_code(std::errc::operation_canceled);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

// --- the lease -------------------------------------------------------------------------------------------------------

bool name_table::begin_to_lease() noexcept {
  std::uint64_t found = leasing_not_begun;
  const std::uint64_t self = platform::thread_number();
  if (leasing_.compare_exchange_strong(found, self, std::memory_order_acq_rel)) return true;
  while (found != self && found < sweep_is_due) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    found = leasing_.load(std::memory_order_acquire);
  }
  return false;
}

void name_table::end_to_lease() noexcept {
  leasing_.store(has_lease() ? sweep_is_due : leasing_done, std::memory_order_release);
}

void name_table::retry_to_lease() noexcept {
  std::uint64_t found = leasing_done;
  if (!has_lease()) leasing_.compare_exchange_strong(found, leasing_not_begun, std::memory_order_acq_rel);
}

bool name_table::begin_to_sweep() noexcept {
  std::uint64_t found = sweep_is_due;
  return leasing_.compare_exchange_strong(found, leasing_done, std::memory_order_acq_rel);
}

void name_table::take_lease(const fs::path& directory, power_loss after_power_loss, failure& failed) {
  lease_.create(directory, after_power_loss, layouts.front().first_chunk, failed);
}

void name_table::drop_lease() noexcept {
  if (!has_lease()) return;
  bool holds_nothing = true;
  for (slot_pool& pool : std::span{pools_}.subspan(slot_classes)) {
    pool.for_each([&](const name_slot& slot) {
      const slot_word word{slot.word.load(std::memory_order_acquire)};
      holds_nothing = holds_nothing && word.state() == name_state::free;
    });
  }
  if (holds_nothing) lease_.remove();
}

// --- records ---------------------------------------------------------------------------------------------------------

name_record name_table::record(const fs::path& path, name_state state, const name_description& name,
                               std::error_code& error) noexcept {
  const std::size_t length = path.native().size();
  const std::size_t slot_class = slot_class_for(length, name.adopted.has_value());
  error.clear();
  if (slot_class == slot_classes) {
    error = std::make_error_code(std::errc::filename_too_long);
    return {};
  }
  name_slot* slot = name.may_be_swept && has_lease() ? take_slot(slot_class + slot_classes) : nullptr;
  const bool is_leased = slot != nullptr;
  if (!is_leased) slot = take_slot(slot_class);
  if (slot == nullptr) {
    error = std::make_error_code(std::errc::not_enough_memory);
    return {};
  }
  write_path(*slot, path.native());
  if (name.adopted) write_identity(*slot, slot_class, *name.adopted);
  slot->recorded.store(name.recorded, std::memory_order_relaxed);
  slot->creator_or_next.store(own_slots.thread, std::memory_order_relaxed);
  const slot_word word{slot_word{slot->word.load(std::memory_order_relaxed)}, state, name, length, is_leased};
  if (is_leased) slot->checksum.store(checksum_of(*slot, word), std::memory_order_relaxed);
  publish(*slot, word);
  const name_record made{slot, word.value(), this};
  if (!is_closed_for_this_thread()) {
    if (is_leased && lease_.is_written_back()) lease_.write_back(name.recorded);
    return made;
  }
  // Nothing has been created: whoever cleans up must not wait for this one, and it waits until that is over.
  release(made);
  wait_until_open(error);
  return error ? name_record{} : record(path, state, name, error);
}

bool name_table::confirm(name_record& record, name_state state) noexcept {
  const slot_word word = slot_word{record.word}.with(state);
  record.word = word.value();
  publish(*record.slot, word);
  return !is_closed_for_this_thread();
}

bool name_table::claim(const name_record& record) noexcept {
  std::uint64_t expected = record.word;
  const slot_word claimed = slot_word{record.word}.with(name_state::removing);
  return record.slot->word.compare_exchange_strong(expected, claimed.value(), std::memory_order_acq_rel);
}

void name_table::unclaim(const name_record& record) noexcept {
  record.slot->word.store(record.word, std::memory_order_release);
}

void name_table::free_claimed(const name_record& record) noexcept {
  const slot_word freed = slot_word{record.word}.with(name_state::free);
  record.slot->word.store(freed.value(), std::memory_order_release);
  give_back(record.slot, pool_of(freed));
}

void name_table::release(const name_record& record) noexcept {
  const slot_word freed = slot_word{record.word}.with(name_state::free);
  std::uint64_t found = record.word;
  record.slot->word.compare_exchange_strong(found, freed.value(), std::memory_order_acq_rel);
  // Whoever has cleaned up frees a slot, but only its owner gives it back.
  if (found == record.word || found == freed.value()) give_back(record.slot, pool_of(freed));
}

void name_table::release_for_good(const name_record& record) noexcept {
  const slot_word word{record.word};
  release(record);
  if (word.is_leased()) lease_.flush(*record.slot, slot_class_of(word));
}

}  // namespace tempfile::inline v0_1::internal
