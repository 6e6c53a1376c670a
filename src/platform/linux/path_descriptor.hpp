// Descriptors opened with O_PATH: they stand for what can't be read, and keep standing for it when its name changes.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdio>
#include <system_error>

#include "platform/types.hpp"

namespace tempfile::inline v0_1::platform {

// The path that /proc has to what a descriptor stands for.
class descriptor_path {
 public:
  explicit descriptor_path(int descriptor, const char* kind = "fd") noexcept {
    // Not "self": that is the thread group's leader, which may have another table of descriptors, or be gone.
    std::snprintf(text_.data(), text_.size(), "/proc/thread-self/%s/%d", kind, descriptor);  // Linux 3.17
  }
  [[nodiscard]] const char* c_str() const noexcept { return text_.data(); }

 private:
  std::array<char, sizeof "/proc/thread-self/fdinfo/" + 11> text_{};  // 11: the longest int
};

// Sets the mode of what `descriptor` stands for. `name` is where it was found, for systems that need a name for that.
void set_mode_of_path_descriptor(int descriptor, const located& name, mode_t mode, std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform#include "platform/types.hpp"
