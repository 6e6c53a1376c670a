#include <tempfile/temporary_file.hpp>

#include "cleanup.hpp"
#include "creation.hpp"

namespace tempfile {

temporary_file::temporary_file(const options& wanted) {
  internal::failure failed;
  file_handle file = internal::create_unnamed_file(internal::request_for_file(wanted), failed);
  internal::raise_if(failed, "cannot create an unnamed file");
  attach(std::move(file));
}

temporary_file::temporary_file(const options& wanted, std::error_code& error) {
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

void temporary_file::end() noexcept {
  std::error_code error;
  rdbuf()->abandon(error);
  internal::tell({}, error);
}

}  // namespace tempfile
