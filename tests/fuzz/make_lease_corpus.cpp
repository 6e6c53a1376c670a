// Writes leases for the fuzzer to begin with: make_lease_corpus DIRECTORY. They have fewer slots than real ones, so
// that it gets through more of them.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "ownership/lease_format.hpp"
#include "ownership/name_slot.hpp"

namespace {

namespace fs = std::filesystem;
using namespace tempfile::internal;  // NOLINT(google-build-using-namespace): of little else

const fs::path served = "/tmp";

struct recorded_name {
  std::string path;
  name_state state;
  name_description name;
};

std::string text_of(const auto& object) { return {reinterpret_cast<const char*>(&object), sizeof object}; }

std::string padded(std::string text) {
  text.resize(static_cast<std::size_t>(whole_blocks(text.size())));
  return text;
}

std::string slot_for(const recorded_name& recorded) {
  const std::size_t slot_class = slot_class_for(recorded.path.size(), recorded.name.adopted.has_value());
  alignas(name_slot) std::array<std::byte, max_slot_size> memory{};
  auto& slot = *reinterpret_cast<name_slot*>(memory.data());
  const slot_word word{slot_word{}, recorded.state, recorded.name, recorded.path.size(), true};
  write_path(slot, recorded.path);
  if (recorded.name.adopted) write_identity(slot, slot_class, *recorded.name.adopted);
  slot.recorded = recorded.name.recorded;
  slot.word = word.value();
  slot.checksum = checksum_of(slot, word);
  return {reinterpret_cast<const char*>(memory.data()), slot_sizes[slot_class]};
}

// With an extent for each class that the names need.
std::string lease_of(const std::vector<recorded_name>& names) {
  std::string lease = padded(text_of(new_lease_header(served))) + padded(served.string());
  for (std::uint32_t slot_class = 0; slot_class < slot_classes; ++slot_class) {
    std::string slots;
    for (const recorded_name& each : names) {
      const std::string slot = slot_for(each);
      if (slot.size() == slot_sizes[slot_class]) slots += slot;
    }
    if (slots.empty()) continue;
    const auto count = static_cast<std::uint32_t>(slots.size() / slot_sizes[slot_class]);
    lease += padded(text_of(new_extent_header(slot_class, 0, count))) + padded(slots);
  }
  return lease;
}

void write(const fs::path& path, const std::string& content) { std::ofstream{path, std::ios::binary} << content; }

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const fs::path directory = arguments[1];
  fs::remove_all(directory);  // with what the fuzzer has added
  fs::create_directories(directory);
  const name_description file{.type = fs::file_type::regular, .recorded = 1, .may_be_swept = true};
  const name_description tree{
      .type = fs::file_type::directory, .granted = fs::perms::group_write, .recorded = 2, .may_be_swept = true};
  const name_description adopted{.type = fs::file_type::socket,
                                 .recorded = 3,
                                 .adopted = {{{.device = 1, .inode = 2, .type = fs::file_type::socket}, 3}},
                                 .may_be_swept = true};
  const recorded_name small{"/tmp/tmpabcdefghijkl", name_state::owned, file};
  const recorded_name medium{"/tmp/" + std::string(100, 'm'), name_state::creating, tree};
  const recorded_name large{"/tmp/" + std::string(250, 'l') + "/file", name_state::removing, file};
  const recorded_name socket{"/run/socket", name_state::owned, adopted};
  write(directory / "empty", lease_of({}));
  write(directory / "one", lease_of({small}));
  write(directory / "free", lease_of({{small.path, name_state::free, file}, small, {"/x", name_state::kept, file}}));
  write(directory / "adopted", lease_of({socket, small}));
  write(directory / "all", lease_of({small, medium, large, socket}));
  write(directory / "torn", lease_of({small, medium}).substr(0, lease_extents_offset + lease_block + 64));
}
