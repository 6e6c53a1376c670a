// A checksum for what may be torn: written in part, or overwritten. Not for what may be forged.
#pragma once

#include <cstdint>

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

}  // namespace tempfile::inline v0_1::internal
