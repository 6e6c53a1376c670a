#include "stream/reopen.hpp"

#include <tempfile/error.hpp>

#include "platform/file.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

file_handle open_by_path(native_handle_type handle, const fs::path& path, std::error_code& error) {
  file_handle again = platform::open_nofollow(path.c_str(), platform::access::read_write, error);
  if (error) return {};
  const platform::file_identity expected = platform::identity(handle, error);
  if (!error && platform::identity(again.native_handle(), error) != expected && !error) error = errc::replaced;
  return error ? file_handle{} : std::move(again);
}

}  // namespace

file_handle reopen(filebuf& buffer, const fs::path& path, failure& failed) {
  failed.path = path;
  if (!buffer.is_open()) {
    failed.code = std::make_error_code(std::errc::bad_file_descriptor);
    return {};
  }
  if (!buffer.flush()) {
    failed.code = buffer.last_error();
    return {};
  }
  file_handle again = platform::reopen(buffer.native_handle(), failed.code);
  const bool needs_a_name = failed.code == std::errc::operation_not_supported && !path.empty();
  if (needs_a_name) again = open_by_path(buffer.native_handle(), path, failed.code);
  return again;
}

}  // namespace tempfile::inline v0_1::internal
