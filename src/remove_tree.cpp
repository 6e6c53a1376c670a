#include <tempfile/remove_tree.hpp>

#include "paths.hpp"
#include "removal_crew.hpp"
#include "tree_removal.hpp"

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
  internal::remove_tree(internal::without_trailing_separators(path), nullptr, report);
}

}  // namespace

void allow_removal_threads(bool allowed) noexcept { internal::removal_crew::allow_threads(allowed); }

std::uintmax_t remove_tree(const fs::path& path) {
  removal_report report;
  remove_or_refuse(path, report);
  internal::raise_if(internal::summary_of(report), "cannot remove");
  return report.removed;
}

std::uintmax_t remove_tree(const fs::path& path, std::error_code& error) {
  removal_report report;
  remove_or_refuse(path, report);
  error = internal::summary_of(report).code;
  return report.removed;
}

std::uintmax_t remove_tree(const fs::path& path, removal_report& report) {
  remove_or_refuse(path, report);
  return report.removed;
}

}  // namespace tempfile::inline v0_1
