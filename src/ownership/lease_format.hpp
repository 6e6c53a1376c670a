// What a lease's file holds: a header, then the chunks of the table of owned names, as they lie in memory. Read by
// other processes, of other versions, and after a crash of the machine; so nothing in it is taken for granted.
//
//   0     lease_header, in a block of its own
//   4096  the directory that the lease serves, with its NUL, in a block of its own
//   8192  extents, one after the other: a block with an extent_header, then its slots, up to a whole number of blocks
//
// Numbers are the machine's. A change of anything here is another version.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <system_error>
#include <type_traits>

#include "ownership/name_slot.hpp"
#include "platform/lease.hpp"

namespace tempfile::inline v0_1::internal {

constexpr std::size_t lease_block = 4096;
constexpr std::size_t lease_directory_offset = lease_block;
constexpr std::size_t lease_extents_offset = 2 * lease_block;
constexpr std::uint32_t lease_version = 1;

struct lease_header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t byte_order;
  std::array<std::uint32_t, 4> slot_sizes;  // of each class; 0: there is none
  std::int64_t taken;                       // when: in nanoseconds since 1970
  platform::boot_mark boot;
  std::uint64_t directory_checksum;
  std::uint64_t checksum;  // of all before
  // Who holds it; another process that takes over writes over this.
  std::uint64_t process;
  std::uint64_t process_start;  // platform::start_of_process()
  platform::process_name name;
};
static_assert(sizeof(lease_header) == 128 && std::is_trivially_copyable_v<lease_header>);

struct extent_header {
  std::uint32_t magic;
  std::uint32_t slot_class;
  std::uint32_t chunk;
  std::uint32_t slots;
  std::uint64_t size;  // of the slots and what fills their last block
  std::uint64_t checksum;
};
static_assert(sizeof(extent_header) == 32 && std::is_trivially_copyable_v<extent_header>);

// The header of a lease that this process takes now, for names in `directory`.
lease_header new_lease_header(const fs::path& directory) noexcept;
void set_holder(lease_header& header) noexcept;  // this process
extent_header new_extent_header(std::uint32_t slot_class, std::uint32_t chunk, std::uint32_t slots) noexcept;

constexpr std::uint64_t whole_blocks(std::uint64_t size) noexcept {
  return (size + lease_block - 1) / lease_block * lease_block;
}

// --- reading ---------------------------------------------------------------------------------------------------------

// Where the bytes of a lease come from.
class lease_bytes {
 public:
  virtual ~lease_bytes() = default;
  // Fewer only at the end, or on an error.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer, std::error_code& error) = 0;
};

// A name that a lease holds.
struct leased_record {
  slot_word word;
  name_description name;
  fs::path path;
};

enum class lease_kind {
  none,     // torn, or never finished: it can't help anybody
  unknown,  // of another version, or of a machine with another order of bytes
  lease,
};

class lease_reader {
 public:
  // Reads the header.
  lease_reader(lease_bytes& bytes, std::error_code& error);

  [[nodiscard]] lease_kind kind() const noexcept { return kind_; }
  // Whether of something that is none the beginning is there.
  [[nodiscard]] bool is_torn() const noexcept { return header_.magic != decltype(header_.magic){}; }
  // Only of a lease.
  [[nodiscard]] const lease_header& header() const noexcept { return header_; }
  [[nodiscard]] const fs::path& directory() const noexcept { return directory_; }

  // The next name that is owned, whole and safe to remove; false at the end and on an error. What is torn is passed
  // over.
  bool next(leased_record& record, std::error_code& error);

 private:
  bool next_extent(std::error_code& error);
  bool refill(std::error_code& error);
  [[nodiscard]] bool take(std::span<const std::byte> bytes, leased_record& record) const;

  static constexpr std::size_t buffer_size = std::size_t{64} * 1024;

  lease_bytes& bytes_;
  lease_kind kind_{lease_kind::none};
  lease_header header_{};
  fs::path directory_;
  std::uint64_t next_extent_{lease_extents_offset};
  std::uint64_t next_slot_{};
  std::uint32_t slots_left_{};
  std::size_t slot_size_{};
  std::span<const std::byte> read_{};
  std::unique_ptr<std::byte[]> buffer_;
};

}  // namespace tempfile::inline v0_1::internal
