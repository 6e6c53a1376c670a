#include <tempfile/persist.hpp>

#include "placement.hpp"

namespace tempfile {

fs::path write_file(const fs::path& target, std::span<const std::byte> bytes, const persist_options& wanted) {
  internal::failure failed;
  fs::path path = internal::place_bytes(bytes, target, wanted, failed).target;
  internal::raise_if(failed, "cannot write a file");
  return path;
}

fs::path write_file(const fs::path& target, std::span<const std::byte> bytes, const persist_options& wanted,
                    std::error_code& error) {
  internal::failure failed;
  fs::path path = internal::place_bytes(bytes, target, wanted, failed).target;
  error = failed.code;
  return path;
}

}  // namespace tempfile
