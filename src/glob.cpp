#include <tempfile/glob.hpp>

#include <algorithm>
#include <string>

#include "failure.hpp"
#include "paths.hpp"
#include "pattern.hpp"

namespace tempfile {
namespace {

using components = std::vector<std::string>;

// Empty if the pattern is not one that glob() accepts.
components split(std::string_view pattern) {
  if (pattern.starts_with('/') || pattern.find('\0') != pattern.npos) return {};
  components parts;
  while (!pattern.empty()) {
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view part = pattern.substr(0, end);
    if (part == "..") return {};
    const bool says_nothing = part.empty() || part == "." || (part == "**" && !parts.empty() && parts.back() == "**");
    if (!says_nothing) parts.emplace_back(part);
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return parts;
}

class search {
 public:
  search(components pattern, internal::failure& failed) : pattern_{std::move(pattern)}, failed_{failed} {}

  std::vector<fs::path> run(const fs::path& dir) {
    match(dir, 0);
    std::sort(found_.begin(), found_.end());
    // "**/a/**" can reach an entry in more than one way.
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  // Finds in `dir` what matches the pattern from component `at` on.
  void match(const fs::path& dir, std::size_t at) {
    if (pattern_[at] == "**") {
      match_any_depth(dir, at);
      return;
    }
    const bool is_last = at + 1 == pattern_.size();
    for_each_entry(dir, [&](const fs::directory_entry& entry) {
      if (!internal::matches(entry.path().filename().string(), pattern_[at])) return;
      if (is_last) {
        found_.push_back(entry.path());
      } else if (is_directory(entry)) {
        match(entry.path(), at + 1);
      }
    });
  }

  void match_any_depth(const fs::path& dir, std::size_t at) {
    const bool is_last = at + 1 == pattern_.size();
    if (is_last) {
      found_.push_back(dir);
    } else {
      match(dir, at + 1);
    }
    for_each_entry(dir, [&](const fs::directory_entry& entry) {
      std::error_code ignored;
      const bool is_hidden = entry.path().filename().native().starts_with('.');
      if (!is_hidden && !entry.is_symlink(ignored) && is_directory(entry)) match_any_depth(entry.path(), at);
    });
  }

  static bool is_directory(const fs::directory_entry& entry) {
    std::error_code ignored;  // what is gone by now is none
    return entry.is_directory(ignored);
  }

  template <class Use>
  void for_each_entry(const fs::path& dir, Use use) {
    std::error_code error;
    for (fs::directory_iterator entry{dir, error}; !error && entry != fs::directory_iterator{};
         entry.increment(error)) {
      use(*entry);
    }
    if (error && !failed_) failed_ = {error, dir, {}};
  }

  components pattern_;
  internal::failure& failed_;
  std::vector<fs::path> found_;
};

std::vector<fs::path> find(const fs::path& dir, std::string_view pattern, internal::failure& failed) {
  components parts = split(pattern);
  if (parts.empty() || internal::holds_nul(dir)) {
    failed = {std::make_error_code(std::errc::invalid_argument), fs::path{pattern}, "the pattern can't be used"};
    return {};
  }
  const fs::path absolute = internal::absolute(dir, failed);
  if (failed) return {};
  return search{std::move(parts), failed}.run(absolute);
}

}  // namespace

std::vector<fs::path> glob(const fs::path& dir, std::string_view pattern) {
  internal::failure failed;
  std::vector<fs::path> found = find(dir, pattern, failed);
  internal::raise_if(failed, "cannot search a directory");
  return found;
}

std::vector<fs::path> glob(const fs::path& dir, std::string_view pattern, std::error_code& error) {
  internal::failure failed;
  std::vector<fs::path> found = find(dir, pattern, failed);
  error = failed.code;
  return found;
}

}  // namespace tempfile
