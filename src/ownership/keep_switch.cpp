#include "ownership/keep_switch.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>

#include "platform/process.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

namespace fs = std::filesystem;

enum class position { unread, on, off };
constinit std::atomic<position> known_position{position::unread};

position read_position() noexcept {
  constexpr fs::path::value_type off[] = {'0', 0};
  try {
    const auto value = platform::environment("TEMPFILE_KEEP");
    return value && !value->empty() && *value != off ? position::on : position::off;
  } catch (const std::bad_alloc&) {  // of a text so long that it is neither empty nor "0"
    return position::on;
  }
}

// Collects text and writes it; allocates nothing.
class standard_error {
 public:
  standard_error() = default;
  standard_error(const standard_error&) = delete;
  standard_error& operator=(const standard_error&) = delete;
  ~standard_error() { flush(); }

  void put(std::string_view text) noexcept {
    for (const char character : text) put(character);
  }
  void put(char character) noexcept {
    if (size_ == buffer_.size()) flush();
    buffer_.at(size_++) = static_cast<std::byte>(character);
  }

 private:
  void flush() noexcept {
    platform::write_to_standard_error(std::span{buffer_}.first(size_));
    size_ = 0;
  }

  std::array<std::byte, 512> buffer_{};
  std::size_t size_{};
};

// A path may hold what a terminal obeys, or the end of the line; these are shown as "\x1b". So is what is not of one
// byte.
void put_printable(standard_error& out, fs::path::value_type character) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<std::make_unsigned_t<fs::path::value_type>>(character);
  constexpr bool is_wide = sizeof(value) > 1;
  const bool is_printable = value >= ' ' && value != 0x7f && value != '\\' && !(is_wide && value > 0x7f);
  if (is_printable) {
    out.put(static_cast<char>(value));
    return;
  }
  out.put("\\x");
  constexpr unsigned bits_of_digit = 4;
  for (unsigned shift = bits_of_digit * (is_wide ? 4 : 2); shift > 0;) {
    shift -= bits_of_digit;
    out.put(digits[value >> shift & 0xfU]);
  }
}

}  // namespace

bool keeps_everything() noexcept {
  position current = known_position.load(std::memory_order_relaxed);
  if (current == position::unread) {
    current = read_position();
    known_position.store(current, std::memory_order_relaxed);
  }
  return current == position::on;
}

void announce_kept(const fs::path::value_type* path) noexcept {
  standard_error out;
  out.put("tempfile: kept ");
  for (; *path != fs::path::value_type{}; ++path) put_printable(out, *path);
  out.put('\n');
}

}  // namespace tempfile::inline v0_1::internal
