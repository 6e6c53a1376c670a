// Removing a directory with everything in it.
#pragma once

#include <tempfile/file_identity.hpp>
#include <tempfile/remove_tree.hpp>

#include <filesystem>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

// Removes what stands at `path`, an absolute or relative path that ends in a name. A directory is entered only if it is
// `expected`; null: whichever it is. Where memory can't be had, reserve_for_removal() serves.
void remove_recursively(const fs::path& path, const file_identity* expected, removal_report& report) noexcept;

// The same, as a failure: of the first entry, with the next ones as detail.
failure summary_of(const removal_report& report);

}  // namespace tempfile::inline v0_1::internal
