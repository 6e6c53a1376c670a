#include <tempfile/location.hpp>
#include <tempfile/spooled_temporary_file.hpp>

#include <utility>

#include "base/failure.hpp"
#include "names/paths.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/create.hpp"
#include "persist/persist.hpp"
#include "stream/memory_storage.hpp"

namespace tempfile::inline v0_1 {

spooled_temporary_file::spooled_temporary_file(const spooled_temporary_file_options& options) {
  internal::or_throw("cannot create spooled file", [&](auto& failed) { create(options, failed); });
}

spooled_temporary_file::spooled_temporary_file(const spooled_temporary_file_options& options, std::error_code& error) {
  internal::or_code(error, [&](auto& failed) { create(options, failed); });
}

void spooled_temporary_file::create(const spooled_temporary_file_options& options, internal::failure& failed) {
  internal::check(internal::request_for(options), failed);
  if (failed) return;
  spooled_temporary_file_options when_full = options;
  // A relative directory counts from the working directory of this moment.
  if (!options.dir.empty()) when_full.dir = internal::absolute(options.dir, failed);
  if (failed) return;
  dir_ = when_full.dir;
  const auto make_file = [options = std::move(when_full)](auto& not_made) {
    return internal::create_unnamed_file(internal::request_for(options), not_made);
  };
  attach(std::make_unique<internal::memory_storage>(options.max_size, make_file));
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
  std::error_code ignored;  // then there is no directory to name
  return dir_.empty() ? gettempdir(ignored) : dir_;
}

void spooled_temporary_file::end() noexcept {
  std::error_code error;
  buffer().abandon(error);
  internal::report_cleanup_error(dir_, error);
}

void spooled_temporary_file::rollover(std::error_code& error) noexcept { leave_memory(error); }

void spooled_temporary_file::rollover() {
  internal::or_throw("cannot move spooled file to disk", [&](auto& failed) {
    rollover(failed.code);
    if (failed) failed.path = where();
  });
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
  return internal::or_throw("cannot persist spooled file",
                            [&](auto& failed) { return persist(target, options, failed); });
}

fs::path spooled_temporary_file::persist(const fs::path& target, const persist_options& options,
                                         std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return persist(target, options, failed); });
}

file_handle spooled_temporary_file::reopen(std::error_code& error) {
  rollover(error);
  return error ? file_handle{} : file_stream_base::reopen(error);
}

file_handle spooled_temporary_file::reopen() {
  rollover();
  return file_stream_base::reopen();
}

std::string spooled_temporary_file::into_string(std::error_code& error) && { return take_bytes(error); }

std::string spooled_temporary_file::into_string() && {
  return internal::or_throw("cannot read file", [&](auto& failed) {
    std::string bytes = take_bytes(failed.code);
    if (failed) failed.path = where();
    return bytes;
  });
}

}  // namespace tempfile::inline v0_1
