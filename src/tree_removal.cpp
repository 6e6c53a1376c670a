#include "tree_removal.hpp"

#include <ios>
#include <string>
#include <utility>
#include <vector>

#include "platform/system.hpp"

namespace tempfile::internal {
namespace {

// Directories held open at a time: those nearest to where the walk is, to save opening them again on the way back. With
// the tree's parent and a reader's copy this stays below 32, the smallest limit that is worth supporting.
constexpr std::size_t most_open = 16;
// How often a directory is read again because somebody adds entries while it is being removed, and the whole tree
// because somebody moves directories about.
constexpr int most_rescans = 64;
// Names of sub-directories collected, in bytes, before some are removed: bounds the memory for one wide directory.
constexpr std::size_t most_collected = 1 << 20;

bool is_gone(const std::error_code& error) noexcept { return error == std::errc::no_such_file_or_directory; }

bool is_forbidden(const std::error_code& error) noexcept {
  return error == std::errc::permission_denied || error == std::errc::operation_not_permitted;
}

bool is_out_of_handles(const std::error_code& error) noexcept {
  return error == std::errc::too_many_files_open || error == std::errc::too_many_files_open_in_system;
}

bool is_not_empty(const std::error_code& error) noexcept {
  return error == std::errc::directory_not_empty || error == std::errc::file_exists;  // POSIX allows either
}

// Walks depth first, without recursion and with everything relative to an open directory. A directory is read to its
// end first: what is not a directory is removed at once, and so is an empty directory; the names of the others are
// collected and entered one by one. On the way back the parent is opened as ".." if it was closed meanwhile, and must
// then be the directory that it was.
class tree_walk {
 public:
  tree_walk(const fs::path& root, const file_identity* expected, removal_report& report)
      : root_{root}, expected_{expected}, report_{report} {}

  void run() {
    std::error_code error;
    file_handle parent = platform::open_directory(root_.parent_path().c_str(), error);
    if (error) {
      if (!is_gone(error) && error != std::errc::not_a_directory) report(root_, error);
      return;
    }
    levels_.push_back({.directory = std::move(parent), .may_be_changed = false, .is_read = true});
    const fs::path name = root_.filename();
    remove_entry({name.c_str(), fs::file_type::none});
    while (levels_.size() > 1 || has_collected(levels_.back())) step();
  }

 private:
  using text = fs::path::string_type;

  // A directory on the way from the root's parent to where the walk is.
  struct level {
    file_handle directory{};         // closed while too many others are open; the first one never is
    file_identity identity{};        // known once it was closed
    std::uint64_t position{};        // how far it was read when it was closed
    std::size_t name{};              // where its name begins in names_
    std::size_t first_collected{};   // where the names of its sub-directories begin
    std::uintmax_t failed_before{};  // how many failures were reported when it was entered
    int rescans{};
    bool may_be_changed{true};   // to give its owner the right to remove what is in it
    bool is_read{false};         // to its end
    bool from_the_start{false};  // whether to read it again
  };

  void step() {
    level& top = levels_.back();
    if (has_collected(top)) {
      enter(last_name());
    } else if (!top.is_read) {
      read(top);
    } else {
      leave();
    }
  }

  // --- names ---------------------------------------------------------------------------------------------------------

  [[nodiscard]] bool has_collected(const level& at) const { return names_.size() > at.first_collected; }

  // Names end in NUL; the names of the levels and those collected stand in one stack.
  void collect(platform::native_path name) {
    names_ += name;
    names_ += fs::path::value_type{};
  }

  [[nodiscard]] std::size_t last_name() const {
    const std::size_t before = names_.rfind(fs::path::value_type{}, names_.size() - 2);
    return before == text::npos ? 0 : before + 1;
  }

  [[nodiscard]] platform::native_path name_at(std::size_t position) const { return names_.c_str() + position; }

  [[nodiscard]] fs::path path_of_top() const {
    fs::path path = root_;
    for (std::size_t i = 2; i < levels_.size(); ++i) path /= name_at(levels_[i].name);
    return path;
  }

  [[nodiscard]] fs::path path_in_top(platform::native_path name) const {
    return levels_.size() == 1 ? root_ : path_of_top() / name;
  }

  // --- reporting -----------------------------------------------------------------------------------------------------

  void report(fs::path path, const std::error_code& error) {
    ++report_.failed;
    if (report_.failures.size() < removal_report::most_named) report_.failures.push_back({std::move(path), error});
  }

  void report_in_top(platform::native_path name, const std::error_code& error) {
    report(report_.failures.size() < removal_report::most_named ? path_in_top(name) : fs::path{}, error);
  }

  // --- one directory -------------------------------------------------------------------------------------------------

  void read(level& top) {
    std::error_code error;
    if (std::exchange(top.from_the_start, false)) {
      reader_.restart(top.directory.native_handle(), error);
    } else {
      reader_.start(top.directory.native_handle(), error);
    }
    platform::directory_entry entry;
    while (!error && reader_.next(entry, error)) {
      remove_entry(entry);
      if (names_.size() - top.first_collected > most_collected && reader_.may_pause()) return;
    }
    top.is_read = true;
    if (error && !is_gone(error)) report(path_of_top(), error);
  }

  // Removes what is no directory with anything in it; collects what is.
  void remove_entry(const platform::directory_entry& entry) {
    const native_handle_type parent = levels_.back().directory.native_handle();
    std::error_code error;
    fs::file_type type = entry.type;
    if (type == fs::file_type::none) type = platform::identity_at(parent, entry.name, error).type;
    if (error) {
      if (!is_gone(error)) report_in_top(entry.name, error);
      return;
    }
    if (type == fs::file_type::directory) {
      remove_from_top(entry.name, platform::remove_directory_at, error);
      if (error && error != std::errc::not_a_directory) return collect(entry.name);
      if (!error) return;
    }
    // It was, or has become, something else than a directory.
    remove_from_top(entry.name, platform::remove_file_at, error);
    if (error == std::errc::is_a_directory) return collect(entry.name);
    if (error) report_in_top(entry.name, error);
  }

  // Removes by `remove`, if necessary after giving the owner the right to; an entry that is gone is no error.
  template <class Remove>
  void remove_from_top(platform::native_path name, Remove remove, std::error_code& error) {
    level& top = levels_.back();
    remove(top.directory.native_handle(), name, error);
    if (is_forbidden(error) && std::exchange(top.may_be_changed, false)) {
      std::error_code ignored;  // then the first reason stands
      if (platform::make_writable(top.directory.native_handle(), ignored)) {
        remove(top.directory.native_handle(), name, error);
      }
    }
    if (!error) ++report_.removed;
    if (is_gone(error)) error.clear();
  }

  // --- down ----------------------------------------------------------------------------------------------------------

  void enter(std::size_t name) {
    std::error_code error;
    file_handle directory = open(name_at(name), error);
    if (!error && levels_.size() == 1) check_root(directory, error);
    if (error) {
      give_up_on(name, error);
      return;
    }
    levels_.push_back({.directory = std::move(directory),
                       .name = name,
                       .first_collected = names_.size(),
                       .failed_before = report_.failed});
    if (levels_.size() - first_open_ > most_open) close_farthest();
  }

  void check_root(const file_handle& directory, std::error_code& error) const {
    if (expected_ == nullptr) return;
    if (platform::identity(directory.native_handle(), error) != *expected_ && !error) error = errc::replaced;
  }

  void give_up_on(std::size_t name, const std::error_code& error) {
    const text entry = name_at(name);
    names_.resize(name);
    if (is_gone(error)) return;
    if (error == std::errc::not_a_directory) {  // swapped meanwhile
      remove_entry({entry.c_str(), fs::file_type::unknown});
    } else {
      report_in_top(entry.c_str(), error);
    }
  }

  file_handle open(platform::native_path name, std::error_code& error) {
    const native_handle_type parent = levels_.back().directory.native_handle();
    file_handle directory = platform::open_subdirectory(parent, name, error);
    while (is_out_of_handles(error) && close_farthest()) directory = platform::open_subdirectory(parent, name, error);
    if (error == std::errc::permission_denied) {
      std::error_code still;
      directory = platform::open_forbidden_subdirectory(parent, name, still);
      if (!still) error.clear();
    }
    return directory;
  }

  // Closes the open directory that will be needed last. The first and the last level stay open.
  bool close_farthest() {
    if (first_open_ + 1 >= levels_.size()) return false;
    level& farthest = levels_[first_open_++];
    std::error_code error;
    farthest.identity = platform::identity(farthest.directory.native_handle(), error);
    farthest.position = platform::seek(farthest.directory.native_handle(), 0, std::ios_base::cur, error);
    farthest.directory = {};
    return true;
  }

  // --- up ------------------------------------------------------------------------------------------------------------

  void leave() {
    if (!open_parent_of_top()) {
      begin_again();
      return;
    }
    level left = std::move(levels_.back());
    levels_.pop_back();
    const text name = name_at(left.name);
    std::error_code error;
    remove_from_top(name.c_str(), platform::remove_directory_at, error);
    if (is_not_empty(error) && report_.failed == left.failed_before && ++left.rescans <= most_rescans) {
      left.is_read = false;
      left.from_the_start = true;
      levels_.push_back(std::move(left));
      return;
    }
    names_.resize(left.name);
    // A directory that only keeps what could not be removed has no reason of its own.
    const bool has_own_reason = !is_not_empty(error) || report_.failed == left.failed_before;
    if (error && has_own_reason) report_in_top(name.c_str(), error);
  }

  bool open_parent_of_top() {
    const std::size_t index = levels_.size() - 2;
    level& parent = levels_[index];
    if (parent.directory.is_open()) return true;
    std::error_code error;
    file_handle directory = platform::open_parent(levels_.back().directory.native_handle(), error);
    if (error || platform::identity(directory.native_handle(), error) != parent.identity) return false;
    platform::seek(directory.native_handle(), static_cast<std::int64_t>(parent.position), std::ios_base::beg, error);
    parent.directory = std::move(directory);
    first_open_ = index;
    return true;
  }

  // Somebody has moved the directory that we are in, so ".." leads elsewhere, and what is above can be reached from the
  // first level only. What was moved out of the tree is no longer ours to remove.
  void begin_again() {
    const bool once_more = ++moves_ <= most_rescans;
    if (!once_more) report(path_of_top(), errc::replaced);
    names_.resize(once_more ? levels_[1].first_collected : levels_[1].name);
    levels_.resize(1);
    first_open_ = 1;
  }

  const fs::path& root_;
  const file_identity* expected_;
  removal_report& report_;
  std::vector<level> levels_;
  std::size_t first_open_{1};  // levels_[0] and those from here on are open
  int moves_{0};               // by others, of directories that we were in
  text names_;
  platform::directory_reader reader_;
};

}  // namespace

void remove_tree(const fs::path& path, const file_identity* expected, removal_report& report) {
  tree_walk{path, expected, report}.run();
}

failure summary_of(const removal_report& report) {
  if (report.failed == 0) return {};
  failure summary{report.failures.front().error, report.failures.front().path, {}};
  if (report.failed == 1) return summary;
  summary.detail = std::to_string(report.failed) + " entries are left";
  for (std::size_t i = 1; i < report.failures.size(); ++i) {
    const removal_failure& next = report.failures[i];
    summary.detail += "; " + next.path.string() + ": " + next.error.message();
  }
  return summary;
}

}  // namespace tempfile::internal
