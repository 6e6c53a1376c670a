#include <tempfile/error.hpp>
#include <tempfile/temporary_path.hpp>

#include <new>
#include <utility>

#include "cleanup.hpp"
#include "keep_switch.hpp"
#include "ownership.hpp"
#include "paths.hpp"
#include "persistence.hpp"
#include "platform/system.hpp"
#include "removal_reserve.hpp"
#include "tree_removal.hpp"

namespace tempfile::inline v0_1 {
namespace internal {
namespace {

void adopt(const fs::path& existing, temporary_path& name, failure& failed) {
  if (!may_be_removed(existing, failed.code)) {
    failed.path = existing;
    return;
  }
  fs::path path = absolute(without_trailing_separators(existing), failed);
  if (failed) return;
  const file_identity found = platform::identity(path.c_str(), failed.code);
  if (failed) {
    failed.path = std::move(path);
  } else {
    if (found.type == fs::file_type::directory) reserve_for_removal();
    ownership::begin(name, std::move(path), found);
  }
}

void remove_by_type(const fs::path& path, const file_identity& found, failure& failed) {
  std::error_code error;
  if (found.type != fs::file_type::directory) {
    platform::remove_file(path.c_str(), error);
    if (error && error != std::errc::no_such_file_or_directory) failed = {error, path, {}};
    return;
  }
  platform::remove_directory(path.c_str(), error);  // enough for an empty one
  if (!error) return;
  removal_report report;
  remove_tree(path, &found, report);
  failed = summary_of(report);
}

// The name may be gone, or another's by now.
void remove_if_same(const fs::path& path, const file_identity& expected, failure& failed) {
  std::error_code error;
  const file_identity found = platform::identity(path.c_str(), error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) return;
  if (error) {
    failed = {error, path, {}};
  } else if (found != expected) {
    failed = {errc::replaced, path, {}};
  } else {
    remove_by_type(path, found, failed);
  }
}

}  // namespace

void ownership::begin(temporary_path& name, fs::path path, const file_identity& identity) noexcept {
  name.path_ = std::move(path);
  name.identity_ = identity;
  name.owner_ = platform::process_token();
  name.owned_ = true;
}

bool ownership::is_this_process(const temporary_path& name) noexcept {
  return name.owner_ == platform::process_token();
}

void ownership::remove(temporary_path& name, failure& failed) {
  if (!name.owned_) return;
  if (!is_this_process(name)) {
    failed = {errc::not_owner, name.path_, {}};
    return;
  }
  if (keeps_everything()) {
    name.owned_ = false;
    announce_kept(name.path_);
    return;
  }
  remove_if_same(name.path_, name.identity_, failed);
  name.owned_ = failed && failed.code != errc::replaced;
}

void ownership::end(temporary_path& name, bool telling) noexcept {
  if (!name.owned_) return;
  failure failed;
  try {
    if (is_this_process(name)) remove(name, failed);
  } catch (const std::bad_alloc&) {
    failed.code = std::make_error_code(std::errc::not_enough_memory);
  }
  name.owned_ = false;
  if (telling) tell(failed.path.empty() ? name.path_ : failed.path, failed.code);
}

}  // namespace internal

temporary_path::temporary_path(const fs::path& existing) {
  internal::failure failed;
  internal::adopt(existing, *this, failed);
  internal::raise_if(failed, "cannot adopt a path");
}

temporary_path::temporary_path(const fs::path& existing, std::error_code& error) {
  internal::failure failed;
  internal::adopt(existing, *this, failed);
  error = failed.code;
}

temporary_path::temporary_path(temporary_path&& other) noexcept { swap(other); }

temporary_path& temporary_path::operator=(temporary_path&& other) noexcept {
  if (this == &other) return *this;
  internal::ownership::end(*this, true);
  temporary_path taken{std::move(other)};
  swap(taken);
  return *this;
}

temporary_path::~temporary_path() { internal::ownership::end(*this, true); }

void temporary_path::swap(temporary_path& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(identity_, other.identity_);
  std::swap(owner_, other.owner_);
  std::swap(owned_, other.owned_);
}

void temporary_path::remove() {
  internal::failure failed;
  internal::ownership::remove(*this, failed);
  internal::raise_if(failed, "cannot remove");
}

void temporary_path::remove(std::error_code& error) {
  internal::failure failed;
  internal::ownership::remove(*this, failed);
  error = failed.code;
}

fs::path temporary_path::persist(const fs::path& target, const persist_options& options) {
  internal::failure failed;
  fs::path path = internal::persist_path(*this, target, options, failed);
  internal::raise_if(failed, "cannot persist what a path owns");
  return path;
}

fs::path temporary_path::persist(const fs::path& target, const persist_options& options, std::error_code& error) {
  internal::failure failed;
  fs::path path = internal::persist_path(*this, target, options, failed);
  error = failed.code;
  return path;
}

fs::path temporary_path::keep() {
  fs::path path = path_;
  owned_ = false;
  return path;
}

}  // namespace tempfile::inline v0_1
