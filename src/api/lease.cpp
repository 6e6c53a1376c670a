#include <tempfile/lease.hpp>

#include <new>

#include "base/failure.hpp"
#include "names/paths.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/create.hpp"
#include "ownership/sweep.hpp"

namespace tempfile::inline v0_1 {

std::error_code enable_leases(const lease_options& options) noexcept {
  internal::failure failed;
  try {
    internal::enable_leases(options, failed);
  } catch (const std::bad_alloc&) {
    failed.code = std::make_error_code(std::errc::not_enough_memory);
  }
  internal::report_cleanup_error(failed.path, failed.code);
  return failed.code;
}

std::size_t sweep() {
  sweep_report report;
  return internal::sweep(report);
}

std::size_t sweep(sweep_report& report) { return internal::sweep(report); }

std::size_t sweep(const fs::path& dir, sweep_report& report) {
  report = {};
  internal::failure failed;
  const fs::path whole = internal::absolute_directory(dir, failed);
  if (failed) {
    report.left.push_back({dir, failed.code});
  } else {
    internal::sweep_directory(whole, {}, report);
  }
  return report.swept;
}

std::vector<lease> lease::list() { return internal::list_leases(); }

std::vector<lease> lease::list(const fs::path& dir) {
  std::vector<lease> found;
  internal::failure failed;
  const fs::path whole = internal::absolute_directory(dir, failed);
  if (!failed) internal::list_leases(whole, found);
  return found;
}

}  // namespace tempfile::inline v0_1
