// Descriptors opened with O_PATH: they stand for what can't be read, and keep standing for it when its name changes.
#pragma once

#include <sys/types.h>

#include <system_error>

namespace tempfile::platform {

// Sets the mode of what `descriptor` stands for.
void set_mode_of_path_descriptor(int descriptor, mode_t mode, std::error_code& error) noexcept;

}  // namespace tempfile::platform
