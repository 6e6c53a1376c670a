#include "stream/memory_storage.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

namespace tempfile::inline v0_1::internal {
namespace {

// Positions in a file are signed (std::streamoff).
constexpr auto max_position = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// Makes `bytes` of this size; what is new is zero.
void resize_to(std::string& bytes, std::uint64_t size, std::error_code& error) noexcept {
  error.clear();
  try {
    if (size > bytes.max_size()) throw std::bad_alloc{};
    bytes.resize(static_cast<std::size_t>(size));
  } catch (const std::bad_alloc&) {
    error = std::make_error_code(std::errc::not_enough_memory);
  }
}

}  // namespace

memory_storage::memory_storage(std::uint64_t max_size, file_maker make_file)
    : make_file_{std::move(make_file)}, max_size_{max_size == 0 ? max_position : max_size} {}

std::uint64_t memory_storage::room() const noexcept { return max_size_ > position_ ? max_size_ - position_ : 0; }

std::size_t memory_storage::read(std::span<char> buffer) noexcept {
  if (position_ >= bytes_.size()) return 0;
  const auto begin = static_cast<std::size_t>(position_);
  const std::size_t count = std::min(buffer.size(), bytes_.size() - begin);
  std::memcpy(buffer.data(), bytes_.data() + begin, count);
  position_ += count;
  return count;
}

std::size_t memory_storage::write(std::span<const char> bytes, std::error_code& error) noexcept {
  error.clear();
  if (bytes.empty()) return 0;
  const std::uint64_t old_size = bytes_.size();
  if (position_ > old_size) resize_to(bytes_, position_, error);
  if (error) return 0;
  const auto at = static_cast<std::size_t>(position_);
  const std::size_t over = std::min(bytes.size(), bytes_.size() - at);
  try {
    make_room(at + bytes.size());
    bytes_.append(bytes.data() + over, bytes.size() - over);
  } catch (const std::exception&) {  // std::bad_alloc, std::length_error
    bytes_.resize(static_cast<std::size_t>(old_size));
    error = std::make_error_code(std::errc::not_enough_memory);
    return 0;
  }
  std::memcpy(bytes_.data() + at, bytes.data(), over);
  position_ += bytes.size();
  return bytes.size();
}

// By a factor of four, because memory that is not touched costs nothing: all copying together is a third of the size,
// and where there is a limit, never more than that.
void memory_storage::make_room(std::uint64_t size) {
  constexpr std::uint64_t factor = 4;
  if (size <= bytes_.capacity()) return;
  bytes_.reserve(static_cast<std::size_t>(std::max(size, std::min(max_size_, factor * bytes_.capacity()))));
}

std::uint64_t memory_storage::seek(std::int64_t offset, std::ios_base::seekdir from, std::error_code& error) noexcept {
  error.clear();
  std::uint64_t begin = 0;
  if (from == std::ios_base::cur) begin = position_;
  if (from == std::ios_base::end) begin = bytes_.size();
  const bool is_before_begin = offset < 0 && std::uint64_t{0} - static_cast<std::uint64_t>(offset) > begin;
  const bool is_too_large = offset > 0 && static_cast<std::uint64_t>(offset) > max_position - begin;
  if (is_before_begin || is_too_large) {
    error = std::make_error_code(is_too_large ? std::errc::value_too_large : std::errc::invalid_argument);
    return 0;
  }
  position_ = begin + static_cast<std::uint64_t>(offset);
  return position_;
}

void memory_storage::resize(std::uint64_t size, std::error_code& error) noexcept { resize_to(bytes_, size, error); }

file_handle memory_storage::to_file(std::error_code& error) const noexcept {
  try {
    failure failed;
    file_handle file = make_file_(failed);
    error = failed.code;
    if (!error) file.write(bytes_, error);
    if (!error) file.seek(static_cast<std::int64_t>(position_), std::ios_base::beg, error);
    if (!error) return file;
  } catch (const std::bad_alloc&) {
    error = std::make_error_code(std::errc::not_enough_memory);
  }
  return {};
}

}  // namespace tempfile::inline v0_1::internal
