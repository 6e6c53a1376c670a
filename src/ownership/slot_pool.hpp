// The memory of the table of owned names: slots of one size, in chunks that never move and are never given back.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tempfile::inline v0_1::internal {

// One record. All of it is atomic, because whoever cleans up reads records while their owners write them. It is made by
// being taken from zeroed memory.
struct name_slot {
  std::atomic<std::uint64_t> word;     // a slot_word
  std::atomic<std::int64_t> recorded;  // platform::coarse_time() just before
  std::atomic<std::uint32_t> creator;  // platform::thread_number() of who creates, while nothing may exist yet
  std::atomic<std::uint32_t> next;     // in a list of free slots: the next one's number, counted from 1

  using content_word = std::atomic<std::uint64_t>;
  // The rest of the slot: the path with its NUL, and at the end the identity of an adopted file.
  [[nodiscard]] content_word* content() noexcept { return reinterpret_cast<content_word*>(this + 1); }
  [[nodiscard]] const content_word* content() const noexcept { return reinterpret_cast<const content_word*>(this + 1); }
};
static_assert(sizeof(name_slot) == 24);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);

// Hands out slots and takes them back, without a lock.
class slot_pool {
 public:
  struct layout {
    std::size_t slot_size;
    std::uint32_t first_chunk;  // how many slots that has; each next one has twice as many
    std::uint32_t batch;        // how many are taken at a time; divides first_chunk
  };
  static constexpr std::uint32_t shards = 16;  // of the free slots: threads that differ modulo this share none
  static constexpr std::size_t max_batch = 32;

  explicit constexpr slot_pool(const layout& slots) noexcept : layout_{slots} {}
  slot_pool(const slot_pool&) = delete;
  slot_pool& operator=(const slot_pool&) = delete;
  ~slot_pool() = default;  // the chunks stay

  // Takes free slots, at most a batch. Returns how many; 0 if there is no memory.
  std::size_t take(std::uint32_t shard, std::span<name_slot*, max_batch> taken) noexcept;
  void give_back(std::uint32_t shard, std::span<name_slot* const> slots) noexcept;

  [[nodiscard]] std::size_t content_size() const noexcept { return layout_.slot_size - sizeof(name_slot); }
  [[nodiscard]] std::size_t batch() const noexcept { return layout_.batch; }

  // Calls visit(slot) for each slot that was ever taken. Async-signal-safe, if `visit` is.
  template <class Visit>
  void for_each(Visit visit) noexcept {
    const std::uint32_t end = fresh_.load(std::memory_order_acquire);
    for (std::uint32_t index = 0; index < end; ++index) visit(*at(index));
  }

 private:
  static constexpr std::uint32_t max_slots = 1U << 28U;  // a list's head keeps 28 bits for the number of a slot
  static constexpr std::size_t max_chunks = 22;
  static constexpr std::size_t cache_line = 64;  // so that two shards' heads never share one

  // The first free slot's number, counted from 1, and above it a count of changes, so that a head which was exchanged
  // and exchanged back is not taken for the one that was read.
  struct alignas(cache_line) list_head {
    std::atomic<std::uint64_t> value;
  };

  [[nodiscard]] std::size_t chunk_of(std::uint32_t index) const noexcept;
  [[nodiscard]] std::uint32_t begin_of(std::size_t chunk) const noexcept;
  [[nodiscard]] name_slot* at(std::uint32_t index) const noexcept;
  [[nodiscard]] std::uint32_t index_of(const name_slot* slot) const noexcept;
  bool make_chunk(std::size_t chunk) noexcept;
  std::size_t take_free(std::uint32_t shard, std::span<name_slot*, max_batch> taken) noexcept;
  std::size_t take_fresh(std::span<name_slot*, max_batch> taken) noexcept;

  layout layout_;
  std::atomic<std::uint32_t> fresh_{0};  // slots from here on were never taken
  std::array<std::atomic<std::byte*>, max_chunks> chunks_{};
  std::array<list_head, shards> free_{};
};

}  // namespace tempfile::inline v0_1::internal
