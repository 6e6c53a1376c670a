// A checksum for what may be torn: written in part, or overwritten. Not for what may be forged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace tempfile::inline v0_1::internal {

// Of numbers, in their order; a multiplication each.
class checksum {
 public:
  void add(std::uint64_t value) noexcept {
    state_ = (state_ ^ value) * multiplier;
    state_ ^= state_ >> 32U;
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return state_; }

 private:
  static constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio, odd
  std::uint64_t state_{multiplier};                                // so that zeros have another sum than nothing
};

inline std::uint64_t checksum_of(std::span<const std::byte> bytes) noexcept {
  checksum sum;
  for (; bytes.size() >= sizeof(std::uint64_t); bytes = bytes.subspan(sizeof(std::uint64_t))) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    sum.add(value);
  }
  std::uint64_t rest = bytes.size();  // so that zeros at the end count
  std::memcpy(reinterpret_cast<std::byte*>(&rest) + 1, bytes.data(), bytes.size());
  sum.add(rest);
  return sum.value();
}

}  // namespace tempfile::inline v0_1::internal
