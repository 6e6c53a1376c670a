#include "names/random_name.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "platform/process.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// Lower case only, so that file systems which ignore case lose no bits; base 32 (RFC 4648), so that five random bits
// make one character without a remainder.
constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr unsigned bits_per_character = 5;
static_assert(alphabet.size() == 1U << bits_per_character);
static_assert(random_characters * bits_per_character <= 64);

// 256 bytes, the most that getentropy() gives at a time.
constexpr std::size_t numbers_at_a_time = 32;

// Random numbers that one thread has got from the kernel and not used yet: to ask for each alone would take as long as
// a tenth of creating a file.
struct reserve {
  std::uint64_t owner{};  // the process's token: a forked child must not use its parent's
  std::size_t used{numbers_at_a_time};
  std::array<std::uint64_t, numbers_at_a_time> numbers{};
};
constinit thread_local reserve reserved;

std::uint64_t random_number(std::error_code& error) {
  error.clear();
  const std::uint64_t process = platform::process_token();
  if (reserved.used == reserved.numbers.size() || reserved.owner != process) {
    reserved.used = reserved.numbers.size();
    platform::random_bytes(std::as_writable_bytes(std::span{reserved.numbers}), error);
    if (error) return 0;
    reserved.owner = process;
    reserved.used = 0;
  }
  return reserved.numbers.at(reserved.used++);
}

}  // namespace

random_text random_name(std::error_code& error) {
  std::uint64_t bits = random_number(error);
  random_text text{};
  for (fs::path::value_type& character : text) {
    character = static_cast<fs::path::value_type>(alphabet[bits % alphabet.size()]);
    bits >>= bits_per_character;
  }
  return text;
}

}  // namespace tempfile::inline v0_1::internal
