#include <tempfile/glob.hpp>
#include <tempfile/temporary_directory.hpp>

#include <utility>

#include "base/failure.hpp"
#include "ownership/create.hpp"
#include "persist/persist.hpp"

namespace tempfile::inline v0_1 {

temporary_directory::temporary_directory(const temporary_directory_options& options) {
  internal::or_throw("cannot create directory", [&](auto& failed) { create(options, failed); });
}

temporary_directory::temporary_directory(const temporary_directory_options& options, std::error_code& error) {
  internal::or_code(error, [&](auto& failed) { create(options, failed); });
}

void temporary_directory::create(const temporary_directory_options& options, internal::failure& failed) {
  internal::create_directory(internal::request_for(options), name_, failed);
  if (!failed && options.lock) lock_ = internal::lock_directory(name_, failed);
  ignore_cleanup_errors_ = options.ignore_cleanup_errors;
  keep_ = options.keep;
}

temporary_directory::temporary_directory(temporary_directory&& other) noexcept { swap(other); }

temporary_directory& temporary_directory::operator=(temporary_directory&& other) noexcept {
  if (this == &other) return *this;
  end();
  temporary_directory taken{std::move(other)};
  swap(taken);
  return *this;
}

temporary_directory::~temporary_directory() { end(); }

void temporary_directory::swap(temporary_directory& other) noexcept {
  name_.swap(other.name_);
  std::swap(lock_, other.lock_);
  std::swap(ignore_cleanup_errors_, other.ignore_cleanup_errors_);
  std::swap(keep_, other.keep_);
}

fs::path temporary_directory::operator/(const fs::path& child) const {
  if (path().empty()) {  // the child alone would be one of the working directory
    internal::throw_failure("directory has no path", {std::make_error_code(std::errc::invalid_argument), child, {}});
  }
  return path() / child.relative_path();
}

std::vector<fs::path> temporary_directory::glob(std::string_view pattern) const {
  return tempfile::glob(path(), pattern);
}

std::vector<fs::path> temporary_directory::glob(std::string_view pattern, std::error_code& error) const {
  return tempfile::glob(path(), pattern, error);
}

void temporary_directory::remove(internal::failure& failed) {
  name_.remove(failed);
  if (!failed) lock_ = {};
}

void temporary_directory::cleanup() {
  internal::failure failed;
  remove(failed);
  if (failed && !ignore_cleanup_errors_) internal::throw_failure("cannot remove directory", failed);
}

void temporary_directory::cleanup(std::error_code& error) {
  internal::failure failed;
  remove(failed);
  error = ignore_cleanup_errors_ ? std::error_code{} : failed.code;
}

fs::path temporary_directory::persist(const fs::path& target, const persist_options& options) {
  return internal::or_throw("cannot persist directory", [&](auto& failed) { return place(target, options, failed); });
}

fs::path temporary_directory::persist(const fs::path& target, const persist_options& options, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return place(target, options, failed); });
}

fs::path temporary_directory::place(const fs::path& target, const persist_options& options, internal::failure& failed) {
  fs::path placed = internal::persist_path(name_, target, options, failed);
  if (!failed) lock_ = {};
  return placed;
}

fs::path temporary_directory::keep() {
  name_.keep();
  lock_ = {};
  return path();
}

void temporary_directory::end() noexcept {
  if (keep_) {
    name_.keep();
  } else {
    name_.dispose(!ignore_cleanup_errors_);
  }
}

}  // namespace tempfile::inline v0_1
