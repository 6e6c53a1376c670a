#include <tempfile/glob.hpp>

#include "base/failure.hpp"
#include "names/glob.hpp"

namespace tempfile::inline v0_1 {

std::vector<fs::path> glob(const fs::path& dir, std::string_view pattern) {
  return internal::or_throw("cannot search directory",
                            [&](auto& failed) { return internal::find_matches(dir, pattern, nullptr, failed); });
}

std::vector<fs::path> glob(const fs::path& dir, std::string_view pattern, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return internal::find_matches(dir, pattern, nullptr, failed); });
}

std::vector<fs::path> glob(const fs::path& dir, std::string_view pattern, glob_report& report) {
  report = {};
  return internal::or_throw("cannot search directory",
                            [&](auto& failed) { return internal::find_matches(dir, pattern, &report, failed); });
}

}  // namespace tempfile::inline v0_1
