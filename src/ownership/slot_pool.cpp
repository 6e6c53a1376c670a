#include "ownership/slot_pool.hpp"

#include <bit>

#include "platform/process.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

constexpr unsigned bits_of_number = 28;
constexpr std::uint64_t number_mask = (std::uint64_t{1} << bits_of_number) - 1;

std::uint32_t number_in(std::uint64_t head) noexcept { return static_cast<std::uint32_t>(head & number_mask); }

// What replaces `head` when `number` becomes the first.
std::uint64_t successor(std::uint64_t head, std::uint32_t number) noexcept {
  return ((head >> bits_of_number) + 1) << bits_of_number | number;
}

}  // namespace

// Chunk k begins after 1 + 2 + ... + 2^(k-1) times the first chunk.
std::size_t slot_pool::chunk_of(std::uint32_t index) const noexcept {
  return static_cast<std::size_t>(std::bit_width(index / layout_.first_chunk + 1)) - 1;
}

std::uint32_t slot_pool::begin_of(std::size_t chunk) const noexcept {
  return layout_.first_chunk * ((1U << chunk) - 1);
}

name_slot* slot_pool::at(std::uint32_t index) const noexcept {
  const std::size_t chunk = chunk_of(index);
  std::byte* const begin = chunks_[chunk].load(std::memory_order_acquire);
  return reinterpret_cast<name_slot*>(begin + std::size_t{index - begin_of(chunk)} * layout_.slot_size);
}

// Of a slot that was taken; the last chunks have the most slots.
std::uint32_t slot_pool::index_of(const name_slot* slot) const noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(slot);
  std::size_t chunk = chunk_of(fresh_.load(std::memory_order_acquire) - 1);
  while (true) {
    const auto begin = reinterpret_cast<std::uintptr_t>(chunks_[chunk].load(std::memory_order_acquire));
    if (address >= begin && address < begin + slots_in(chunk) * layout_.slot_size) {
      return begin_of(chunk) + static_cast<std::uint32_t>((address - begin) / layout_.slot_size);
    }
    --chunk;
  }
}

// Two threads may both make it: the second gives its memory back. (A source gives both the same.)
bool slot_pool::make_chunk(std::size_t chunk) noexcept {
  if (chunk >= max_chunks) return false;
  std::byte* latest = chunks_[chunk].load(std::memory_order_acquire);
  if (latest != nullptr) return true;
  const std::size_t size = slots_in(chunk) * layout_.slot_size;
  void* const memory = source_ == nullptr
                           ? platform::map_memory(size)
                           : source_->map_chunk(number_, static_cast<std::uint32_t>(chunk), slots_in(chunk), size);
  if (memory == nullptr) return false;
  if (!chunks_[chunk].compare_exchange_strong(latest, static_cast<std::byte*>(memory), std::memory_order_acq_rel) &&
      source_ == nullptr) {
    platform::unmap_memory(memory, size);
  }
  return true;
}

std::size_t slot_pool::take(std::uint32_t shard, std::span<name_slot*, max_batch> taken) noexcept {
  for (std::uint32_t i = 0; i < shards; ++i) {
    if (const std::size_t count = take_free((shard + i) % shards, taken); count != 0) return count;
  }
  return take_fresh(taken);
}

// A list is walked while others may change it. What they do with a slot that they have taken may look like the number
// of any other, or of none; the count of changes tells whether the walk was right.
std::size_t slot_pool::take_free(std::uint32_t shard, std::span<name_slot*, max_batch> taken) noexcept {
  std::atomic<std::uint64_t>& first = free_[shard].value;
  std::uint64_t head = first.load(std::memory_order_acquire);
  while (number_in(head) != 0) {
    std::size_t count = 0;
    std::uint32_t number = number_in(head);
    const std::uint32_t end = fresh_.load(std::memory_order_acquire);
    for (; number != 0 && number <= end && count < layout_.batch; ++count) {
      taken[count] = at(number - 1);
      number = taken[count]->creator_or_next.load(std::memory_order_acquire);
    }
    if (first.compare_exchange_weak(head, successor(head, number), std::memory_order_acq_rel,
                                    std::memory_order_acquire)) {
      return count;
    }
  }
  return 0;
}

std::size_t slot_pool::take_fresh(std::span<name_slot*, max_batch> taken) noexcept {
  std::uint32_t begin = fresh_.load(std::memory_order_acquire);
  do {
    if (begin > max_slots - layout_.batch || !make_chunk(chunk_of(begin))) return 0;
  } while (!fresh_.compare_exchange_weak(begin, begin + layout_.batch, std::memory_order_acq_rel,
                                         std::memory_order_acquire));
  for (std::uint32_t i = 0; i < layout_.batch; ++i) taken[i] = at(begin + i);
  return layout_.batch;
}

void slot_pool::give_back(std::uint32_t shard, std::span<name_slot* const> slots) noexcept {
  if (slots.empty()) return;
  for (std::size_t i = 0; i + 1 < slots.size(); ++i) {
    slots[i]->creator_or_next.store(index_of(slots[i + 1]) + 1, std::memory_order_release);
  }
  const std::uint32_t number = index_of(slots.front()) + 1;
  std::atomic<std::uint64_t>& first = free_[shard % shards].value;
  std::uint64_t head = first.load(std::memory_order_acquire);
  do {
    slots.back()->creator_or_next.store(number_in(head), std::memory_order_release);
  } while (!first.compare_exchange_weak(head, successor(head, number), std::memory_order_acq_rel,
                                        std::memory_order_acquire));
}

}  // namespace tempfile::inline v0_1::internal
