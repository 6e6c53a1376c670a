#include <tempfile/temporary_file.hpp>

#include "base/failure.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/create.hpp"
#include "persist/persist.hpp"

namespace tempfile::inline v0_1 {

temporary_file::temporary_file(const options& options) {
  internal::or_throw("cannot create an unnamed file", [&](auto& failed) { create(options, failed); });
}

temporary_file::temporary_file(const options& options, std::error_code& error) {
  internal::or_code(error, [&](auto& failed) { create(options, failed); });
}

void temporary_file::create(const tempfile::options& options, internal::failure& failed) {
  file_handle file = internal::create_unnamed_file(internal::request_for(options), failed);
  if (!failed) attach(std::move(file));
}

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
  return internal::or_throw("cannot persist a file", [&](auto& failed) { return persist(target, options, failed); });
}

fs::path temporary_file::persist(const fs::path& target, const persist_options& options, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return persist(target, options, failed); });
}

void temporary_file::end() noexcept {
  std::error_code error;
  buffer().abandon(error);
  internal::report_cleanup_error({}, error);
}

}  // namespace tempfile::inline v0_1
