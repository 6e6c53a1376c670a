#include "removal/tree_remover.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <new>
#include <string_view>
#include <thread>
#include <utility>

#include "platform/rename.hpp"
#include "removal/errors.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// How often a directory is read again because somebody adds entries while it is being removed, and how often anything
// is tried again because somebody moves directories about.
constexpr int max_tries = 64;
// So many sub-directories are moved up: the end of a tree that somebody makes deeper all the time.
constexpr std::size_t max_moved_up = 1 << 20;
// Names of sub-directories collected, in bytes, before some are removed: bounds the memory for one wide directory.
constexpr std::size_t max_collected = 1 << 20;
// Fewer sub-directories are not worth a look at how large they are.
constexpr std::size_t min_shared = 8;
// So many entries take about ten times what it takes to start a thread and to wait for it.
constexpr std::uintmax_t min_entries_shared = 512;

// "moved-up-" and a number; nothing is allocated.
class numbered_name {
 public:
  explicit numbered_name(std::size_t number) noexcept {
    auto* out = std::copy(prefix.begin(), prefix.end(), text_.begin());
    for (std::size_t left = number; out != text_.end() - 1; left /= 10) {
      *out++ = static_cast<fs::path::value_type>('0' + left % 10);  // backwards: any order does
    }
  }
  [[nodiscard]] platform::native_path c_str() const noexcept { return text_.data(); }

 private:
  static constexpr std::string_view prefix = "moved-up-";
  static constexpr std::size_t digits = 8;  // of max_moved_up
  std::array<fs::path::value_type, prefix.size() + digits + 1> text_{};
};

}  // namespace

tree_remover::tree_remover(removal_helpers* helpers, int nesting)
    : helpers_{helpers}, nesting_{nesting}, reader_{true} {}

tree_remover::tree_remover(const fixed_memory& memory) : is_fixed_{true}, reader_{false} {
  levels_.reserve(memory.levels);
  names_.reserve(memory.names);
}

bool tree_remover::remove(const removal_target& target, removal_report& report) noexcept {
  target_ = &target;
  report_ = &report;
  first_open_ = first_that_may_be_closed();
  waits_ = moves_ = swaps_ = 0;
  moved_up_ = 0;
  has_stopped_ = has_moved_up_ = false;
  names_.clear();
  levels_.clear();
  if (!has_room_for_level()) {
    ++report.failed;
    return true;
  }
  levels_.push_back(
      {.directory = file_handle{target.directory}, .may_be_changed = target.is_in_the_tree, .is_read = true});
  remove_entry({target.name, fs::file_type::none});
  while (!has_stopped_ && (levels_.size() > 1 || levels_.back().collected > 0)) step();
  if (target.mode_before != nullptr) *target.mode_before = levels_.front().mode_before;
  static_cast<void>(levels_.front().directory.release());
  levels_.clear();
  return !has_stopped_;
}

// One step: into the last of the sub-directories that are collected; else to the end of the directory, collecting more;
// else up, removing it on the way.
void tree_remover::step() noexcept {
  level& top = levels_.back();
  if (top.collected > 0) {
    if (!share(top)) enter(last_name());
  } else if (!top.is_read) {
    read(top);
  } else {
    leave();
  }
}

// --- names -----------------------------------------------------------------------------------------------------------

bool tree_remover::collect(platform::native_path name) noexcept {
  const fs::path::string_type::size_type size = fs::path::string_type::traits_type::length(name) + 1;
  if (is_fixed_ && names_.capacity() - names_.size() < size) return false;
  try {
    names_.append(name, size);
  } catch (const std::bad_alloc&) {
    note_lack_of_memory();
    return false;
  }
  ++levels_.back().collected;
  return true;
}

// The name is the last one, and the last level's.
void tree_remover::forget_name(std::size_t name) noexcept {
  names_.resize(name);
  --levels_.back().collected;
}

// Whether to collect one more name before those that are collected are entered.
bool tree_remover::has_room_for(platform::native_path name) const noexcept {
  const level& top = levels_.back();
  if (top.collected == 0 || !platform::directory_reader::can_resume()) return true;
  if (is_fixed_) return names_.capacity() - names_.size() > fs::path::string_type::traits_type::length(name);
  return names_.size() - top.first_collected < max_collected;
}

bool tree_remover::has_room_for_level() noexcept {
  if (levels_.size() < levels_.capacity()) return true;
  if (is_fixed_) return false;
  try {
    levels_.reserve(levels_.empty() ? platform::max_open_directories() : 2 * levels_.size());
  } catch (const std::bad_alloc&) {
    note_lack_of_memory();
    return false;
  }
  return true;
}

void tree_remover::note_lack_of_memory() noexcept {
  if (helpers_ != nullptr) helpers_->note_lack_of_memory();
}

std::size_t tree_remover::last_name() const noexcept {
  if (names_.size() == 1) return 0;
  const std::size_t before = names_.rfind(fs::path::value_type{}, names_.size() - 2);
  return before == fs::path::string_type::npos ? 0 : before + 1;
}

platform::native_path tree_remover::name_at(std::size_t position) const noexcept { return names_.c_str() + position; }

fs::path tree_remover::path_of_top() const {
  fs::path path = target_->path_of_directory;
  for (std::size_t i = 1; i < levels_.size(); ++i) path /= name_at(levels_[i].name);
  return path;
}

// --- reports ---------------------------------------------------------------------------------------------------------

void tree_remover::report_in_top(platform::native_path name, const std::error_code& error) noexcept {
  ++report_->failed;
  if (is_fixed_ || report_->failures.size() == removal_report::max_named) return;
  try {
    fs::path path = path_of_top();
    if (*name != fs::path::value_type{}) path /= name;
    report_->failures.push_back({std::move(path), error});
  } catch (const std::bad_alloc&) {  // it is counted
  }
}

void tree_remover::report_top(const std::error_code& error) noexcept {
  constexpr fs::path::value_type itself{};
  report_in_top(&itself, error);
}

// --- one directory ---------------------------------------------------------------------------------------------------

// Removes what is read, and collects what has to be entered. Afterwards either the directory has been read to what
// looks like its end, or there is something to enter and top.position is where reading goes on. Where the system can't
// go on at a position (POSIX's readdir), a directory is always read to its end, whatever memory its names take.
void tree_remover::read(level& top) noexcept {
  std::error_code error;
  do {
    begin_reading(top, error);
  } while (is_out_of_handles(error) && (close_farthest() || wait_for_handles()));  // a reader may need one of its own
  platform::directory_entry entry;
  while (!error && reader_.next(entry, error)) {
    if (!has_room_for(entry.name)) {
      top.position = entry.position;
      return;
    }
    remove_entry(entry);
    if (!top.is_doubtful && reader_.is_likely_at_end()) {
      top.position = reader_.position();
      top.is_read = true;
      return;
    }
  }
  top.is_read = top.is_at_end = true;
  if (is_out_of_handles(error) && target_->may_run_out_of_handles) {
    has_stopped_ = true;
  } else if (error && !is_gone(error)) {
    report_top(error);
  }
}

void tree_remover::begin_reading(level& top, std::error_code& error) noexcept {
  if (top.is_begun) {
    reader_.resume(top.directory.native_handle(), top.position, error);
  } else {
    reader_.start(top.directory.native_handle(), error);
  }
  top.is_begun = top.is_begun || !error;
}

// Removes what is no directory with anything in it; collects what is.
void tree_remover::remove_entry(const platform::directory_entry& entry) noexcept {
  const native_handle_type parent = levels_.back().directory.native_handle();
  std::error_code error;
  fs::file_type type = entry.type;
  if (type == fs::file_type::none) {
    const auto look = [&](std::error_code& look_error) {
      type = platform::identity_at(parent, entry.name, look_error).type;
    };
    with_rights_on_top(look, error);
  }
  if (!error && type == fs::file_type::directory) {
    remove_from_top(entry.name, platform::remove_directory_at, error);
    if (!error) return;
    // rmdir(2) says so before it looks whether the directory is empty: what is mounted is never entered.
    if (error == std::errc::device_or_resource_busy) return report_in_top(entry.name, errc::mount_point);
    if (error != std::errc::not_a_directory) return collect_or_report(entry.name);
    error.clear();
  }
  // It was, or has become, something else than a directory.
  if (!error) remove_from_top(entry.name, platform::remove_file_at, error);
  if (error == std::errc::is_a_directory) return collect_or_report(entry.name);
  if (error == std::errc::device_or_resource_busy) error = errc::mount_point;  // on a file
  if (error && !is_gone(error)) report_in_top(entry.name, error);
}

void tree_remover::collect_or_report(platform::native_path name) noexcept {
  if (!collect(name) && !move_up(name)) report_in_top(name, out_of_memory());
}

// Moves a sub-directory of the top into the target, under a name that it finds there once it is back. False if it
// can't.
bool tree_remover::move_up(platform::native_path name) noexcept {
  if (!is_fixed_ || levels_.size() <= 2 || moved_up_ == max_moved_up) return false;
  std::error_code error;
  move_to_target(name, error);
  if (is_forbidden(error)) {  // to move it, its own ".." is written to, and the target, which may not have been so far
    std::optional<fs::perms> changed;
    std::error_code ignored;  // then the next try tells
    const file_handle directory = open(name, changed, ignored);
    if (!ignored) platform::make_writable(directory.native_handle(), ignored);
    const auto before = platform::make_writable(levels_[1].directory.native_handle(), ignored);
    if (before && !levels_[1].mode_before) levels_[1].mode_before = before;
    move_to_target(name, error);
  }
  has_moved_up_ = has_moved_up_ || !error;
  return !error;
}

// rename(2) takes the place of an empty directory at most.
void tree_remover::move_to_target(platform::native_path name, std::error_code& error) noexcept {
  const platform::located from{levels_.back().directory.native_handle(), name};
  do {
    const numbered_name up{moved_up_++};
    const platform::located to{levels_[1].directory.native_handle(), up.c_str()};
    with_rights_on_top([&](std::error_code& move_error) { platform::rename(from, to, move_error); }, error);
  } while ((is_not_empty(error) || error == std::errc::not_a_directory) && moved_up_ < max_moved_up);
}

// Does something in the top directory, if necessary after giving its owner the right to.
template <class Operation>
void tree_remover::with_rights_on_top(Operation operation, std::error_code& error) noexcept {
  level& top = levels_.back();
  operation(error);
  if (!is_forbidden(error) || !std::exchange(top.may_be_changed, false)) return;
  std::error_code ignored;  // then the first reason stands
  const auto before = platform::make_writable(top.directory.native_handle(), ignored);
  if (!before) return;
  top.mode_before = before;
  operation(error);
}

// Removes by `removal`; an entry that is gone is no error.
template <class Removal>
void tree_remover::remove_from_top(platform::native_path name, Removal removal, std::error_code& error) noexcept {
  const native_handle_type directory = levels_.back().directory.native_handle();
  with_rights_on_top([&](std::error_code& removal_error) { removal(directory, name, removal_error); }, error);
  if (!error) ++report_->removed;
  if (is_gone(error)) error.clear();
}

// --- down ------------------------------------------------------------------------------------------------------------

// Afterwards the sub-directory is the top, or has been given up. Everything relative to a descriptor and without
// following a link: what has been swapped for the directory since it was read is not entered.
void tree_remover::enter(std::size_t name) noexcept {
  level& top = levels_.back();
  if (top.entered++ == 0) top.removed_before = report_->removed;
  if (!has_room_for_level() && move_up(name_at(name))) return forget_name(name);
  std::error_code error = has_room_for_level() ? std::error_code{} : out_of_memory();
  file_handle directory;
  std::optional<fs::perms> mode_before;
  if (!error) directory = open(name_at(name), mode_before, error);
  if (!error && levels_.size() == 1) check_target(directory, error);
  if (error) {
    give_up_on(name, error);
    return;
  }
  levels_.push_back({.directory = std::move(directory),
                     .name = name,
                     .first_collected = names_.size(),
                     .failed_before = report_->failed,
                     .mode_before = mode_before});
  if (levels_.size() - first_open_ > platform::max_open_directories()) close_farthest();
}

void tree_remover::check_target(const file_handle& directory, std::error_code& error) const noexcept {
  if (target_->condition != nullptr) target_->condition->check(target_->directory, directory.native_handle(), error);
}

void tree_remover::give_up_on(std::size_t name, std::error_code error) noexcept {
  if (is_out_of_handles(error) && target_->may_run_out_of_handles) {
    has_stopped_ = true;
    return;
  }
  if (error == std::errc::not_a_directory) {  // swapped meanwhile
    remove_from_top(name_at(name), platform::remove_file_at, error);
    if (error == std::errc::is_a_directory && ++swaps_ <= max_tries) return;  // and once more: it is tried again
  }
  if (error && !is_gone(error)) report_in_top(name_at(name), error);
  forget_name(name);
}

// EMFILE is not the end: a descriptor of our own that is needed last is given up, and others may close theirs. EACCES
// is what a directory's mode says, which its owner may change.
file_handle tree_remover::open(platform::native_path name, std::optional<fs::perms>& mode_before,
                               std::error_code& error) noexcept {
  const native_handle_type parent = levels_.back().directory.native_handle();
  file_handle directory = platform::open_subdirectory(parent, name, error);
  while (is_out_of_handles(error) && (close_farthest() || wait_for_handles())) {
    directory = platform::open_subdirectory(parent, name, error);
  }
  if (error == std::errc::permission_denied) {
    std::error_code still;
    directory = platform::open_forbidden_subdirectory(parent, name, mode_before, still);
    if (!still) error.clear();
  }
  return directory;
}

// Closes the open directory that will be needed last. The last level stays open.
bool tree_remover::close_farthest() noexcept {
  if (first_open_ + 1 >= levels_.size()) return false;
  level& farthest = levels_[first_open_++];
  std::error_code error;
  farthest.identity = platform::identity(farthest.directory.native_handle(), error);
  farthest.directory = {};
  return true;
}

// Other threads may close theirs soon. Two seconds in all, unless there is something better to do than to wait.
bool tree_remover::wait_for_handles() noexcept {
  constexpr int max_waits = 64;
  if (target_->may_run_out_of_handles || waits_ == max_waits) return false;
  ++waits_;
  std::this_thread::sleep_for(std::chrono::milliseconds{waits_});
  return true;
}

// --- up --------------------------------------------------------------------------------------------------------------

// The top has been read to its end and all that was collected in it is dealt with. Its parent becomes the top, whose
// descriptor may have to be opened again, and the directory is removed from there. ENOTEMPTY: something is left, or
// somebody has added something.
void tree_remover::leave() noexcept {
  std::error_code error;
  open_parent_of_top(error);
  if (error) {
    begin_again(error);
    return;
  }
  level left = std::move(levels_.back());
  levels_.pop_back();
  remove_from_top(name_at(left.name), platform::remove_directory_at, error);
  if (is_not_empty(error) && read_on(left)) {
    levels_.push_back(std::move(left));
    return;
  }
  // A directory that only keeps what could not be removed has no reason of its own.
  const bool has_own_reason = !is_not_empty(error) || report_->failed == left.failed_before;
  std::error_code ignored;  // it stays, for a reason that is reported
  if (error && left.mode_before) platform::restore_mode(left.directory.native_handle(), *left.mode_before, ignored);
  if (error && has_own_reason) report_in_top(name_at(left.name), error);
  forget_name(left.name);
}

// A directory is not empty though all that was read is gone, or could not be removed. Returns whether to look again.
bool tree_remover::read_on(level& left) noexcept {
  const bool is_target = levels_.size() == 1;
  if (is_target && std::exchange(has_moved_up_, false)) {
    report_->failed = left.failed_before;  // what is left is met, and counted, once more
    left.position = 0;
  } else if (left.is_at_end) {
    if (report_->failed != left.failed_before || ++left.rescans > max_tries) return false;
    left.position = 0;  // somebody has added something
  }
  left.is_read = left.is_at_end = false;
  left.is_doubtful = true;
  return true;
}

// ".." leads to wherever the directory is now, so it counts only if device and inode are those of the parent that was
// closed.
void tree_remover::open_parent_of_top(std::error_code& error) noexcept {
  const std::size_t index = levels_.size() - 2;
  level& parent = levels_[index];
  if (parent.directory.is_open()) return;
  file_handle directory = platform::open_parent(levels_.back().directory.native_handle(), error);
  if (error) return;
  if (platform::identity(directory.native_handle(), error) != parent.identity && !error) error = errc::replaced;
  if (error) return;
  parent.directory = std::move(directory);
  first_open_ = index;
}

// The way up is lost: somebody has moved the directory that we are in, say, so that ".." leads elsewhere. What is above
// can be reached from the first level only. What was moved out of the tree is no longer ours to remove.
void tree_remover::begin_again(const std::error_code& reason) noexcept {
  if (is_out_of_handles(reason) && target_->may_run_out_of_handles) {
    has_stopped_ = true;
    return;
  }
  const bool once_more = is_out_of_handles(reason) ? wait_for_handles() : ++moves_ <= max_tries;
  if (!once_more) report_top(reason);
  names_.resize(once_more ? levels_[1].first_collected : levels_[1].name);
  levels_.resize(1);
  levels_.front().collected = once_more ? 1 : 0;
  first_open_ = first_that_may_be_closed();
}

// --- together --------------------------------------------------------------------------------------------------------

// Has the sub-directories that are collected removed by several threads, if that is likely to be faster.
bool tree_remover::share(level& top) noexcept {
  if (helpers_ == nullptr || top.collected < min_shared || top.entered == 0 || !top.may_be_shared) return false;
  if (!helpers_->may_help(nesting_)) return top.may_be_shared = false;
  const std::uintmax_t removed_so_far = report_->removed - top.removed_before;
  if (removed_so_far * top.collected / top.entered < min_entries_shared) return false;
  try {
    fs::path::string_type names{names_, top.first_collected};
    const fs::path path = path_of_top();
    removal_helpers::work together{
        .directory = top.directory.native_handle(), .path = path, .left = names, .mode_before = top.mode_before};
    if (!helpers_->remove_together(together, nesting_, *report_)) return false;
    // What there were no descriptors for while others used them is entered now.
    names_.replace(top.first_collected, names_.npos, names);
    top.collected = static_cast<std::size_t>(std::count(names.begin(), names.end(), fs::path::value_type{}));
    top.may_be_shared = top.collected == 0;
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

// --- by path ---------------------------------------------------------------------------------------------------------

void remove_by_path(tree_remover& remover, fs::path::value_type* path, const entry_condition* condition,
                    removal_report& report) noexcept {
  using traits = fs::path::string_type::traits_type;
  constexpr fs::path::value_type separators[] = {'/', fs::path::preferred_separator, '\0'};
  const std::basic_string_view<fs::path::value_type> whole{path, traits::length(path)};
  const std::size_t parent_size = whole.find_last_of(separators) + 1;  // 0 if there is none
  // The name moves up by one, to make room for the end of the parent's path.
  traits::move(path + parent_size + 1, path + parent_size, whole.size() - parent_size + 1);
  path[parent_size] = fs::path::value_type{};
  const fs::path::value_type* const name = path + parent_size + 1;
  std::error_code error;
  const file_handle parent = platform::open_directory(path, platform::access::search, error);
  if (!error) {
    const fs::path unnamed;  // such a remover's reports name nothing
    remover.remove(
        {.directory = parent.native_handle(), .path_of_directory = unnamed, .name = name, .condition = condition},
        report);
  } else if (!is_gone(error) && error != std::errc::not_a_directory) {
    ++report.failed;
  }
}

}  // namespace tempfile::inline v0_1::internal
