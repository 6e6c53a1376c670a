#include <tempfile/file_handle.hpp>

#include <utility>

#include "failure.hpp"
#include "platform/system.hpp"

namespace tempfile::inline v0_1 {
namespace {

// Runs the form of an operation that takes an error code, and throws what it reports.
template <class Operation>
auto or_throw(const char* what, Operation operation) {
  internal::failure failed;
  auto result = operation(failed.code);
  internal::raise_if(failed, what);
  return result;
}

}  // namespace

file_handle& file_handle::operator=(file_handle&& other) noexcept {
  file_handle taken{std::move(other)};
  swap(*this, taken);
  return *this;
}

file_handle::~file_handle() {
  std::error_code ignored;
  close(ignored);
}

void file_handle::close(std::error_code& error) noexcept {
  error.clear();
  if (is_open()) platform::close(release(), error);
}

// The system is not asked where there is nothing to do, and so can't tell.
bool file_handle::check_open(std::error_code& error) const noexcept {
  if (!is_open()) error = std::make_error_code(std::errc::bad_file_descriptor);
  return is_open();
}

std::size_t file_handle::read(std::span<std::byte> buffer, std::error_code& error) noexcept {
  return check_open(error) ? platform::read(handle_, buffer, error) : 0;
}

std::size_t file_handle::write(std::span<const std::byte> bytes, std::error_code& error) noexcept {
  return check_open(error) ? platform::write(handle_, bytes, error) : 0;
}

std::size_t file_handle::read_at(std::uint64_t offset, std::span<std::byte> buffer,
                                 std::error_code& error) const noexcept {
  return check_open(error) ? platform::read_at(handle_, offset, buffer, error) : 0;
}

std::size_t file_handle::write_at(std::uint64_t offset, std::span<const std::byte> bytes,
                                  std::error_code& error) noexcept {
  return check_open(error) ? platform::write_at(handle_, offset, bytes, error) : 0;
}

std::uint64_t file_handle::seek(std::int64_t offset, std::ios_base::seekdir from, std::error_code& error) noexcept {
  return platform::seek(handle_, offset, from, error);
}

std::uint64_t file_handle::size(std::error_code& error) const noexcept { return platform::size(handle_, error); }

void file_handle::resize(std::uint64_t size, std::error_code& error) noexcept {
  platform::resize(handle_, size, error);
}

void file_handle::sync(std::error_code& error) noexcept { platform::sync(handle_, error); }

void file_handle::set_append(bool appends, std::error_code& error) noexcept {
  platform::set_append(handle_, appends, error);
}

file_handle file_handle::duplicate(std::error_code& error) const noexcept {
  return platform::duplicate(handle_, error);
}

std::FILE* file_handle::into_FILE(std::error_code& error) && noexcept {
  std::FILE* const stream = platform::open_stream(handle_, error);
  if (!error) handle_ = no_native_handle;  // the stream's from now on
  return stream;
}

void file_handle::close() {
  internal::failure failed;
  close(failed.code);
  internal::raise_if(failed, "cannot close a file");
}

std::size_t file_handle::read(std::span<std::byte> buffer) {
  return or_throw("cannot read", [&](std::error_code& error) { return read(buffer, error); });
}

std::size_t file_handle::write(std::span<const std::byte> bytes) {
  return or_throw("cannot write", [&](std::error_code& error) { return write(bytes, error); });
}

std::size_t file_handle::read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
  return or_throw("cannot read", [&](std::error_code& error) { return read_at(offset, buffer, error); });
}

std::size_t file_handle::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  return or_throw("cannot write", [&](std::error_code& error) { return write_at(offset, bytes, error); });
}

std::uint64_t file_handle::seek(std::int64_t offset, std::ios_base::seekdir from) {
  return or_throw("cannot seek", [&](std::error_code& error) { return seek(offset, from, error); });
}

std::uint64_t file_handle::size() const {
  return or_throw("cannot get a file's size", [&](std::error_code& error) { return size(error); });
}

void file_handle::set_append(bool appends) {
  internal::failure failed;
  set_append(appends, failed.code);
  internal::raise_if(failed, "cannot change how a file is written");
}

file_handle file_handle::duplicate() const {
  return or_throw("cannot duplicate a handle", [&](std::error_code& error) { return duplicate(error); });
}

std::FILE* file_handle::into_FILE() && {
  return or_throw("cannot open a C stream", [&](std::error_code& error) { return std::move(*this).into_FILE(error); });
}

void file_handle::resize(std::uint64_t size) {
  internal::failure failed;
  resize(size, failed.code);
  internal::raise_if(failed, "cannot resize a file");
}

void file_handle::sync() {
  internal::failure failed;
  sync(failed.code);
  internal::raise_if(failed, "cannot sync a file");
}

}  // namespace tempfile::inline v0_1
