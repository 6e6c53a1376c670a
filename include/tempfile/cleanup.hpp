/// \file
/// What happens when something can't be cleaned up.
#pragma once

#include <tempfile/export.hpp>

#include <filesystem>
#include <system_error>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

/// Hears what a destructor or a move could not write, close or remove: the path at fault (empty for an unnamed file)
/// and the reason. It is called on the thread that destroys, possibly while an exception is on its way, and must not
/// throw.
using cleanup_error_hook = void (*)(const fs::path& path, const std::error_code& error) noexcept;

/// Sets the hook; a null pointer, the default, ignores what happens. Destructors themselves never throw and never
/// print. \returns the hook that was set before. Thread-safe.
TEMPFILE_EXPORT cleanup_error_hook set_cleanup_error_hook(cleanup_error_hook hook) noexcept;

}  // namespace tempfile::inline v0_1
