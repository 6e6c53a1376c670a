#include "ownership/cleanup_hook.hpp"

#include <tempfile/cleanup.hpp>

#include <atomic>

namespace tempfile::inline v0_1 {
namespace {

constinit std::atomic<cleanup_error_hook> current_hook{nullptr};

}  // namespace

cleanup_error_hook set_cleanup_error_hook(cleanup_error_hook hook) noexcept {
  return current_hook.exchange(hook, std::memory_order_acq_rel);
}

void internal::report_cleanup_error(const fs::path& path, const std::error_code& error) noexcept {
  if (!error) return;
  if (const cleanup_error_hook hook = current_hook.load(std::memory_order_acquire)) hook(path, error);
}

}  // namespace tempfile::inline v0_1
