// A file that is made only to see what files get that are made there.
#pragma once

#include <system_error>

#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

// In `directory`, at `probe` if it must have a name, which is gone then when this returns.
file_handle make_probe(native_path directory, native_path probe, std::error_code& error) noexcept;
file_handle make_named_probe(native_path probe, std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform
