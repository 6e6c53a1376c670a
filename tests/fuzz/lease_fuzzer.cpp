// Feeds the reader of leases with bytes that a fuzzer makes up: it has to come to an end, and whatever it takes for a
// name has to be one that a sweep may act on.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <system_error>

#include "names/paths.hpp"
#include "ownership/checksum.hpp"
#include "ownership/lease_format.hpp"
#include "ownership/name_slot.hpp"
#include "platform/tree.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using tempfile::internal::checksum_of;
using tempfile::internal::extent_header;
using tempfile::internal::lease_block;
using tempfile::internal::lease_directory_offset;
using tempfile::internal::lease_extents_offset;
using tempfile::internal::lease_header;
using tempfile::internal::name_slot;
using tempfile::internal::slot_class_of;
using tempfile::internal::slot_classes;
using tempfile::internal::slot_sizes;
using tempfile::internal::slot_word;

class bytes_in_memory final : public tempfile::internal::lease_bytes {
 public:
  explicit bytes_in_memory(std::span<const std::uint8_t> bytes) : bytes_{std::as_bytes(bytes)} {}

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer, std::error_code& error) override {
    error.clear();
    if (offset >= bytes_.size()) return 0;
    const auto found = bytes_.subspan(offset, std::min<std::uint64_t>(buffer.size(), bytes_.size() - offset));
    std::copy(found.begin(), found.end(), buffer.begin());
    return found.size();
  }

 private:
  std::span<const std::byte> bytes_;
};

void demand(bool holds) {
  if (!holds) std::abort();
}

void check(const tempfile::internal::leased_record& record) {
  std::error_code refused;
  demand(tempfile::platform::is_absolute(record.path));
  demand(tempfile::internal::may_be_removed(record.path, refused));
  demand(record.path.native().size() == record.word.length());
  demand(record.name.adopted.has_value() == record.word.is_adopted());
}

// --- sums that are right, or nothing would ever get past them ----------------------------------------------------

void mend_sum(std::span<std::byte> bytes, std::size_t sum_at) {
  const std::uint64_t sum = checksum_of(bytes.first(sum_at));
  std::memcpy(bytes.data() + sum_at, &sum, sizeof sum);
}

void mend_slot(std::span<std::byte> bytes) {
  alignas(name_slot) std::array<std::byte, tempfile::internal::max_slot_size> copy{};
  std::copy(bytes.begin(), bytes.end(), copy.begin());
  auto& slot = *reinterpret_cast<name_slot*>(copy.data());
  const slot_word word{slot.word.load()};
  if (slot_class_of(word) == slot_classes || slot_sizes[slot_class_of(word)] != bytes.size()) return;
  slot.checksum = checksum_of(slot, word);
  std::copy_n(copy.begin(), bytes.size(), bytes.begin());
}

// Some of them, so that wrong ones come, too.
void mend(std::span<std::byte> lease, std::minstd_rand& random) {
  if (lease.size() < lease_extents_offset) return;
  const auto directory = lease.subspan(lease_directory_offset, lease_block);
  const auto end = std::find(directory.begin(), directory.end(), std::byte{});
  const std::uint64_t sum = checksum_of(directory.first(static_cast<std::size_t>(end - directory.begin())));
  std::memcpy(lease.data() + offsetof(lease_header, directory_checksum), &sum, sizeof sum);
  mend_sum(lease, offsetof(lease_header, checksum));
  lease = lease.subspan(lease_extents_offset);
  while (lease.size() >= lease_block) {
    mend_sum(lease, offsetof(extent_header, checksum));
    extent_header extent{};
    std::memcpy(&extent, lease.data(), sizeof extent);
    lease = lease.subspan(lease_block);
    if (extent.slot_class >= slot_classes) return;
    const std::size_t slot_size = slot_sizes[extent.slot_class];
    const std::size_t size = std::min<std::uint64_t>(extent.size, lease.size());
    for (std::size_t at = 0; at + slot_size <= size; at += slot_size) {
      if (random() % 8 != 0) mend_slot(lease.subspan(at, slot_size));
    }
    lease = lease.subspan(size);
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  std::minstd_rand random{seed};
  const std::size_t mutated = LLVMFuzzerMutate(data, size, max_size);
  if (random() % 4 != 0) mend(std::as_writable_bytes(std::span{data, mutated}), random);
  return mutated;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bytes_in_memory bytes{{data, size}};
  std::error_code error;
  tempfile::internal::lease_reader reader{bytes, error};
  tempfile::internal::leased_record record;
  while (reader.next(record, error)) check(record);
  return 0;
}
