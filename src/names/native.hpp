// Between UTF-8, which narrow text is, and the system's own characters. Where these are UTF-8 nothing is copied.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

template <class Character = fs::path::value_type>
auto to_native(std::string_view text) {
  if constexpr (std::is_same_v<Character, char>) {
    return text;
  } else {
    return fs::path{std::u8string{text.begin(), text.end()}}.native();
  }
}

template <class Character>
auto to_utf8(const Character* text) {
  if constexpr (std::is_same_v<Character, char>) {
    return std::string_view{text};
  } else {
    const std::u8string utf8 = fs::path{text}.u8string();
    return std::string{utf8.begin(), utf8.end()};
  }
}

}  // namespace tempfile::inline v0_1::internal
