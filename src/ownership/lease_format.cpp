#include "ownership/lease_format.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "names/paths.hpp"
#include "ownership/checksum.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

constexpr std::array<char, 8> magic{'T', 'F', 'L', 'E', 'A', 'S', 'E', '1'};
constexpr std::uint32_t extent_magic = 0x31455854;  // "TXE1"
constexpr std::uint32_t byte_order_mark = 0x01020304;

template <class Header>
std::uint64_t checksum_before_own(const Header& header) noexcept {
  return checksum_of(std::as_bytes(std::span{&header, 1}).first(offsetof(Header, checksum)));
}

constexpr std::array<std::uint32_t, 4> known_slot_sizes{slot_sizes[0], slot_sizes[1], slot_sizes[2], 0};

bool is_plausible(const extent_header& extent) noexcept {
  return extent.magic == extent_magic && extent.checksum == checksum_before_own(extent) &&
         extent.slot_class < slot_classes && extent.slots != 0 &&
         extent.size == whole_blocks(std::uint64_t{extent.slots} * slot_sizes[extent.slot_class]);
}

std::span<std::byte> bytes_of(auto& object) noexcept { return std::as_writable_bytes(std::span{&object, 1}); }

}  // namespace

lease_header new_lease_header(const fs::path& directory) noexcept {
  lease_header header{.magic = magic,
                      .version = lease_version,
                      .byte_order = byte_order_mark,
                      .slot_sizes = known_slot_sizes,
                      .taken = platform::coarse_time(),
                      .boot = platform::current_boot(),
                      .directory_checksum = checksum_of(std::as_bytes(std::span{directory.native()})),
                      .checksum = 0,
                      .process = 0,
                      .process_start = 0,
                      .name = {}};
  header.checksum = checksum_before_own(header);
  set_holder(header);
  return header;
}

void set_holder(lease_header& header) noexcept {
  header.process = platform::process_id();
  header.process_start = platform::start_of_process(header.process);
  header.name = platform::name_of_process(header.process);
}

extent_header new_extent_header(std::uint32_t slot_class, std::uint32_t chunk, std::uint32_t slots) noexcept {
  extent_header extent{.magic = extent_magic,
                       .slot_class = slot_class,
                       .chunk = chunk,
                       .slots = slots,
                       .size = whole_blocks(std::uint64_t{slots} * slot_sizes[slot_class]),
                       .checksum = 0};
  extent.checksum = checksum_before_own(extent);
  return extent;
}

lease_reader::lease_reader(lease_bytes& bytes, std::error_code& error) : bytes_{bytes} {
  const bool is_there = bytes_.read_at(0, bytes_of(header_), error) == sizeof header_ && !error;
  if (!is_there || header_.magic != magic) return;
  if (header_.version != lease_version || header_.byte_order != byte_order_mark) {
    kind_ = lease_kind::unknown;
    return;
  }
  if (header_.checksum != checksum_before_own(header_) || header_.slot_sizes != known_slot_sizes) return;
  header_.name.back() = '\0';
  header_.boot.back() = '\0';
  std::array<fs::path::value_type, lease_block / sizeof(fs::path::value_type)> text{};
  const std::size_t size = bytes_.read_at(lease_directory_offset, std::as_writable_bytes(std::span{text}), error);
  const auto read = std::span{text}.first(size / sizeof(fs::path::value_type));
  const auto end = std::find(read.begin(), read.end(), fs::path::value_type{});
  if (error || end == read.end()) return;
  const auto directory = read.first(static_cast<std::size_t>(end - read.begin()));
  if (checksum_of(std::as_bytes(directory)) != header_.directory_checksum) return;
  directory_ = fs::path{directory.begin(), directory.end()};
  buffer_.reset(new std::byte[buffer_size]);
  kind_ = lease_kind::lease;
}

// A bad extent is the last: nobody knows where the next one begins.
bool lease_reader::next_extent(std::error_code& error) {
  extent_header extent{};
  const bool is_whole = bytes_.read_at(next_extent_, bytes_of(extent), error) == sizeof extent && !error;
  if (!is_whole || !is_plausible(extent)) return false;
  slot_size_ = slot_sizes[extent.slot_class];
  slots_left_ = extent.slots;
  next_slot_ = next_extent_ + lease_block;
  next_extent_ = next_slot_ + extent.size;
  return true;
}

bool lease_reader::refill(std::error_code& error) {
  if (slots_left_ == 0 && !next_extent(error)) return false;
  const std::size_t slots = std::min<std::size_t>(slots_left_, buffer_size / slot_size_);
  const std::span<std::byte> wanted{buffer_.get(), slots * slot_size_};
  const std::size_t size = bytes_.read_at(next_slot_, wanted, error);
  if (error) return false;
  read_ = wanted.first(size / slot_size_ * slot_size_);
  slots_left_ = size == wanted.size() ? slots_left_ - static_cast<std::uint32_t>(slots) : 0;
  next_slot_ += wanted.size();
  return true;
}

bool lease_reader::next(leased_record& record, std::error_code& error) {
  error.clear();
  if (kind_ != lease_kind::lease) return false;
  while (true) {
    while (!read_.empty()) {
      const std::span<const std::byte> slot = read_.first(slot_size_);
      read_ = read_.subspan(slot_size_);
      if (take(slot, record)) return true;
    }
    if (!refill(error)) return false;
  }
}

bool lease_reader::take(std::span<const std::byte> bytes, leased_record& record) const {
  // In memory of its own: aligned, and as large as the largest.
  alignas(name_slot) std::array<std::byte, max_slot_size> copy{};
  std::copy(bytes.begin(), bytes.end(), copy.begin());
  const auto& slot = *reinterpret_cast<const name_slot*>(copy.data());
  const slot_word word{slot.word.load(std::memory_order_relaxed)};
  const bool is_owned =
      word.state() == name_state::creating || word.state() == name_state::owned || word.state() == name_state::removing;
  const std::size_t slot_class = slot_class_of(word);
  if (!is_owned || slot_class == slot_classes || slot_sizes[slot_class] != bytes.size()) return false;
  if (slot.checksum.load(std::memory_order_relaxed) != checksum_of(slot, word)) return false;
  std::array<fs::path::value_type, max_path_size> path{};
  copy_path(slot, word, path);
  const std::basic_string_view<fs::path::value_type> text{path.data()};
  if (text.size() != word.length()) return false;
  record = {.word = word, .name = description_of(slot, word), .path = fs::path{text}};
  std::error_code refused;
  return platform::is_absolute(record.path) && may_be_removed(record.path, refused);
}

}  // namespace tempfile::inline v0_1::internal
