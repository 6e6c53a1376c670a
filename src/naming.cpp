#include "naming.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "platform/system.hpp"

namespace tempfile::internal {
namespace {

// Lower case only, so that file systems which ignore case lose no bits; base 32 (RFC 4648), so that five random bits
// make one character without a remainder.
constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr unsigned bits_per_character = 5;
constexpr std::size_t random_characters = 12;
static_assert(alphabet.size() == 1U << bits_per_character);
static_assert(random_characters * bits_per_character <= 64);

}  // namespace

std::string random_name(std::string_view prefix, std::string_view suffix, std::error_code& error) {
  std::array<std::byte, sizeof(std::uint64_t)> bytes{};
  platform::random_bytes(bytes, error);
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), sizeof bits);

  std::string name;
  name.reserve(prefix.size() + random_characters + suffix.size());
  name += prefix;
  for (std::size_t i = 0; i < random_characters; ++i) {
    name += alphabet[bits % alphabet.size()];
    bits >>= bits_per_character;
  }
  name += suffix;
  return name;
}

}  // namespace tempfile::internal
