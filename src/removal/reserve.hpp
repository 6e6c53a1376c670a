// Memory for one removal, kept for the time when there is none left.
#pragma once

#include <tempfile/remove_tree.hpp>

#include <filesystem>
#include <system_error>

#include "removal/entry_condition.hpp"

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

// Sees to it that the memory is there; called before anything is made that will have to be removed.
void reserve_for_removal(std::error_code& error) noexcept;

// As remove_tree(), with the reserve and one thread. What is too deep for it is left and counted, and nothing is named.
void remove_with_reserve(const fs::path& path, const entry_condition* condition, removal_report& report) noexcept;

}  // namespace tempfile::inline v0_1::internal
