#include "ownership/keep_switch.hpp"

#include <atomic>
#include <cstdio>
#include <string>
#include <string_view>

#include "names/paths.hpp"
#include "platform/process.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

enum class position { unread, on, off };
constinit std::atomic<position> known_position{position::unread};

position read_position() {
  constexpr fs::path::value_type off[] = {'0', 0};
  const auto value = platform::environment("TEMPFILE_KEEP");
  return value && !value->empty() && *value != off ? position::on : position::off;
}

// A path may hold what a terminal obeys, or the end of the line; these are shown as "\x1b".
std::string printable(const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown;
  for (const char character : text) {
    const auto value = static_cast<unsigned char>(character);
    if (value >= ' ' && value != 0x7f && value != '\\') {
      shown += character;
    } else {
      shown += {'\\', 'x', digits[value / 16U], digits[value % 16U]};
    }
  }
  return shown;
}

}  // namespace

bool keeps_everything() {
  position current = known_position.load(std::memory_order_relaxed);
  if (current == position::unread) {
    current = read_position();
    known_position.store(current, std::memory_order_relaxed);
  }
  return current == position::on;
}

void announce_kept(const std::filesystem::path& path) noexcept {
  try {
    std::fprintf(stderr, "tempfile: kept %s\n", printable(text_of(path)).c_str());
  } catch (...) {  // no memory for the text, or a path that the locale can't express: the file is kept nevertheless
    std::fputs("tempfile: kept a file whose path can't be shown\n", stderr);
  }
}

}  // namespace tempfile::inline v0_1::internal
