// Hears what destructors could not do.
#pragma once

#include <tempfile/cleanup.hpp>

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace support {

// While it lives, it collects what the hook is told. One at a time.
class hook_listener {
 public:
  hook_listener() : before_{tempfile::set_cleanup_error_hook(hear)} { told().clear(); }
  hook_listener(const hook_listener&) = delete;
  hook_listener& operator=(const hook_listener&) = delete;
  ~hook_listener() { tempfile::set_cleanup_error_hook(before_); }

  static std::vector<std::pair<std::filesystem::path, std::error_code>>& told() {
    static std::vector<std::pair<std::filesystem::path, std::error_code>> all;
    return all;
  }

 private:
  static void hear(const std::filesystem::path& path, const std::error_code& error) noexcept {
    told().emplace_back(path, error);
  }
  tempfile::cleanup_error_hook before_;
};

}  // namespace support
