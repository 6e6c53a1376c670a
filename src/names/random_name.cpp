#include "names/random_name.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "platform/process.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// Lower case only, so that file systems which ignore case lose no bits; base 32 (RFC 4648), so that five random bits
// make one character without a remainder.
constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr unsigned bits_per_character = 5;
constexpr std::size_t random_characters = 12;
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

// Narrow text is UTF-8; where that is native, it needs no copy.
template <class Character>
auto to_native(std::string_view text) {
  if constexpr (std::is_same_v<Character, char>) {
    return text;
  } else {
    return fs::path{std::u8string{text.begin(), text.end()}}.native();
  }
}

fs::path::value_type* write_random(fs::path::value_type* out, std::uint64_t bits) {
  for (std::size_t i = 0; i < random_characters; ++i) {
    *out++ = static_cast<fs::path::value_type>(alphabet[bits % alphabet.size()]);
    bits >>= bits_per_character;
  }
  return out;
}

}  // namespace

fs::path random_path(const fs::path& directory, std::string_view prefix, std::string_view suffix,
                     std::error_code& error) {
  const std::uint64_t random = random_number(error);
  if (error) return directory;
  constexpr auto separator = fs::path::preferred_separator;
  const fs::path::string_type& parent = directory.native();
  const auto before = to_native<fs::path::value_type>(prefix);
  const auto after = to_native<fs::path::value_type>(suffix);
  const bool is_separated = parent.empty() || parent.back() == separator;
  fs::path::string_type text(parent.size() + before.size() + random_characters + after.size() + (is_separated ? 0 : 1),
                             separator);
  auto* out = std::copy(parent.begin(), parent.end(), text.data());
  if (!is_separated) ++out;
  out = std::copy(before.begin(), before.end(), out);
  out = write_random(out, random);
  std::copy(after.begin(), after.end(), out);
  return text;
}

}  // namespace tempfile::inline v0_1::internal
