#include <tempfile/remove_tree.hpp>

#include "base/failure.hpp"
#include "names/paths.hpp"
#include "removal/removal_threads.hpp"
#include "removal/remove_recursively.hpp"

namespace tempfile::inline v0_1 {
namespace {

void remove_or_refuse(const fs::path& path, removal_report& report) {
  report = {};
  std::error_code refusal;
  if (!internal::may_be_removed(path, refusal)) {
    report.failed = 1;
    report.failures.push_back({path, refusal});
    return;
  }
  internal::remove_recursively(internal::without_trailing_separators(path), nullptr, report);
}

std::uintmax_t remove_all(const fs::path& path, internal::failure& failed) {
  removal_report report;
  remove_or_refuse(path, report);
  failed = internal::summary_of(report);
  return report.removed;
}

}  // namespace

void allow_removal_threads(bool allowed) noexcept { internal::removal_threads::allow(allowed); }

std::uintmax_t remove_tree(const fs::path& path) {
  return internal::or_throw("cannot remove", [&](auto& failed) { return remove_all(path, failed); });
}

std::uintmax_t remove_tree(const fs::path& path, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return remove_all(path, failed); });
}

std::uintmax_t remove_tree(const fs::path& path, removal_report& report) {
  remove_or_refuse(path, report);
  return report.removed;
}

}  // namespace tempfile::inline v0_1
