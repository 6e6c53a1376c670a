#include <tempfile/persist.hpp>

#include "base/failure.hpp"
#include "persist/place.hpp"
#include "stream/read_file.hpp"

namespace tempfile::inline v0_1 {

fs::path write_file(const fs::path& target, std::span<const std::byte> bytes, const persist_options& options) {
  return internal::or_throw("cannot write file",
                            [&](auto& failed) { return internal::place_bytes(bytes, target, options, failed).target; });
}

fs::path write_file(const fs::path& target, std::span<const std::byte> bytes, const persist_options& options,
                    std::error_code& error) {
  return internal::or_code(error,
                           [&](auto& failed) { return internal::place_bytes(bytes, target, options, failed).target; });
}

std::string read_file(const fs::path& path) {
  return internal::or_throw("cannot read file", [&](auto& failed) { return internal::content_of(path, failed); });
}

std::string read_file(const fs::path& path, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return internal::content_of(path, failed); });
}

}  // namespace tempfile::inline v0_1
