#include <tempfile/location.hpp>
#include <tempfile/spooled_temporary_file.hpp>

#include <utility>

#include "cleanup.hpp"
#include "failure.hpp"
#include "persistence.hpp"
#include "spool.hpp"

namespace tempfile::inline v0_1 {

spooled_temporary_file::spooled_temporary_file(const spooled_temporary_file_options& options) {
  internal::failure failed;
  create(options, failed);
  internal::raise_if(failed, "cannot make a spooled file");
}

spooled_temporary_file::spooled_temporary_file(const spooled_temporary_file_options& options, std::error_code& error) {
  internal::failure failed;
  create(options, failed);
  error = failed.code;
}

void spooled_temporary_file::create(const spooled_temporary_file_options& options, internal::failure& failed) {
  auto memory = std::make_unique<internal::spool>(options, failed);
  if (failed) return;
  dir_ = memory->dir();
  attach(std::move(memory));
}

spooled_temporary_file::spooled_temporary_file(spooled_temporary_file&& other)
    : file_stream_base{static_cast<file_stream_base&&>(other)}, dir_{std::move(other.dir_)} {}

void spooled_temporary_file::swap(spooled_temporary_file& other) {
  file_stream_base::swap(other);
  dir_.swap(other.dir_);
}

spooled_temporary_file& spooled_temporary_file::operator=(spooled_temporary_file&& other) {
  if (this == &other) return *this;
  end();
  file_stream_base::operator=(static_cast<file_stream_base&&>(other));
  dir_ = std::move(other.dir_);
  return *this;
}

spooled_temporary_file::~spooled_temporary_file() { end(); }

fs::path spooled_temporary_file::where() const {
  std::error_code ignored;  // then nobody can tell where it would have been
  return dir_.empty() ? gettempdir(ignored) : dir_;
}

void spooled_temporary_file::end() noexcept {
  std::error_code error;
  buffer().abandon(error);
  internal::tell(dir_, error);
}

void spooled_temporary_file::rollover(std::error_code& error) noexcept { buffer().leave_memory(error); }

void spooled_temporary_file::rollover() {
  internal::failure failed{{}, where(), {}};
  rollover(failed.code);
  internal::raise_if(failed, "cannot move a spooled file to disk");
}

native_handle_type spooled_temporary_file::native_handle(std::error_code& error) noexcept {
  rollover(error);
  return file_stream_base::native_handle();
}

native_handle_type spooled_temporary_file::native_handle() {
  rollover();
  return file_stream_base::native_handle();
}

fs::path spooled_temporary_file::persist(const fs::path& target, const persist_options& options,
                                         internal::failure& failed) {
  return internal::persist_stream(*this, buffer(), nullptr, target, options, failed);
}

fs::path spooled_temporary_file::persist(const fs::path& target, const persist_options& options) {
  internal::failure failed;
  fs::path path = persist(target, options, failed);
  internal::raise_if(failed, "cannot persist a spooled file");
  return path;
}

fs::path spooled_temporary_file::persist(const fs::path& target, const persist_options& options,
                                         std::error_code& error) {
  internal::failure failed;
  fs::path path = persist(target, options, failed);
  error = failed.code;
  return path;
}

file_handle spooled_temporary_file::reopen(std::error_code& error) {
  rollover(error);
  return error ? file_handle{} : file_stream_base::reopen(error);
}

file_handle spooled_temporary_file::reopen() {
  rollover();
  return file_stream_base::reopen();
}

std::string spooled_temporary_file::into_string(std::error_code& error) && { return buffer().take_bytes(error); }

std::string spooled_temporary_file::into_string() && {
  internal::failure failed{{}, where(), {}};
  std::string bytes = buffer().take_bytes(failed.code);
  internal::raise_if(failed, "cannot read a file");
  return bytes;
}

}  // namespace tempfile::inline v0_1
