// Matching one name against one component of a glob pattern.
#pragma once

#include <string_view>

namespace tempfile::inline v0_1::internal {

// As glob() documents: `*`, `?`, `[a-z]`, `[!a-z]`; a leading dot must be written. Linear in name times pattern.
bool matches(std::string_view name, std::string_view pattern) noexcept;

// Whether `pattern` holds a character that stands for others.
bool is_wild(std::string_view pattern) noexcept;

}  // namespace tempfile::inline v0_1::internal
