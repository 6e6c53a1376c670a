#include "names/glob.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "names/native.hpp"
#include "names/paths.hpp"
#include "names/pattern.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
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

// Walks each directory once, with the set of all positions in the pattern at which its entries may go on to match, as
// one runs a nondeterministic automaton: the time is linear in entries times components, and nothing is found twice. A
// directory is read to its end and closed before another is opened, so no depth needs more descriptors or stack.
class search {
 public:
  search(components pattern, glob_report* report) : pattern_{std::move(pattern)}, report_{report} {}

  std::vector<fs::path> run(const fs::path& dir, failure& failed) {
    platform::directory_reader reader{true};
    reader_ = &reader;
    pending_.push_back({dir.native(), closure({0})});
    while (!pending_.empty()) {
      const directory next = std::move(pending_.back());
      pending_.pop_back();
      std::error_code error;
      visit(next, error);
      if (!error) continue;
      if (next.path == dir.native()) {
        failed = {error, dir, {}};
        return {};
      }
      // It may have been removed, or its contents be none of our business: that is no reason to find nothing at all.
      if (report_ != nullptr) report_->skipped.push_back({next.path, error});
    }
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  using positions = std::vector<std::size_t>;  // in ascending order

  struct directory {
    fs::path::string_type path;
    positions live;
  };

  [[nodiscard]] bool is_any_depth(std::size_t position) const { return pattern_[position] == "**"; }
  [[nodiscard]] bool is_last(std::size_t position) const { return position + 1 == pattern_.size(); }

  // "**" may stand for no directory, so that what follows it is alive as well.
  [[nodiscard]] positions closure(positions live) const {
    for (std::size_t i = 0; i < live.size(); ++i) {
      const std::size_t next = live[i] + 1;
      const bool is_missing = i + 1 == live.size() || live[i + 1] != next;
      if (is_any_depth(live[i]) && !is_last(live[i]) && is_missing) {
        live.insert(live.begin() + static_cast<std::ptrdiff_t>(i) + 1, next);
      }
    }
    return live;
  }

  void visit(const directory& next, std::error_code& error) {
    const bool is_listed = std::any_of(next.live.begin(), next.live.end(), [&](std::size_t position) {
      return is_any_depth(position) || is_wild(pattern_[position]);
    });
    open(next.path, is_listed ? platform::access::read : platform::access::search, error);
    if (error && is_listed) {  // what is only gone through need not be readable
      std::error_code not_even_that;
      open(next.path, platform::access::search, not_even_that);
      if (not_even_that) return;
    }
    if (error && !is_listed) return;
    if (is_any_depth(next.live.back()) && is_last(next.live.back())) found_.emplace_back(next.path);
    if (is_listed && !error) {
      list(next, error);
    } else {
      look_up(next);
    }
  }

  void list(const directory& next, std::error_code& error) {
    reader_->start(open_.native_handle(), error);
    platform::directory_entry entry;
    while (!error && reader_->next(entry, error)) consider(next, entry.name, entry.type);
  }

  void look_up(const directory& next) {
    for (const std::size_t position : next.live) {
      if (is_any_depth(position) || is_wild(pattern_[position])) continue;
      const platform::native_string name{to_native(pattern_[position])};
      std::error_code missing;
      const fs::file_type type = platform::identity_at(open_.native_handle(), name.c_str(), missing).type;
      if (!missing) consider(next, name.c_str(), type);
    }
  }

  // Goes on with an entry, from all positions that it matches.
  void consider(const directory& next, platform::native_path name, fs::file_type type) {
    const auto text = to_utf8(name);
    positions live;
    for (const std::size_t position : next.live) {
      if (is_any_depth(position)) {
        if (*name != '.' && is_itself_a_directory(name, type)) add(live, position);
      } else if (matches(text, pattern_[position])) {
        if (is_last(position)) {
          found_.emplace_back(path_of(next, name));
        } else if (leads_to_a_directory(name, type)) {
          add(live, position + 1);
        }
      }
    }
    if (!live.empty()) pending_.push_back({path_of(next, name), closure(std::move(live))});
  }

  static void add(positions& live, std::size_t position) {
    if (live.empty() || live.back() < position) live.push_back(position);
  }

  static fs::path::string_type path_of(const directory& parent, platform::native_path name) {
    fs::path::string_type path = parent.path;
    if (path.back() != fs::path::preferred_separator) path += fs::path::preferred_separator;
    return path += name;
  }

  bool is_itself_a_directory(platform::native_path name, fs::file_type type) const {
    std::error_code gone;
    if (type == fs::file_type::none) type = platform::identity_at(open_.native_handle(), name, gone).type;
    return type == fs::file_type::directory;
  }

  bool leads_to_a_directory(platform::native_path name, fs::file_type type) const {
    return type == fs::file_type::directory || platform::leads_to_a_directory(open_.native_handle(), name);
  }

  // Opens a directory, from its parent if that is the one that is open.
  void open(const fs::path::string_type& path, platform::access access, std::error_code& error) {
    const std::size_t end = path.rfind(fs::path::preferred_separator);
    const bool is_child = open_.is_open() && path.compare(0, end, open_path_) == 0;
    open_ = platform::open_directory_at(is_child ? open_.native_handle() : no_native_handle,
                                        path.c_str() + (is_child ? end + 1 : 0), access, error);
    open_path_ = path;
  }

  components pattern_;
  glob_report* report_;
  platform::directory_reader* reader_{};
  std::vector<directory> pending_;
  std::vector<fs::path> found_;
  file_handle open_;
  fs::path::string_type open_path_;
};

}  // namespace

std::vector<fs::path> find_matches(const fs::path& dir, std::string_view pattern, glob_report* report,
                                   failure& failed) {
  components parts = split(pattern);
  if (parts.empty()) {
    failed = refusal(fs::path{pattern}, "invalid pattern");
    return {};
  }
  if (dir.empty() || holds_nul(dir)) {
    failed = refusal(dir, "directory path is empty or contains NUL");
    return {};
  }
  const fs::path root = absolute(dir, failed);
  if (failed) return {};
  return search{std::move(parts), report}.run(root, failed);
}

}  // namespace tempfile::inline v0_1::internal
