#include <tempfile/temporary_file.hpp>

#include "cleanup.hpp"
#include "creation.hpp"
#include "persistence.hpp"

namespace tempfile::inline v0_1 {

temporary_file::temporary_file(const options& options) {
  internal::failure failed;
  create(options, failed);
  internal::raise_if(failed, "cannot create an unnamed file");
}

temporary_file::temporary_file(const options& options, std::error_code& error) {
  internal::failure failed;
  create(options, failed);
  error = failed.code;
}

void temporary_file::create(const tempfile::options& options, internal::failure& failed) {
  file_handle file = internal::create_unnamed_file(internal::request_for_file(options), failed);
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
  internal::failure failed;
  fs::path path = persist(target, options, failed);
  internal::raise_if(failed, "cannot persist a file");
  return path;
}

fs::path temporary_file::persist(const fs::path& target, const persist_options& options, std::error_code& error) {
  internal::failure failed;
  fs::path path = persist(target, options, failed);
  error = failed.code;
  return path;
}

void temporary_file::end() noexcept {
  std::error_code error;
  buffer().abandon(error);
  internal::tell({}, error);
}

}  // namespace tempfile::inline v0_1
