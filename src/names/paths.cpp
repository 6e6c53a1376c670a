#include "names/paths.hpp"

#include <tempfile/error.hpp>

#include "platform/tree.hpp"
namespace tempfile::inline v0_1::internal {

bool holds_nul(const fs::path& path) noexcept {
  return path.native().find(fs::path::value_type{}) != fs::path::string_type::npos;
}

std::string text_of(const fs::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

fs::path without_trailing_separators(const fs::path& path) {
  fs::path::string_type text = path.native();
  const std::size_t root = path.root_path().native().size();
  while (text.size() > root && (text.back() == '/' || text.back() == fs::path::preferred_separator)) text.pop_back();
  return text;
}

fs::path absolute(const fs::path& path, failure& failed) {
  if (platform::is_absolute(path)) return path;
  std::error_code error;
  fs::path result = fs::current_path(error);
  if (error) {
    failed = {error, path, {}};
    return {};
  }
  for (const fs::path& component : path) {
    if (component != ".") result /= component;
  }
  return result;
}

fs::path absolute_directory(const fs::path& path, failure& failed) {
  if (path.empty() || holds_nul(path)) {
    failed = refusal(path, path.empty() ? "path is empty" : "path contains NUL");
    return {};
  }
  return without_trailing_separators(absolute(path, failed));
}

bool may_be_removed(const fs::path& path, std::error_code& error) {
  error.clear();
  const fs::path name = without_trailing_separators(path).filename();
  if (path.empty() || holds_nul(path)) {
    error = std::make_error_code(std::errc::invalid_argument);
  } else if (name.empty() || name == "." || name == "..") {
    error = errc::refused_to_remove;
  }
  return !error;
}

}  // namespace tempfile::inline v0_1::internal
