#include <tempfile/temporary_file.hpp>

#include "cleanup.hpp"
#include "creation.hpp"
#include "persistence.hpp"

namespace tempfile {

temporary_file::temporary_file(const options& wanted) {
  internal::failure failed;
  file_handle file = internal::create_unnamed_file(internal::request_for_file(wanted), failed);
  internal::raise_if(failed, "cannot create an unnamed file");
  attach(std::move(file));
}

temporary_file::temporary_file(const options& wanted, std::error_code& error) { create(wanted, error); }

void temporary_file::create(const options& wanted, std::error_code& error) {
  internal::failure failed;
  file_handle file = internal::create_unnamed_file(internal::request_for_file(wanted), failed);
  error = failed.code;
  if (!failed) attach(std::move(file));
}

temporary_file& temporary_file::operator=(temporary_file&& other) {
  if (this == &other) return *this;
  end();
  file_stream::operator=(std::move(other));
  return *this;
}

temporary_file::~temporary_file() { end(); }

fs::path temporary_file::persist(const fs::path& target, const persist_options& wanted, internal::failure& failed) {
  return internal::persist_stream(*this, nullptr, target, wanted, failed);
}

fs::path temporary_file::persist(const fs::path& target, const persist_options& wanted) {
  internal::failure failed;
  fs::path path = persist(target, wanted, failed);
  internal::raise_if(failed, "cannot persist a file");
  return path;
}

fs::path temporary_file::persist(const fs::path& target, const persist_options& wanted, std::error_code& error) {
  internal::failure failed;
  fs::path path = persist(target, wanted, failed);
  error = failed.code;
  return path;
}

void temporary_file::end() noexcept {
  std::error_code error;
  rdbuf()->abandon(error);
  internal::tell({}, error);
}

}  // namespace tempfile
