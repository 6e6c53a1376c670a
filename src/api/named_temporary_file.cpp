#include <tempfile/named_temporary_file.hpp>

#include <utility>

#include "base/failure.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/create.hpp"
#include "persist/persist.hpp"
#include "platform/file.hpp"
#include "platform/tree.hpp"
#include "stream/reopen.hpp"

namespace tempfile::inline v0_1 {

named_temporary_file::named_temporary_file(const named_temporary_file_options& options) {
  internal::or_throw("cannot create file", [&](auto& failed) { create(options, failed); });
}

named_temporary_file::named_temporary_file(const named_temporary_file_options& options, std::error_code& error) {
  internal::or_code(error, [&](auto& failed) { create(options, failed); });
}

named_temporary_file::named_temporary_file(mkstemp_result&& made, bool delete_on_close)
    : delete_on_close_{delete_on_close} {
  internal::or_throw("cannot adopt file", [&](auto& failed) { join(made, failed); });
}

named_temporary_file::named_temporary_file(mkstemp_result&& made, bool delete_on_close, std::error_code& error)
    : delete_on_close_{delete_on_close} {
  internal::or_code(error, [&](auto& failed) { join(made, failed); });
}

void named_temporary_file::join(mkstemp_result& made, internal::failure& failed) {
  internal::adopt(made.path, name_, failed);
  if (failed) return;
  const platform::file_identity expected = platform::identity(made.file.native_handle(), failed.code);
  if (!failed && platform::identity(path().c_str(), failed.code) != expected && !failed) failed.code = errc::replaced;
  if (failed) {
    failed.path = name_.take();
  } else {
    attach(std::move(made.file));
  }
}

void named_temporary_file::create(const named_temporary_file_options& options, internal::failure& failed) {
  file_handle file = internal::create_file(internal::request_for(options), name_, failed);
  if (failed) return;
  delete_on_close_ = options.delete_on_close;
  keep_ = options.keep;
  attach(std::move(file));
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

void named_temporary_file::close(internal::failure& failed) {
  internal::failure not_removed;
  if (is_open()) failed.code = write_error();
  if (!failed && !buffer().flush()) failed.code = last_error();
  if (!failed) {
    if (delete_on_close_ && !keep_ && name_.is_this_process()) name_.remove(not_removed);
    file_stream_base::close(failed.code);
  }
  if (not_removed) {
    failed = std::move(not_removed);
  } else if (failed) {
    failed.path = path();
  }
}

void named_temporary_file::close() {
  internal::or_throw("cannot close and remove file", [&](auto& failed) { close(failed); });
}

void named_temporary_file::close(std::error_code& error) {
  internal::or_code(error, [&](auto& failed) { close(failed); });
}

fs::path named_temporary_file::keep() {
  name_.keep();
  return path();
}

fs::path named_temporary_file::persist(const fs::path& target, const persist_options& options,
                                       internal::failure& failed) {
  if (!is_open() && name_.is_owned()) {
    if (!write_error()) return internal::persist_path(name_, target, options, failed);
    failed = {write_error(), path(), "bytes were lost"};
    return {};
  }
  return internal::persist_stream(*this, buffer(), &name_, target, options, failed);
}

fs::path named_temporary_file::persist(const fs::path& target, const persist_options& options) {
  return internal::or_throw("cannot persist file", [&](auto& failed) { return persist(target, options, failed); });
}

fs::path named_temporary_file::persist(const fs::path& target, const persist_options& options, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return persist(target, options, failed); });
}

file_handle named_temporary_file::reopen(internal::failure& failed) {
  if (is_open() || !name_.is_owned()) return internal::reopen(buffer(), path(), failed);
  file_handle again = platform::open_nofollow(path().c_str(), platform::access::read_write, failed.code);
  if (failed) failed.path = path();
  return again;
}

file_handle named_temporary_file::reopen() {
  return internal::or_throw("cannot reopen file", [&](auto& failed) { return reopen(failed); });
}

file_handle named_temporary_file::reopen(std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return reopen(failed); });
}

temporary_path named_temporary_file::into_path() && {
  internal::or_throw("cannot write and close file", [&](auto& failed) {
    failed.code = write_error();
    if (!failed) file_stream_base::close(failed.code);
    if (failed) failed.path = path();
  });
  if (keep_) name_.keep();
  return temporary_path{std::move(name_)};
}

void named_temporary_file::end() noexcept {
  if (keep_) name_.keep();
  name_.dispose(true);
  std::error_code error;
  buffer().abandon(error);
  internal::report_cleanup_error(path(), error);
}

}  // namespace tempfile::inline v0_1
