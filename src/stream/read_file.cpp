#include "stream/read_file.hpp"

#include <tempfile/file_handle.hpp>

#include <cstdint>
#include <span>
#include <utility>

#include "names/paths.hpp"
#include "platform/file.hpp"

namespace tempfile::inline v0_1::internal {

// Size is only a hint: what /proc has says 0, and a file may grow meanwhile.
std::string content_of(const fs::path& path, failure& failed) {
  failed.path = path;
  if (holds_nul(path)) {
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

}  // namespace tempfile::inline v0_1::internal
