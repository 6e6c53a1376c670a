#include "ownership/owned_path.hpp"

#include <tempfile/error.hpp>

#include <new>
#include <utility>

#include "names/paths.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/keep_switch.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"
#include "removal/remove_recursively.hpp"
#include "removal/reserve.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

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
  remove_recursively(path, &found, report);
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

void ownership::acquire(temporary_path& name, fs::path path, const file_identity& identity) noexcept {
  name.path_ = std::move(path);
  name.identity_ = identity;
  name.owner_ = platform::process_token();
  name.owned_ = true;
}

void ownership::adopt(temporary_path& name, const fs::path& existing, failure& failed) {
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
    acquire(name, std::move(path), found);
  }
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

void ownership::dispose(temporary_path& name, bool reports) noexcept {
  if (!name.owned_) return;
  failure failed;
  try {
    if (is_this_process(name)) remove(name, failed);
  } catch (const std::bad_alloc&) {
    failed.code = std::make_error_code(std::errc::not_enough_memory);
  }
  name.owned_ = false;
  if (reports) report_cleanup_error(failed.path.empty() ? name.path_ : failed.path, failed.code);
}

}  // namespace tempfile::inline v0_1::internal
