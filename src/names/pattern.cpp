#include "names/pattern.hpp"

#include <cstdint>

namespace tempfile::inline v0_1::internal {
namespace {

// A character: a UTF-8 sequence, or a byte that is not part of one, which lies beyond Unicode and so equals only
// itself.
struct character {
  std::uint32_t value;
  std::size_t size;
};

constexpr std::uint32_t beyond_unicode = 0x110000;

std::size_t sequence_size(unsigned char first) noexcept {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

// Whether this is the one way to write a character: in as few bytes as it takes, and no half of a surrogate pair.
bool is_encoded_so(std::uint32_t value, std::size_t size) noexcept {
  if (value >= 0xD800 && value < 0xE000) return false;
  return value < beyond_unicode && value >= (size == 4 ? 0x10000U : size == 3 ? 0x800U : 0x80U);
}

character first_of(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text.front());
  const character stray{beyond_unicode + first, 1};
  const std::size_t size = sequence_size(first);
  if (size == 1) return {first, 1};
  if (size == 0 || size > text.size()) return stray;
  std::uint32_t value = first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) return stray;
    value = (value << 6U) | (next & 0x3FU);
  }
  return is_encoded_so(value, size) ? character{value, size} : stray;
}

// The length of the set "[...]" that `pattern` begins with; 0 if it is not closed, and so just a bracket.
std::size_t set_size(std::string_view pattern) noexcept {
  std::size_t end = 1;
  if (end < pattern.size() && pattern[end] == '!') ++end;
  if (end < pattern.size() && pattern[end] == ']') ++end;  // a bracket in first place means itself
  end = pattern.find(']', end);
  return end == pattern.npos ? 0 : end + 1;
}

// Whether `value` is in the set of which `members` is what stands between the brackets.
bool is_in_set(std::uint32_t value, std::string_view members) noexcept {
  const bool is_positive = !members.starts_with('!');
  if (!is_positive) members.remove_prefix(1);
  while (!members.empty()) {
    const character low = first_of(members);
    members.remove_prefix(low.size);
    character high = low;
    if (members.size() > 1 && members.front() == '-') {
      high = first_of(members.substr(1));
      members.remove_prefix(1 + high.size);
    }
    if (low.value <= value && value <= high.value) return is_positive;
  }
  return !is_positive;
}

// Matches one character of `name` with the first element of `pattern`, which is no star, and steps over both.
bool match_one(std::string_view& name, std::string_view& pattern) noexcept {
  if (name.empty() || pattern.empty()) return false;
  const character found = first_of(name);
  character element = first_of(pattern);
  bool matched = element.value == found.value;
  if (element.value == '?') {
    matched = true;
  } else if (element.value == '[' && set_size(pattern) > 0) {
    element.size = set_size(pattern);
    matched = is_in_set(found.value, pattern.substr(1, element.size - 2));
  }
  if (!matched) return false;
  name.remove_prefix(found.size);
  pattern.remove_prefix(element.size);
  return true;
}

}  // namespace

bool is_wild(std::string_view pattern) noexcept { return pattern.find_first_of("*?[") != pattern.npos; }

bool matches(std::string_view name, std::string_view pattern) noexcept {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  // Only the last star seen needs to be tried again with one more character: what stood before it has matched already.
  std::string_view name_after_star;
  std::string_view pattern_after_star;
  bool has_star = false;
  while (!name.empty() || !pattern.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      name_after_star = name;
      pattern_after_star = pattern;
      has_star = true;
    } else if (!match_one(name, pattern)) {
      if (!has_star || name_after_star.empty()) return false;
      name_after_star.remove_prefix(first_of(name_after_star).size);
      name = name_after_star;
      pattern = pattern_after_star;
    }
  }
  return true;
}

}  // namespace tempfile::inline v0_1::internal
