#include <tempfile/spooled_temporary_file.hpp>

#include <utility>

#include "cleanup.hpp"
#include "failure.hpp"
#include "persistence.hpp"
#include "spool.hpp"

namespace tempfile {

spooled_temporary_file::spooled_temporary_file(const spooled_temporary_file_options& wanted) {
  internal::failure failed;
  create(wanted, failed);
  internal::raise_if(failed, "cannot make a spooled file");
}

spooled_temporary_file::spooled_temporary_file(const spooled_temporary_file_options& wanted, std::error_code& error) {
  internal::failure failed;
  create(wanted, failed);
  error = failed.code;
}

void spooled_temporary_file::create(const spooled_temporary_file_options& wanted, internal::failure& failed) {
  auto memory = std::make_unique<internal::spool>(wanted, failed);
  if (!failed) attach(std::move(memory));
}

spooled_temporary_file& spooled_temporary_file::operator=(spooled_temporary_file&& other) {
  if (this == &other) return *this;
  end();
  file_stream::operator=(std::move(other));
  return *this;
}

spooled_temporary_file::~spooled_temporary_file() { end(); }

void spooled_temporary_file::end() noexcept {
  std::error_code error;
  rdbuf()->abandon(error);
  internal::tell({}, error);
}

void spooled_temporary_file::rollover(std::error_code& error) noexcept { rdbuf()->leave_memory(error); }

void spooled_temporary_file::rollover() {
  internal::failure failed;
  rollover(failed.code);
  internal::raise_if(failed, "cannot move a spooled file to disk");
}

native_handle_type spooled_temporary_file::native_handle(std::error_code& error) noexcept {
  rollover(error);
  return file_stream::native_handle();
}

native_handle_type spooled_temporary_file::native_handle() {
  rollover();
  return file_stream::native_handle();
}

fs::path spooled_temporary_file::persist(const fs::path& target, const persist_options& wanted,
                                         internal::failure& failed) {
  return internal::persist_stream(*this, nullptr, target, wanted, failed);
}

fs::path spooled_temporary_file::persist(const fs::path& target, const persist_options& wanted) {
  internal::failure failed;
  fs::path path = persist(target, wanted, failed);
  internal::raise_if(failed, "cannot persist a spooled file");
  return path;
}

fs::path spooled_temporary_file::persist(const fs::path& target, const persist_options& wanted,
                                         std::error_code& error) {
  internal::failure failed;
  fs::path path = persist(target, wanted, failed);
  error = failed.code;
  return path;
}

file_handle spooled_temporary_file::reopen(std::error_code& error) {
  rollover(error);
  return error ? file_handle{} : file_stream::reopen(error);
}

file_handle spooled_temporary_file::reopen() {
  rollover();
  return file_stream::reopen();
}

std::string spooled_temporary_file::into_string(std::error_code& error) && { return rdbuf()->take_bytes(error); }

std::string spooled_temporary_file::into_string() && {
  internal::failure failed;
  std::string bytes = rdbuf()->take_bytes(failed.code);
  internal::raise_if(failed, "cannot read a file");
  return bytes;
}

}  // namespace tempfile
