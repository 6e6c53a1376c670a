#include "names/random_name.hpp"

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

std::array<char, random_characters> random_text(std::error_code& error) {
  std::uint64_t bits = random_number(error);
  std::array<char, random_characters> text{};
  for (char& character : text) {
    character = alphabet[bits % alphabet.size()];
    bits >>= bits_per_character;
  }
  return text;
}

// Narrow text is UTF-8.
template <class Character>
void append(std::basic_string<Character>& text, std::string_view part) {
  if constexpr (std::is_same_v<Character, char>) {
    text += part;
  } else {
    text += fs::path{std::u8string{part.begin(), part.end()}}.native();
  }
}

}  // namespace

fs::path random_path(const fs::path& directory, std::string_view prefix, std::string_view suffix,
                     std::error_code& error) {
  const std::array<char, random_characters> random = random_text(error);
  if (error) return directory;
  fs::path::string_type text;
  text.reserve(directory.native().size() + 1 + prefix.size() + random.size() + suffix.size());
  text = directory.native();
  if (!text.empty() && text.back() != fs::path::preferred_separator) text += fs::path::preferred_separator;
  for (const std::string_view part : {prefix, std::string_view{random.data(), random.size()}, suffix})
    append(text, part);
  return text;
}

}  // namespace tempfile::inline v0_1::internal
