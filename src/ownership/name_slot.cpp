#include "ownership/name_slot.hpp"

#include <cstring>

#include "ownership/checksum.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

using path_character = fs::path::value_type;

constexpr std::size_t word_size = sizeof(name_slot::content_word);

// Empty if no slot has room for what the word says.
std::span<const name_slot::content_word> identity_in(const name_slot& slot, slot_word word) noexcept {
  const std::size_t slot_class = slot_class_of(word);
  if (slot_class == slot_classes) return {};
  return {slot.content() + words_in(slot_class) - words_of_identity, words_of_identity};
}

platform::lasting_identity read_identity(const name_slot& slot, slot_word word) noexcept {
  const std::span<const name_slot::content_word> place = identity_in(slot, word);
  if (place.empty()) return {};
  return {{place[0].load(std::memory_order_acquire), place[1].load(std::memory_order_acquire), word.type()},
          static_cast<std::int64_t>(place[2].load(std::memory_order_acquire))};
}

}  // namespace

fs::file_type slot_word::type() const noexcept { return static_cast<fs::file_type>(value_ >> type_shift & type_mask); }

fs::perms slot_word::granted() const noexcept {
  fs::perms granted = fs::perms::none;
  if ((value_ >> granted_shift & 1U) != 0) granted |= fs::perms::group_write;
  if ((value_ >> (granted_shift + 1) & 1U) != 0) granted |= fs::perms::others_write;
  return granted;
}

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

void write_identity(name_slot& slot, std::size_t slot_class, const platform::lasting_identity& identity) noexcept {
  name_slot::content_word* const place = slot.content() + words_in(slot_class) - words_of_identity;
  place[0].store(identity.file.device, std::memory_order_relaxed);
  place[1].store(identity.file.inode, std::memory_order_relaxed);
  place[2].store(static_cast<std::uint64_t>(identity.born), std::memory_order_relaxed);
}

name_description description_of(const name_slot& slot, slot_word word) noexcept {
  name_description found{
      word.type(), word.granted(), slot.recorded.load(std::memory_order_acquire), {}, word.is_leased()};
  if (word.is_adopted()) found.adopted = read_identity(slot, word);
  return found;
}

void copy_path(const name_slot& slot, slot_word word, std::span<fs::path::value_type, max_path_size> path) noexcept {
  auto* const bytes = reinterpret_cast<std::byte*>(path.data());
  const std::size_t words = words_of_path(word.length());
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint64_t value = slot.content()[i].load(std::memory_order_acquire);
    std::memcpy(bytes + i * word_size, &value, word_size);
  }
}

std::uint32_t checksum_of(const name_slot& slot, slot_word word) noexcept {
  checksum sum;
  const auto add = [&](std::span<const name_slot::content_word> words) {
    for (const name_slot::content_word& each : words) sum.add(each.load(std::memory_order_relaxed));
  };
  sum.add(word.with(name_state::free).value());
  sum.add(static_cast<std::uint64_t>(slot.recorded.load(std::memory_order_relaxed)));
  add({slot.content(), words_of_path(word.length())});
  if (word.is_adopted()) add(identity_in(slot, word));
  return static_cast<std::uint32_t>(sum.value());
}

}  // namespace tempfile::inline v0_1::internal
