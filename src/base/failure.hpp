// How an operation reports what went wrong, and the one place where that becomes an exception.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

struct failure {
  std::error_code code;
  fs::path path;       // at fault; empty if no path is
  std::string detail;  // what code and path don't say

  explicit operator bool() const noexcept { return static_cast<bool>(code); }
};

// The refusal of an argument, with what is wrong with it.
inline failure refusal(fs::path path, const char* why) {
  return {std::make_error_code(std::errc::invalid_argument), std::move(path), why};
}

// Throws fs::filesystem_error with the text "tempfile: <what> (<detail>)", to which the standard library adds the
// code's message and the path.
[[noreturn]] void throw_failure(const char* what, const failure& failed);

// The two forms of every public operation that can fail. Both run operation(failure&); this one throws what it reports:
// `what` says in the infinitive what was not possible ("cannot create file").
template <class Operation>
auto or_throw(const char* what, Operation operation) {
  failure failed;
  if constexpr (std::is_void_v<decltype(operation(failed))>) {
    operation(failed);
    if (failed) throw_failure(what, failed);
  } else {
    auto result = operation(failed);
    if (failed) throw_failure(what, failed);
    return result;
  }
}

// And this one sets `error`, or clears it.
template <class Operation>
auto or_code(std::error_code& error, Operation operation) {
  failure failed;
  if constexpr (std::is_void_v<decltype(operation(failed))>) {
    operation(failed);
    error = failed.code;
  } else {
    auto result = operation(failed);
    error = failed.code;
    return result;
  }
}

}  // namespace tempfile::inline v0_1::internal
