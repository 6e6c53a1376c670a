#include <tempfile/named_temporary_file.hpp>

#include <utility>

#include "cleanup.hpp"
#include "creation.hpp"
#include "ownership.hpp"
#include "persistence.hpp"
#include "platform/system.hpp"
#include "reopening.hpp"

namespace tempfile::inline v0_1 {

named_temporary_file::named_temporary_file(const named_temporary_file_options& options) {
  internal::failure failed;
  create(options, failed);
  internal::raise_if(failed, "cannot create a file");
}

named_temporary_file::named_temporary_file(const named_temporary_file_options& options, std::error_code& error) {
  internal::failure failed;
  create(options, failed);
  error = failed.code;
}

named_temporary_file::named_temporary_file(mkstemp_result&& made, bool delete_on_close)
    : delete_on_close_{delete_on_close} {
  internal::failure failed;
  join(made, failed);
  internal::raise_if(failed, "cannot adopt a file");
}

named_temporary_file::named_temporary_file(mkstemp_result&& made, bool delete_on_close, std::error_code& error)
    : delete_on_close_{delete_on_close} {
  internal::failure failed;
  join(made, failed);
  error = failed.code;
}

void named_temporary_file::join(mkstemp_result& made, internal::failure& failed) {
  const file_identity expected = platform::identity(made.file.native_handle(), failed.code);
  if (!failed) name_ = temporary_path{made.path, failed.code};
  if (!failed && internal::ownership::identity(name_) != expected) {
    internal::ownership::forget(name_);
    failed.code = errc::replaced;
  }
  failed.path = made.path;
  if (!failed) attach(std::move(made.file));
}

void named_temporary_file::create(const named_temporary_file_options& options, internal::failure& failed) {
  internal::named_file made = internal::create_file(internal::request_for_file(options), failed);
  if (failed) return;
  internal::ownership::begin(name_, std::move(made.path), made.identity);
  delete_on_close_ = options.delete_on_close;
  keep_ = options.keep;
  attach(std::move(made.file));
}

named_temporary_file::named_temporary_file(named_temporary_file&& other)
    : file_stream_base{static_cast<file_stream_base&&>(other)},
      name_{std::move(other.name_)},
      delete_on_close_{other.delete_on_close_},
      keep_{other.keep_} {}

named_temporary_file& named_temporary_file::operator=(named_temporary_file&& other) {
  if (this == &other) return *this;
  end();
  file_stream_base::operator=(static_cast<file_stream_base&&>(other));
  name_ = std::move(other.name_);
  delete_on_close_ = other.delete_on_close_;
  keep_ = other.keep_;
  return *this;
}

named_temporary_file::~named_temporary_file() { end(); }

void named_temporary_file::swap(named_temporary_file& other) {
  file_stream_base::swap(other);
  name_.swap(other.name_);
  std::swap(delete_on_close_, other.delete_on_close_);
  std::swap(keep_, other.keep_);
}

// The name goes before the handle: while the file is open, no other can have its inode number.
void named_temporary_file::close(internal::failure& failed) {
  failed.path = path();
  if (is_open()) failed.code = write_error();
  if (!failed && !buffer().flush()) failed.code = last_error();
  if (failed) return;
  internal::failure not_removed;
  if (delete_on_close_ && !keep_ && internal::ownership::is_this_process(name_))
    internal::ownership::remove(name_, not_removed);
  file_stream_base::close(failed.code);
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

fs::path named_temporary_file::persist(const fs::path& target, const persist_options& options,
                                       internal::failure& failed) {
  if (!is_open() && name_) {
    if (!write_error()) return internal::persist_path(name_, target, options, failed);
    failed = {write_error(), path(), "bytes have been lost"};
    return {};
  }
  return internal::persist_stream(*this, buffer(), &name_, target, options, failed);
}

fs::path named_temporary_file::persist(const fs::path& target, const persist_options& options) {
  internal::failure failed;
  fs::path path = persist(target, options, failed);
  internal::raise_if(failed, "cannot persist a file");
  return path;
}

fs::path named_temporary_file::persist(const fs::path& target, const persist_options& options, std::error_code& error) {
  internal::failure failed;
  fs::path path = persist(target, options, failed);
  error = failed.code;
  return path;
}

file_handle named_temporary_file::reopen(internal::failure& failed) {
  if (is_open() || !name_) return internal::reopen(buffer(), path(), failed);
  return internal::reopen(name_, failed);
}

file_handle named_temporary_file::reopen() {
  internal::failure failed;
  file_handle again = reopen(failed);
  internal::raise_if(failed, "cannot open a file again");
  return again;
}

file_handle named_temporary_file::reopen(std::error_code& error) {
  internal::failure failed;
  file_handle again = reopen(failed);
  error = failed.code;
  return again;
}

temporary_path named_temporary_file::into_path() && {
  internal::failure failed{write_error(), path(), {}};
  if (!failed) file_stream_base::close(failed.code);
  internal::raise_if(failed, "cannot write and close a file");
  if (keep_) internal::ownership::forget(name_);
  return std::move(name_);
}

void named_temporary_file::end() noexcept {
  if (keep_) internal::ownership::forget(name_);
  internal::ownership::end(name_, true);
  std::error_code error;
  buffer().abandon(error);
  internal::tell(path(), error);
}

}  // namespace tempfile::inline v0_1
