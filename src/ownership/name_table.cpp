#include "ownership/name_table.hpp"

#include <chrono>
#include <cstring>
#include <new>
#include <thread>

#include "platform/process.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

using path_character = fs::path::value_type;

constexpr std::array<slot_pool::layout, 3> layouts{{
    {.slot_size = 64, .first_chunk = 1024, .batch = 32},  // paths of up to 39 bytes: those in /tmp
    {.slot_size = 256, .first_chunk = 64, .batch = 32},
    {.slot_size = 4352, .first_chunk = 4, .batch = 4},
}};
static_assert(layouts.back().slot_size == sizeof(name_slot) + name_table::max_path_size * sizeof(path_character));

constexpr std::size_t word_size = sizeof(std::uint64_t);
constexpr std::size_t identity_words = 3;  // device, inode, birth

constexpr std::size_t words_of_path(std::size_t length) noexcept {
  return ((length + 1) * sizeof(path_character) + word_size - 1) / word_size;
}

constexpr std::size_t words_in(std::size_t pool) noexcept {
  return (layouts[pool].slot_size - sizeof(name_slot)) / word_size;
}

// The pool with the smallest slots that have room; layouts.size() if none has.
std::size_t pool_for(std::size_t length, bool is_adopted) noexcept {
  const std::size_t words = words_of_path(length) + (is_adopted ? identity_words : 0);
  std::size_t pool = 0;
  while (pool < layouts.size() && words > words_in(pool)) ++pool;
  return pool;
}

std::size_t pool_of(slot_word word) noexcept { return pool_for(word.length(), word.is_adopted()); }

// Whatever follows the path in its last word is zero.
void write_path(name_slot& slot, const fs::path::string_type& path) noexcept {
  const std::size_t words = words_of_path(path.size());
  const auto* const bytes = reinterpret_cast<const std::byte*>(path.c_str());
  for (std::size_t i = 0; i + 1 < words; ++i) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes + i * word_size, word_size);
    slot.content()[i].store(value, std::memory_order_relaxed);
  }
  std::uint64_t last = 0;
  std::memcpy(&last, bytes + (words - 1) * word_size,
              (path.size() + 1) * sizeof(path_character) - (words - 1) * word_size);
  slot.content()[words - 1].store(last, std::memory_order_relaxed);
}

void write_identity(name_slot& slot, std::size_t pool, const platform::lasting_identity& identity) noexcept {
  name_slot::content_word* const place = slot.content() + words_in(pool) - identity_words;
  place[0].store(identity.file.device, std::memory_order_relaxed);
  place[1].store(identity.file.inode, std::memory_order_relaxed);
  place[2].store(static_cast<std::uint64_t>(identity.born), std::memory_order_relaxed);
}

platform::lasting_identity identity_in(const name_slot& slot, slot_word word) noexcept {
  const name_slot::content_word* const place = slot.content() + words_in(pool_of(word)) - identity_words;
  return {{place[0].load(std::memory_order_acquire), place[1].load(std::memory_order_acquire), word.type()},
          static_cast<std::int64_t>(place[2].load(std::memory_order_acquire))};
}

// The table of the process that the calling one was forked from, until it has its own.
constinit std::atomic<name_table*> current_table{nullptr};

}  // namespace

// --- words -----------------------------------------------------------------------------------------------------------

slot_word::slot_word(slot_word before, name_state state, const name_description& name, std::size_t length) noexcept
    : value_{((before.value_ >> generation_shift) + 1) << generation_shift | std::uint64_t{length} << length_shift |
             std::uint64_t{name.adopted.has_value()} << adopted_shift |
             std::uint64_t{(name.granted & fs::perms::group_write) != fs::perms::none} << granted_shift |
             std::uint64_t{(name.granted & fs::perms::others_write) != fs::perms::none} << (granted_shift + 1) |
             (static_cast<std::uint64_t>(name.type) & type_mask) << type_shift | static_cast<std::uint64_t>(state)} {}

fs::file_type slot_word::type() const noexcept { return static_cast<fs::file_type>(value_ >> type_shift & type_mask); }

fs::perms slot_word::granted() const noexcept {
  fs::perms granted = fs::perms::none;
  if ((value_ >> granted_shift & 1U) != 0) granted |= fs::perms::group_write;
  if ((value_ >> (granted_shift + 1) & 1U) != 0) granted |= fs::perms::others_write;
  return granted;
}

name_description description_of(const name_slot& slot, slot_word word) noexcept {
  name_description found{word.type(), word.granted(), slot.recorded.load(std::memory_order_acquire), {}};
  if (word.is_adopted()) found.adopted = identity_in(slot, word);
  return found;
}

void copy_path(const name_slot& slot, slot_word word,
               std::span<fs::path::value_type, name_table::max_path_size> path) noexcept {
  auto* const bytes = reinterpret_cast<std::byte*>(path.data());
  const std::size_t words = words_of_path(word.length());
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint64_t value = slot.content()[i].load(std::memory_order_acquire);
    std::memcpy(bytes + i * word_size, &value, word_size);
  }
}

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
  std::array<magazine, layouts.size()> magazines;

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
      pools_{slot_pool{layouts[0]}, slot_pool{layouts[1]}, slot_pool{layouts[2]}} {}

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
  const std::size_t batch = layouts[pool].batch;
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

// --- records ---------------------------------------------------------------------------------------------------------

name_record name_table::record(const fs::path& path, name_state state, const name_description& name,
                               std::error_code& error) noexcept {
  const std::size_t length = path.native().size();
  const std::size_t pool = pool_for(length, name.adopted.has_value());
  error.clear();
  if (pool == layouts.size()) error = std::make_error_code(std::errc::filename_too_long);
  name_slot* const slot = error ? nullptr : take_slot(pool);
  if (slot == nullptr) {
    if (!error) error = std::make_error_code(std::errc::not_enough_memory);
    return {};
  }
  write_path(*slot, path.native());
  if (name.adopted) write_identity(*slot, pool, *name.adopted);
  slot->recorded.store(name.recorded, std::memory_order_relaxed);
  slot->creator.store(own_slots.thread, std::memory_order_relaxed);
  const slot_word word{slot_word{slot->word.load(std::memory_order_relaxed)}, state, name, length};
  publish(*slot, word);
  const name_record made{slot, word.value(), this};
  if (!is_closed_for_this_thread()) return made;
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

}  // namespace tempfile::inline v0_1::internal
