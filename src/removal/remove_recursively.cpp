#include "removal/remove_recursively.hpp"

#include <new>
#include <string>

#include "names/paths.hpp"
#include "platform/tree.hpp"
#include "removal/errors.hpp"
#include "removal/removal_threads.hpp"
#include "removal/reserve.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// Returns false if memory was lacking: then there is more to be removed than what is reported. Throws std::bad_alloc.
bool remove_by_threads(const fs::path& path, const entry_condition* condition, removal_report& report) {
  report.failures.reserve(removal_report::max_named);
  const fs::path parent_path = path.parent_path();
  const fs::path name = path.filename();
  std::error_code error;
  const file_handle parent = platform::open_directory(parent_path.c_str(), platform::access::search, error);
  if (is_gone(error) || error == std::errc::not_a_directory) return true;
  if (error) {
    ++report.failed;
    report.failures.push_back({path, error});
    return true;
  }
  removal_threads threads;
  tree_remover{&threads}.remove({.directory = parent.native_handle(),
                                 .path_of_directory = parent_path,
                                 .name = name.c_str(),
                                 .condition = condition},
                                report);
  return !threads.has_lacked_memory();
}

}  // namespace

void remove_recursively(const fs::path& path, const entry_condition* condition, removal_report& report) noexcept {
  try {
    if (remove_by_threads(path, condition, report)) return;
  } catch (const std::bad_alloc&) {
  }
  // What is left is met, and counted, once more.
  report.failed = 0;
  report.failures.clear();
  remove_with_reserve(path, condition, report);
}

failure summary_of(const removal_report& report) {
  if (report.failed == 0) return {};
  if (report.failures.empty()) return {std::make_error_code(std::errc::not_enough_memory), {}, {}};
  failure summary{report.failures.front().error, report.failures.front().path, {}};
  if (report.failed == 1) return summary;
  summary.detail = std::to_string(report.failed) + " entries are left";
  for (std::size_t i = 1; i < report.failures.size(); ++i) {
    const removal_failure& next = report.failures[i];
    summary.detail += "; " + text_of(next.path) + ": " + next.error.message();
  }
  return summary;
}

}  // namespace tempfile::inline v0_1::internal
