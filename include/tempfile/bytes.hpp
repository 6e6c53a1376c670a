/// \file
/// What can be written and read at once: any contiguous range of bytes or characters.
#pragma once

#include <tempfile/export.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>
#include <type_traits>

namespace tempfile::inline v0_1::internal {

template <class T>
concept byte_like = std::same_as<T, char> || std::same_as<T, signed char> || std::same_as<T, unsigned char> ||
    std::same_as<T, char8_t> || std::same_as<T, std::byte>;

template <class Range>
using element = std::remove_pointer_t<decltype(std::data(std::declval<Range&>()))>;

// std::data() and std::size() rather than std::ranges, whose header costs more than all others here.
template <class Range>
concept byte_range = requires(Range& range) {
  std::data(range);
  { std::size(range) } -> std::convertible_to<std::size_t>;
}
&&byte_like<std::remove_cv_t<element<Range>>>;

template <class Source>
concept byte_source = byte_range<Source> || std::convertible_to<Source, std::string_view>;

template <class Target>
concept byte_target = byte_range<Target> && !std::is_const_v<element<Target>>;

// All elements of a range, and the text of what only converts to one (a `const char*`). An array of const characters is
// a literal, whose NUL at the end is not meant; one that can be changed is a buffer, and meant as a whole.
template <byte_source Source>
std::span<const std::byte> bytes_of(Source& source) {
  if constexpr (byte_range<Source>) {
    std::size_t count = std::size(source);
    if constexpr (std::is_array_v<Source> && std::same_as<element<Source>, const char>) {
      if (source[count - 1] == '\0') --count;
    }
    return std::as_bytes(std::span{std::data(source), count});
  } else {
    const std::string_view text = source;
    return std::as_bytes(std::span{text.data(), text.size()});
  }
}

template <byte_target Target>
std::span<std::byte> writable_bytes_of(Target& target) {
  return std::as_writable_bytes(std::span{std::data(target), std::size(target)});
}

}  // namespace tempfile::inline v0_1::internal
