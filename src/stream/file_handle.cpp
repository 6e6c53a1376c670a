#include <tempfile/file_handle.hpp>

#include <utility>

#include "base/failure.hpp"
#include "platform/file.hpp"

namespace tempfile::inline v0_1 {
using internal::or_throw;

void file_handle::close_quietly() noexcept {
  std::error_code ignored;
  close(ignored);
}

void file_handle::close(std::error_code& error) noexcept {
  error.clear();
  if (is_open()) platform::close(release(), error);
}

// Where there is nothing to do the system is not called, and so reports nothing.
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
  or_throw("cannot close file", [&](auto& failed) { close(failed.code); });
}

std::size_t file_handle::read(std::span<std::byte> buffer) {
  return or_throw("cannot read", [&](auto& failed) { return read(buffer, failed.code); });
}

std::size_t file_handle::write(std::span<const std::byte> bytes) {
  return or_throw("cannot write", [&](auto& failed) { return write(bytes, failed.code); });
}

std::size_t file_handle::read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
  return or_throw("cannot read", [&](auto& failed) { return read_at(offset, buffer, failed.code); });
}

std::size_t file_handle::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  return or_throw("cannot write", [&](auto& failed) { return write_at(offset, bytes, failed.code); });
}

std::uint64_t file_handle::seek(std::int64_t offset, std::ios_base::seekdir from) {
  return or_throw("cannot seek", [&](auto& failed) { return seek(offset, from, failed.code); });
}

std::uint64_t file_handle::size() const {
  return or_throw("cannot get file size", [&](auto& failed) { return size(failed.code); });
}

void file_handle::set_append(bool appends) {
  or_throw("cannot set append mode", [&](auto& failed) { set_append(appends, failed.code); });
}

file_handle file_handle::duplicate() const {
  return or_throw("cannot duplicate handle", [&](auto& failed) { return duplicate(failed.code); });
}

std::FILE* file_handle::into_FILE() && {
  return or_throw("cannot open C stream", [&](auto& failed) { return std::move(*this).into_FILE(failed.code); });
}

void file_handle::resize(std::uint64_t size) {
  or_throw("cannot resize file", [&](auto& failed) { resize(size, failed.code); });
}

void file_handle::sync() {
  or_throw("cannot sync file", [&](auto& failed) { sync(failed.code); });
}

}  // namespace tempfile::inline v0_1
