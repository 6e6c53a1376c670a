// Writing to memory and reading it again: spooled_temporary_file, what Rust and Python have for it, and a
// std::stringstream, which never goes to disk.
#include <tempfile/tempfile.hpp>

#include <cstring>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "contest.hpp"
#include "other_process.hpp"

namespace {

namespace fs = std::filesystem;

constexpr int rounds = 50;
constexpr std::size_t most = std::size_t{64} << 20;  // so that all stays in memory

template <class Stream>
void write_and_read(Stream& stream, std::vector<char>& block, std::size_t count) {
  const auto size = static_cast<std::streamsize>(block.size());
  for (std::size_t i = 0; i < count; ++i) stream.write(block.data(), size);
  stream.seekg(0);
  for (std::size_t i = 0; i < count; ++i) stream.read(block.data(), size);
  benchmark::DoNotOptimize(block.data());
}

void copy_there_and_back(std::vector<char>& block, std::size_t count) {
  std::vector<char> memory(block.size() * count);
  for (std::size_t i = 0; i < count; ++i) std::memcpy(memory.data() + i * block.size(), block.data(), block.size());
  benchmark::DoNotOptimize(memory.data());
  for (std::size_t i = 0; i < count; ++i) std::memcpy(block.data(), memory.data() + i * block.size(), block.size());
  benchmark::DoNotOptimize(block.data());
}

void add(std::size_t size, std::size_t count) {
  const std::string work = "spooled:" + std::to_string(size) + ":" + std::to_string(count);
  std::vector<char> block(size, 'x');
  std::vector<contest::contestant> contestants{
      contest::here("memcpy", [=]() mutable { copy_there_and_back(block, count); }),
      contest::here("spooled_temporary_file",
                    [=]() mutable {
                      tempfile::spooled_temporary_file file{{.max_size = most}};
                      write_and_read(file, block, count);
                    }),
      contest::here("std::stringstream", [=]() mutable {
        std::stringstream stream;
        write_and_read(stream, block, count);
      })};
  const fs::path rust = fs::path{TEMPFILE_CREATION_PEERS} / "rust_peer";
  const fs::path python = fs::path{TEMPFILE_CREATION_SCRIPTS} / "python.py";
  if (fs::exists(rust)) contestants.push_back(contest::elsewhere("Rust SpooledTempFile", {rust, work, "/"}));
  if (fs::exists("/usr/bin/python3")) {
    contestants.push_back(contest::elsewhere("Python SpooledTemporaryFile", {"/usr/bin/python3", python, work, "/"}));
  }
  constexpr std::size_t bytes_in_a_round = std::size_t{4} << 20;
  const auto operations =
      static_cast<int>(std::max<std::size_t>(1, bytes_in_a_round / (std::size_t{1024} + size * count)));
  contest::add("spooled/" + std::to_string(count) + " x " + std::to_string(size) + " bytes", std::move(contestants),
               std::min(operations, 500), rounds);
}

}  // namespace

int main(int count, char** arguments) {
  add(1000, 1);
  add(16, 64);
  add(16, 65'536);
  add(4096, 256);
  add(65'536, 16);
  add(1'048'576, 16);
  return contest::main(count, arguments);
}
