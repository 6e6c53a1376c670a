#include <tempfile/persist.hpp>

#include <cstdint>
#include <span>
#include <utility>

#include "paths.hpp"
#include "placement.hpp"
#include "platform/system.hpp"

namespace tempfile::inline v0_1 {
namespace {

// Size is only a hint: what /proc has says 0, and a file may grow meanwhile.
std::string content_of(const fs::path& path, internal::failure& failed) {
  failed.path = path;
  if (internal::holds_nul(path)) {
    failed.code = std::make_error_code(std::errc::invalid_argument);
    return {};
  }
  file_handle file = platform::open_for_reading(path.c_str(), failed.code);
  std::uint64_t size = failed ? 0 : file.size(failed.code);
  if (failed) return {};
  std::string content;
  std::size_t read = 0;
  do {
    constexpr std::size_t more = 4096;
    content.resize(read + static_cast<std::size_t>(std::exchange(size, 0)) + more);
    read += file.read(std::span{content}.subspan(read), failed.code);
  } while (!failed && read == content.size());
  content.resize(read);
  return failed ? std::string{} : content;
}

}  // namespace

fs::path write_file(const fs::path& target, std::span<const std::byte> bytes, const persist_options& options) {
  internal::failure failed;
  fs::path path = internal::place_bytes(bytes, target, options, failed).target;
  internal::raise_if(failed, "cannot write a file");
  return path;
}

fs::path write_file(const fs::path& target, std::span<const std::byte> bytes, const persist_options& options,
                    std::error_code& error) {
  internal::failure failed;
  fs::path path = internal::place_bytes(bytes, target, options, failed).target;
  error = failed.code;
  return path;
}

std::string read_file(const fs::path& path) {
  internal::failure failed;
  std::string content = content_of(path, failed);
  internal::raise_if(failed, "cannot read a file");
  return content;
}

std::string read_file(const fs::path& path, std::error_code& error) {
  internal::failure failed;
  std::string content = content_of(path, failed);
  error = failed.code;
  return content;
}

}  // namespace tempfile::inline v0_1
