#include <tempfile/error.hpp>
#include <tempfile/temporary_path.hpp>

#include <new>
#include <utility>

#include "base/failure.hpp"
#include "names/paths.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/keep_switch.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"
#include "removal/remove_recursively.hpp"
#include "removal/reserve.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// Of an adopted directory: it must be the one that was adopted.
class same_directory final : public entry_condition {
 public:
  explicit same_directory(const platform::lasting_identity& adopted) : adopted_{adopted} {}

  void check(native_handle_type, native_handle_type directory, std::error_code& error) const noexcept override {
    const platform::lasting_identity found = platform::lasting_identity_of(directory, error);
    if (!error && found != adopted_) error = errc::replaced;
  }

 private:
  const platform::lasting_identity& adopted_;
};

// Of a directory that was created: it must not be one that another user may have planted.
class own_directory final : public entry_condition {
 public:
  explicit own_directory(const platform::created_directory& created) : created_{created} {}

  void check(native_handle_type parent, native_handle_type directory, std::error_code& error) const noexcept override {
    platform::check_not_planted(parent, directory, created_, error);
  }

 private:
  const platform::created_directory& created_;
};

bool has_vanished(const std::error_code& error) noexcept {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

// Removes whatever has the name; a directory with something in it only under `condition`.
void remove_tree_at(const fs::path& path, const entry_condition& condition, failure& failed) {
  removal_report report;
  remove_recursively(path, &condition, report);
  failed = summary_of(report);
}

}  // namespace

owned_path::owned_path() noexcept = default;

owned_path::owned_path(owned_path&& other) noexcept
    : path_{std::move(other.path_)},
      process_{std::exchange(other.process_, 0)},
      acquired_{other.acquired_},
      granted_{other.granted_},
      type_{other.type_},
      adopted_{std::move(other.adopted_)} {}

owned_path& owned_path::operator=(owned_path&& other) noexcept {
  if (this == &other) return *this;
  dispose(true);
  owned_path taken{std::move(other)};
  swap(taken);
  return *this;
}

owned_path::~owned_path() {
  if (is_owned()) dispose(true);
}

void owned_path::swap(owned_path& other) noexcept {
  path_.swap(other.path_);
  std::swap(process_, other.process_);
  std::swap(acquired_, other.acquired_);
  std::swap(granted_, other.granted_);
  std::swap(type_, other.type_);
  adopted_.swap(other.adopted_);
}

bool owned_path::is_this_process() const noexcept { return process_ == platform::process_token(); }

void owned_path::acquire(fs::path&& path, fs::file_type type, fs::perms granted) noexcept {
  path_ = std::move(path);
  process_ = platform::process_token();
  // Read before the directory is created, so that its time of birth is not before.
  acquired_ = type == fs::file_type::directory ? platform::coarse_time() : 0;
  granted_ = granted;
  type_ = type;
  adopted_.reset();
}

void owned_path::adopt(const fs::path& existing, failure& failed) {
  if (!may_be_removed(existing, failed.code)) {
    failed.path = existing;
    return;
  }
  fs::path path = absolute(without_trailing_separators(existing), failed);
  if (failed) return;
  const platform::lasting_identity found = platform::lasting_identity_of(path.c_str(), failed.code);
  if (failed) {
    failed.path = std::move(path);
  } else {
    adopt(std::move(path), found);
  }
}

void owned_path::adopt(fs::path&& path, const platform::lasting_identity& identity) {
  auto adopted = std::make_unique<platform::lasting_identity>(identity);
  if (identity.file.type == fs::file_type::directory) reserve_for_removal();
  acquire(std::move(path), identity.file.type, fs::perms::none);
  adopted_ = std::move(adopted);
}

bool owned_path::is_replaced(std::error_code& error) const noexcept {
  error.clear();
  return adopted_ != nullptr && platform::lasting_identity_of(path_.c_str(), error) != *adopted_ && !error;
}

void owned_path::remove_adopted(failure& failed) const {
  const bool is_anothers = is_replaced(failed.code);
  if (has_vanished(failed.code)) {
    failed = {};
  } else if (failed) {
    failed.path = path_;
  } else if (is_anothers) {
    failed = {errc::replaced, path_, {}};
  } else if (type_ == fs::file_type::directory) {
    remove_tree_at(path_, same_directory{*adopted_}, failed);
  } else {
    platform::remove_file(path_.c_str(), failed.code);
    if (has_vanished(failed.code)) failed.code.clear();
    if (failed) failed.path = path_;
  }
}

// By name, without a look: what has it now is ours. Returns whether one call was all that it took.
bool owned_path::remove_by_one_call() const noexcept {
  std::error_code error;
  if (type_ == fs::file_type::directory) {
    platform::remove_directory(path_.c_str(), error);
    return !error || error == std::errc::no_such_file_or_directory;
  }
  platform::remove_file(path_.c_str(), error);
  return !error || has_vanished(error);
}

void owned_path::remove_owned(failure& failed) {
  if (keeps_everything()) {
    release();
    announce_kept(path_);
    return;
  }
  if (adopted_ != nullptr) {
    remove_adopted(failed);
  } else if (!remove_by_one_call()) {
    const platform::created_directory created{acquired_, granted_};
    remove_tree_at(path_, own_directory{created}, failed);
  }
  if (!failed || failed.code == errc::replaced) release();
}

void owned_path::remove(failure& failed) {
  if (!is_owned()) return;
  if (is_this_process()) {
    remove_owned(failed);
  } else {
    failed = {errc::not_owner, path_, {}};
  }
}

void owned_path::dispose(bool reports) noexcept {
  if (!is_owned()) return;
  if (is_this_process()) {
    failure failed;
    try {
      remove_owned(failed);
    } catch (const std::bad_alloc&) {
      failed.code = std::make_error_code(std::errc::not_enough_memory);
    }
    if (failed && reports) report_cleanup_error(failed.path.empty() ? path_ : failed.path, failed.code);
  }
  release();
}

}  // namespace tempfile::inline v0_1::internal
