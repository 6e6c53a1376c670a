#include <tempfile/error.hpp>
#include <tempfile/temporary_path.hpp>

#include <new>
#include <utility>

#include "base/failure.hpp"
#include "names/paths.hpp"
#include "ownership/cleaner.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/keep_switch.hpp"
#include "ownership/name_table.hpp"
#include "ownership/remove_name.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"
#include "removal/remove_recursively.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

slot_word word_of(const name_record& record) noexcept { return slot_word{record.word}; }

}  // namespace

owned_path::owned_path() noexcept = default;

owned_path::owned_path(owned_path&& other) noexcept
    : path_{std::move(other.path_)}, record_{std::exchange(other.record_, {})} {}

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
  std::swap(record_, other.record_);
}

bool owned_path::is_this_process() const noexcept { return is_owned() && record_.table == name_table::find(); }

bool owned_path::is_kept() const noexcept { return is_owned() && word_of(record_).state() == name_state::kept; }

void owned_path::acquire(fs::path&& path, fs::file_type type, fs::perms granted, bool may_be_swept,
                         std::error_code& error) noexcept {
  path_ = std::move(path);
  name_table* const table = table_of_this_process(type, error);
  if (error) return;
  name_description name{.type = type, .granted = granted, .may_be_swept = may_be_swept};
  // Read before the directory is created, so that its time of birth is not before.
  if (type == fs::file_type::directory || table->has_lease()) name.recorded = platform::coarse_time();
  record_ = table->record(path_, name_state::creating, name, error);
}

void owned_path::confirm(bool keeps, std::error_code& error) noexcept {
  name_table* const table = record_.table;
  if (table->confirm(record_, keeps ? name_state::kept : name_state::owned)) return;
  // Who cleans up has not waited for this. The process is about to end, unless the program has decided otherwise.
  dispose(false);
  table->wait_until_open(error);
  if (!error) error = std::make_error_code(std::errc::resource_unavailable_try_again);
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
    return;
  }
  path_ = std::move(path);
  adopt_instead(found, failed.code);
  if (failed) failed.path = take();
}

void owned_path::adopt_instead(const platform::lasting_identity& identity, std::error_code& error) noexcept {
  const name_description name{
      .type = identity.file.type, .recorded = platform::coarse_time(), .adopted = identity, .may_be_swept = true};
  name_table* const table = table_of_this_process(name.type, error);
  if (error) return;
  const name_record adopted = table->record(path_, name_state::owned, name, error);
  if (error) return;
  release();
  record_ = adopted;
}

bool owned_path::is_replaced(std::error_code& error) const noexcept {
  error.clear();
  if (!is_owned() || !word_of(record_).is_adopted()) return false;
  const name_description name = description_of(*record_.slot, word_of(record_));
  return platform::lasting_identity_of(path_.c_str(), error) != *name.adopted && !error;
}

// The record is claimed before anything is looked at and freed when the name is gone; so there is no instant at which
// exit() or a signal handler would not find it.
void owned_path::remove_owned(failure& failed) noexcept {
  if (keeps_everything()) {
    release();
    announce_kept(path_.c_str());
    return;
  }
  if (!name_table::claim(record_)) {  // somebody has cleaned up
    release();
    return;
  }
  if (!remove_by_one_call(path_.c_str(), word_of(record_))) remove_claimed(failed);
  if (failed && failed.code != errc::replaced) {
    name_table::unclaim(record_);
  } else {
    record_.table->free_claimed(record_);
    record_ = {};
  }
}

void owned_path::remove_claimed(failure& failed) noexcept {
  const auto remove_tree = [&](const entry_condition& condition, std::error_code& error) {
    removal_report report;
    remove_recursively(path_, &condition, report);
    failed = summary_of(report);
    error = failed.code;
  };
  try {
    remove_name(path_.c_str(), description_of(*record_.slot, word_of(record_)), failed.code, remove_tree);
    if (failed && failed.path.empty()) failed.path = path_;
  } catch (const std::bad_alloc&) {
    failed.code = std::make_error_code(std::errc::not_enough_memory);
  }
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
  if (is_this_process()) {
    failure failed;
    remove_owned(failed);
    if (failed && reports) report_cleanup_error(failed.path.empty() ? path_ : failed.path, failed.code);
  }
  record_ = {};  // what could not be removed stays recorded, and is tried once more at exit
}

void owned_path::keep() noexcept {
  if (!is_owned()) return;
  const name_record owned = std::exchange(record_, {});
  if (owned.table == name_table::find()) owned.table->release_for_good(owned);
}

void owned_path::release() noexcept {
  if (!is_owned()) return;
  const name_record released = std::exchange(record_, {});
  if (released.table == name_table::find()) released.table->release(released);
}

}  // namespace tempfile::inline v0_1::internal
