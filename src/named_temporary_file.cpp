#include <tempfile/named_temporary_file.hpp>

#include <utility>

#include "cleanup.hpp"
#include "creation.hpp"
#include "ownership.hpp"
#include "persistence.hpp"
#include "reopening.hpp"

namespace tempfile {

named_temporary_file::named_temporary_file(const named_temporary_file_options& wanted) {
  internal::failure failed;
  create(wanted, failed);
  internal::raise_if(failed, "cannot create a file");
}

named_temporary_file::named_temporary_file(const named_temporary_file_options& wanted, std::error_code& error) {
  internal::failure failed;
  create(wanted, failed);
  error = failed.code;
}

void named_temporary_file::create(const named_temporary_file_options& wanted, internal::failure& failed) {
  internal::named_file made = internal::create_file(internal::request_for_file(wanted), failed);
  if (failed) return;
  internal::ownership::begin(name_, std::move(made.path), made.identity);
  if (wanted.keep) name_.keep();
  delete_on_close_ = wanted.delete_on_close;
  attach(std::move(made.file));
}

named_temporary_file::named_temporary_file(named_temporary_file&& other)
    : file_stream{static_cast<file_stream&&>(other)},
      name_{std::move(other.name_)},
      delete_on_close_{other.delete_on_close_} {}

named_temporary_file& named_temporary_file::operator=(named_temporary_file&& other) {
  if (this == &other) return *this;
  end();
  file_stream::operator=(static_cast<file_stream&&>(other));
  name_ = std::move(other.name_);
  delete_on_close_ = other.delete_on_close_;
  return *this;
}

named_temporary_file::~named_temporary_file() { end(); }

void named_temporary_file::swap(named_temporary_file& other) {
  file_stream::swap(other);
  name_.swap(other.name_);
  std::swap(delete_on_close_, other.delete_on_close_);
}

// The name goes before the handle: while the file is open, no other can have its inode number.
void named_temporary_file::close(internal::failure& failed) {
  if (!rdbuf()->flush()) {
    failed = {last_error(), path(), {}};
    return;
  }
  internal::failure not_removed;
  if (delete_on_close_ && internal::ownership::is_this_process(name_)) internal::ownership::remove(name_, not_removed);
  file_stream::close(failed.code);
  failed.path = path();
  if (not_removed) failed = std::move(not_removed);
}

void named_temporary_file::close() {
  internal::failure failed;
  close(failed);
  internal::raise_if(failed, "cannot close and remove a file");
}

void named_temporary_file::close(std::error_code& error) {
  internal::failure failed;
  close(failed);
  error = failed.code;
}

fs::path named_temporary_file::keep() { return name_.keep(); }

fs::path named_temporary_file::persist(const fs::path& target, const persist_options& wanted,
                                       internal::failure& failed) {
  if (!is_open() && name_) return internal::persist_path(name_, target, wanted, failed);
  return internal::persist_stream(*this, &name_, target, wanted, failed);
}

fs::path named_temporary_file::persist(const fs::path& target, const persist_options& wanted) {
  internal::failure failed;
  fs::path path = persist(target, wanted, failed);
  internal::raise_if(failed, "cannot persist a file");
  return path;
}

fs::path named_temporary_file::persist(const fs::path& target, const persist_options& wanted, std::error_code& error) {
  internal::failure failed;
  fs::path path = persist(target, wanted, failed);
  error = failed.code;
  return path;
}

file_handle named_temporary_file::reopen() {
  internal::failure failed;
  file_handle again = internal::reopen(*rdbuf(), path(), failed);
  internal::raise_if(failed, "cannot open a file again");
  return again;
}

file_handle named_temporary_file::reopen(std::error_code& error) {
  internal::failure failed;
  file_handle again = internal::reopen(*rdbuf(), path(), failed);
  error = failed.code;
  return again;
}

temporary_path named_temporary_file::into_path() && {
  internal::failure failed{{}, path(), {}};
  file_stream::close(failed.code);
  internal::raise_if(failed, "cannot write and close a file");
  return std::move(name_);
}

void named_temporary_file::end() noexcept {
  internal::ownership::end(name_, true);
  std::error_code error;
  rdbuf()->abandon(error);
  internal::tell(path(), error);
}

}  // namespace tempfile
