// What a spooled file holds while it is in memory.
#pragma once

#include <tempfile/file_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ios>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

// Bytes with a position, as a file has them. What fails changes nothing.
class memory_storage {
 public:
  // Creates the file that the bytes go to when there are too many of them.
  using file_maker = std::function<file_handle(failure& failed)>;

  // Holds at most `max_size` bytes; 0: as many as there is memory for.
  memory_storage(std::uint64_t max_size, file_maker make_file);

  // How many bytes can be written at the position.
  [[nodiscard]] std::uint64_t room() const noexcept;
  [[nodiscard]] bool fits(std::uint64_t size) const noexcept { return size <= max_size_; }

  std::size_t read(std::span<char> buffer) noexcept;
  // There must be room.
  std::size_t write(std::span<const char> bytes, std::error_code& error) noexcept;
  std::uint64_t seek(std::int64_t offset, std::ios_base::seekdir from, std::error_code& error) noexcept;
  [[nodiscard]] std::uint64_t size() const noexcept { return bytes_.size(); }
  // The size must be one that fits.
  void resize(std::uint64_t size, std::error_code& error) noexcept;

  [[nodiscard]] std::span<const char> bytes() const noexcept { return bytes_; }
  // A file of file_maker's, with the same bytes and position; closed on failure.
  [[nodiscard]] file_handle to_file(std::error_code& error) const noexcept;
  [[nodiscard]] std::string&& take() noexcept { return std::move(bytes_); }

 private:
  void make_room(std::uint64_t size);

  file_maker make_file_;
  std::uint64_t max_size_;
  std::string bytes_;
  std::uint64_t position_{};
};

}  // namespace tempfile::inline v0_1::internal
