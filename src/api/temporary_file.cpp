#include <tempfile/temporary_file.hpp>

#include "base/failure.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/create.hpp"
#include "persist/persist.hpp"

namespace tempfile::inline v0_1 {

// The file is created when the stream is there, not before: a std::ios_base that has not been initialised, as is a
// virtual base then, must not be destroyed ([ios.base.cons]), which an exception would do.
temporary_file::temporary_file(const options& options) {
  internal::or_throw("cannot create unnamed file", [&](auto& failed) { create(options, failed); });
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
