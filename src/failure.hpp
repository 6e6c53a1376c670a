// How an operation tells what went wrong, and the one place where that becomes an exception.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

struct failure {
  std::error_code code;
  fs::path path;       // at fault; empty if no path is
  std::string detail;  // what the code and the path don't tell

  explicit operator bool() const noexcept { return static_cast<bool>(code); }
};

// The refusal of an argument, with what is wrong with it.
inline failure refusal(fs::path path, const char* why) {
  return {std::make_error_code(std::errc::invalid_argument), std::move(path), why};
}

// Throws fs::filesystem_error "tempfile: <what> (<detail>): <reason> [<path>]".
[[noreturn]] void raise(const char* what, const failure& failed);

inline void raise_if(const failure& failed, const char* what) {
  if (failed) raise(what, failed);
}

}  // namespace tempfile::inline v0_1::internal
