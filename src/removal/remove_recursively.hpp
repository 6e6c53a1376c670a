// Removing a directory with everything in it.
#pragma once

#include <tempfile/remove_tree.hpp>

#include <filesystem>

#include "base/failure.hpp"
#include "removal/entry_condition.hpp"

namespace tempfile::inline v0_1::internal {

// Removes whatever has the name `path`, an absolute or relative path that ends in a name. A directory is entered only
// under `condition`; null: whichever it is. Where no memory is left, reserve_for_removal()'s is used.
void remove_recursively(const fs::path& path, const entry_condition* condition, removal_report& report) noexcept;

// The same, as a failure: of the first entry, with the next ones as detail.
failure summary_of(const removal_report& report);

}  // namespace tempfile::inline v0_1::internal
