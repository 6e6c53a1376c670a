// The room of the table of owned names: slots of one size, in chunks that never move and are never given back.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "ownership/name_slot.hpp"

namespace tempfile::inline v0_1::internal {

// Where the room for slots comes from, if not from the system's memory.
class chunk_source {
 public:
  virtual ~chunk_source() = default;
  // Zeroed, and the same for each call with these numbers; null if there is none.
  virtual void* map_chunk(std::uint32_t pool, std::uint32_t chunk, std::uint32_t slots, std::size_t size) noexcept = 0;
};

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
  static constexpr std::size_t max_chunks = 22;

  explicit constexpr slot_pool(const layout& slots) noexcept : layout_{slots} {}
  // With room from `source`, to which this is pool `number`.
  constexpr slot_pool(const layout& slots, chunk_source& source, std::uint32_t number) noexcept
      : layout_{slots}, source_{&source}, number_{number} {}
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
  static constexpr std::size_t cache_line = 64;          // so that two shards' heads never share one

  // The first free slot's number, counted from 1, and above it a count of changes, so that a head which was exchanged
  // and exchanged back is not taken for the one that was read.
  struct alignas(cache_line) list_head {
    std::atomic<std::uint64_t> value;
  };

  [[nodiscard]] std::size_t chunk_of(std::uint32_t index) const noexcept;
  [[nodiscard]] std::uint32_t begin_of(std::size_t chunk) const noexcept;
  [[nodiscard]] name_slot* at(std::uint32_t index) const noexcept;
  [[nodiscard]] std::uint32_t index_of(const name_slot* slot) const noexcept;
  [[nodiscard]] std::uint32_t slots_in(std::size_t chunk) const noexcept {
    return layout_.first_chunk << static_cast<std::uint32_t>(chunk);
  }
  bool make_chunk(std::size_t chunk) noexcept;
  std::size_t take_free(std::uint32_t shard, std::span<name_slot*, max_batch> taken) noexcept;
  std::size_t take_fresh(std::span<name_slot*, max_batch> taken) noexcept;

  layout layout_;
  chunk_source* source_{};
  std::uint32_t number_{};
  std::atomic<std::uint32_t> fresh_{0};  // slots from here on were never taken
  std::array<std::atomic<std::byte*>, max_chunks> chunks_{};
  std::array<list_head, shards> free_{};
};

}  // namespace tempfile::inline v0_1::internal
