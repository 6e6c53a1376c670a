#include <tempfile/persist.hpp>

#include <cstdint>
#include <span>
#include <utility>

#include "base/failure.hpp"
#include "names/paths.hpp"
#include "persist/place.hpp"
#include "platform/file.hpp"

namespace tempfile::inline v0_1 {
namespace {

// Size is only a hint: what /proc has says 0, and a file may grow meanwhile.
std::string content_of(const fs::path& path, internal::failure& failed) {
  failed.path = path;
  if (internal::holds_nul(path)) {
    failed.code = std::make_error_code(std::errc::invalid_argument);
    return {};
  }
  file_handle file = platform::open(path.c_str(), platform::access::read, failed.code);
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
  return internal::or_throw("cannot write a file",
                            [&](auto& failed) { return internal::place_bytes(bytes, target, options, failed).target; });
}

fs::path write_file(const fs::path& target, std::span<const std::byte> bytes, const persist_options& options,
                    std::error_code& error) {
  return internal::or_code(error,
                           [&](auto& failed) { return internal::place_bytes(bytes, target, options, failed).target; });
}

std::string read_file(const fs::path& path) {
  return internal::or_throw("cannot read a file", [&](auto& failed) { return content_of(path, failed); });
}

std::string read_file(const fs::path& path, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return content_of(path, failed); });
}

}  // namespace tempfile::inline v0_1
