#include <tempfile/temporary_file.hpp>

#include "base/failure.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/create.hpp"
#include "persist/persist.hpp"

namespace tempfile::inline v0_1 {
namespace {

file_handle create(const options& options, internal::failure& failed) {
  return internal::create_unnamed_file(internal::request_for(options), failed);
}

}  // namespace

temporary_file::temporary_file(const options& options)
    : file_stream_base{
          internal::or_throw("cannot create unnamed file", [&](auto& failed) { return create(options, failed); })} {}

temporary_file::temporary_file(const options& options, std::error_code& error)
    : file_stream_base{internal::or_code(error, [&](auto& failed) { return create(options, failed); })} {}

temporary_file& temporary_file::operator=(temporary_file&& other) {
  if (this == &other) return *this;
  end();
  file_stream_base::operator=(std::move(other));
  return *this;
}

temporary_file::~temporary_file() { end(); }

fs::path temporary_file::persist(const fs::path& target, const persist_options& options, internal::failure& failed) {
  return internal::persist_stream(*this, buffer(), nullptr, target, options, failed);
}

fs::path temporary_file::persist(const fs::path& target, const persist_options& options) {
  return internal::or_throw("cannot persist file", [&](auto& failed) { return persist(target, options, failed); });
}

fs::path temporary_file::persist(const fs::path& target, const persist_options& options, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return persist(target, options, failed); });
}

void temporary_file::end() noexcept {
  std::error_code error;
  buffer().abandon(error);
  if (error) internal::report_cleanup_error({}, error);
}

}  // namespace tempfile::inline v0_1
