// What the fake calls ask before they make the real call.
#pragma once

#include <cstddef>

#include "faults.hpp"

namespace faults {

// Whether this call is to fail; then errno is set.
bool fails(call kind) noexcept;
// Whether this open, with O_TMPFILE, is to fail; then errno is set.
bool refuses_unnamed_file() noexcept;
bool refuses_links() noexcept;
bool gives_zero_entropy() noexcept;
bool hides_entry_types() noexcept;
bool gives_no_heed_to_advice() noexcept;
bool locks_late() noexcept;
std::size_t most_to_transfer(std::size_t wanted) noexcept;

}  // namespace faults
