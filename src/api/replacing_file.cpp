#include <tempfile/replacing_file.hpp>

#include <utility>

#include "base/failure.hpp"
#include "ownership/create.hpp"
#include "persist/persist.hpp"
#include "persist/place.hpp"

namespace tempfile::inline v0_1 {

replacing_file::replacing_file(const fs::path& target, const persist_options& options) : options_{options} {
  internal::or_throw("cannot create replacement file", [&](auto& failed) { create(target, failed); });
}

replacing_file::replacing_file(const fs::path& target, const persist_options& options, std::error_code& error)
    : options_{options} {
  internal::or_code(error, [&](auto& failed) { create(target, failed); });
}

void replacing_file::create(const fs::path& target, internal::failure& failed) {
  fs::path path = internal::check_target(target, options_, failed);
  if (failed) return;
  const fs::path directory = path.parent_path();
  file_handle file = internal::create_unnamed_file({.prefix = {}, .suffix = {}, .dir = directory}, failed);
  if (failed) {
    failed.path = std::move(path);
    return;
  }
  target_ = std::move(path);
  attach(std::move(file));
}

replacing_file::replacing_file(replacing_file&& other)
    : file_stream_base{static_cast<file_stream_base&&>(other)},
      target_{std::move(other.target_)},
      options_{other.options_} {}

replacing_file& replacing_file::operator=(replacing_file&& other) {
  if (this == &other) return *this;
  cancel();
  file_stream_base::operator=(static_cast<file_stream_base&&>(other));
  target_ = std::move(other.target_);
  options_ = other.options_;
  return *this;
}

replacing_file::~replacing_file() { cancel(); }

void replacing_file::swap(replacing_file& other) {
  file_stream_base::swap(other);
  target_.swap(other.target_);
  std::swap(options_, other.options_);
}

fs::path replacing_file::commit(internal::failure& failed) {
  // Stricter than persist(): at the end of the file, too, a failed stream may have ignored what was written.
  if (is_open() && fail() && !bad()) {
    failed = {std::make_error_code(std::io_errc::stream), target_, "stream has failed"};
    return {};
  }
  return internal::persist_stream(*this, buffer(), nullptr, target_, options_, failed);
}

fs::path replacing_file::commit() {
  return internal::or_throw("cannot replace file", [&](auto& failed) { return commit(failed); });
}

fs::path replacing_file::commit(std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return commit(failed); });
}

void replacing_file::cancel() noexcept { buffer().discard(); }

}  // namespace tempfile::inline v0_1
