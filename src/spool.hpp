// What a spooled file holds as long as it is in memory.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/spooled_temporary_file.hpp>

#include <cstddef>
#include <cstdint>
#include <ios>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "failure.hpp"

namespace tempfile::inline v0_1::internal {

// Bytes with a position, as a file has them. What fails changes nothing.
class spool {
 public:
  // A relative directory counts from the working directory of this moment.
  spool(spooled_temporary_file_options wanted, failure& failed);

  // Where its file will be made: empty if that is decided then.
  [[nodiscard]] const fs::path& dir() const noexcept { return wanted_.dir; }

  // How many bytes can be written at the position.
  [[nodiscard]] std::uint64_t room() const noexcept;
  [[nodiscard]] bool may_have(std::uint64_t size) const noexcept { return size <= most_; }

  std::size_t read(std::span<char> buffer) noexcept;
  // There must be room.
  std::size_t write(std::span<const char> bytes, std::error_code& error) noexcept;
  std::uint64_t seek(std::int64_t offset, std::ios_base::seekdir from, std::error_code& error) noexcept;
  [[nodiscard]] std::uint64_t size() const noexcept { return bytes_.size(); }
  // The size must be one that it may have.
  void resize(std::uint64_t size, std::error_code& error) noexcept;

  [[nodiscard]] std::span<const char> bytes() const noexcept { return bytes_; }
  // A file without a name, with the same bytes and position; closed on failure.
  [[nodiscard]] file_handle to_file(std::error_code& error) const noexcept;
  [[nodiscard]] std::string&& take() noexcept { return std::move(bytes_); }

 private:
  void make_room(std::uint64_t size);

  spooled_temporary_file_options wanted_;
  std::uint64_t most_;
  std::string bytes_;
  std::uint64_t position_{};
};

}  // namespace tempfile::inline v0_1::internal
