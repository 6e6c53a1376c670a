// Whether this process is to have a lease: what enable_leases() or the environment asks for.
#pragma once

#include <tempfile/lease.hpp>

#include <filesystem>

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

struct lease_request {
  const fs::path* dir{};  // an application's own, valid until the process ends; null: the temporary directory
  power_loss on_power_loss{power_loss::on};
};

// Whether the calling process is to have a lease, and has not tried to take one or to sweep.
bool is_leasing_due() noexcept;
// From now on this process and its children are to have leases, unless everything is kept.
void request_lease(const lease_request& request) noexcept;
lease_request requested_lease() noexcept;

}  // namespace tempfile::inline v0_1::internal
