// Reading and writing a stream, beside std::fstream, stdio and the bare system calls. All work on files in memory,
// where what is around the system calls shows most.
#include <fcntl.h>
#include <unistd.h>
#include <tempfile/tempfile.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "contest.hpp"

namespace {

namespace fs = std::filesystem;

constexpr int rounds = 25;
constexpr std::size_t bytes_in_a_round = std::size_t{4} << 20;
constexpr int numbers_in_a_round = 200'000;

// Each contestant's file, open for reading and writing.
struct files {
  explicit files(const fs::path& directory) : name{directory / "std"}, stdio_name{directory / "stdio"} {
    standard.open(name, std::ios::in | std::ios::out | std::ios::trunc | std::ios::binary);
    stdio = std::fopen(stdio_name.c_str(), "w+");
    bare = tempfile::mkstemp({.dir = directory}).file;
    ours = tempfile::file_stream{tempfile::mkstemp({.dir = directory}).file};
  }
  files(const files&) = delete;
  files& operator=(const files&) = delete;
  ~files() { std::fclose(stdio); }

  fs::path name;
  fs::path stdio_name;
  std::fstream standard;
  tempfile::file_stream ours{tempfile::file_handle{}};
  std::FILE* stdio{};
  tempfile::file_handle bare;
};

// An operation on a file from its beginning, repeated without going back; what is still in the buffer at the end
// counts.
template <class Rewind, class Operation, class Flush>
contest::contestant from_the_beginning(std::string name, Rewind rewind, Operation operation, Flush flush) {
  return {std::move(name), [=](int operations) {
            rewind();
            return contest::here({},
                                 [&] {
                                   for (int i = 0; i < operations; ++i) operation();
                                   flush();
                                 })
                .seconds_for(1);
          }};
}

template <class Stream, class Operation>
contest::contestant on(std::string name, Stream& stream, Operation operation) {
  const auto rewind = [&stream] {
    stream.clear();
    stream.seekg(0);
  };
  return from_the_beginning(
      std::move(name), rewind, [&stream, operation] { operation(stream); }, [&stream] { stream.flush(); });
}

template <class Operation>
contest::contestant on_stdio(files& all, Operation operation) {
  return from_the_beginning(
      "stdio", [&all] { std::rewind(all.stdio); }, [&all, operation] { operation(all.stdio); },
      [&all] { std::fflush(all.stdio); });
}

template <class Operation>
contest::contestant on_descriptor(const char* name, files& all, Operation operation) {
  return from_the_beginning(
      name, [&all] { all.bare.seek(0); }, [&all, operation] { operation(all.bare.native_handle()); }, [] {});
}

// Writes and then reads blocks of one size.
void add_blocks(files& all, std::vector<char>& block, std::size_t size) {
  char* const bytes = block.data();
  const auto count = static_cast<std::streamsize>(size);
  const auto operations = static_cast<int>(std::min<std::size_t>(bytes_in_a_round / size, 1'000'000));
  const auto write = [=](auto& stream) { stream.write(bytes, count); };
  const auto read = [=](auto& stream) { stream.read(bytes, count); };
  const std::string case_name = std::to_string(size);
  contest::add("write blocks/" + case_name,
               {on("std::fstream", all.standard, write), on("file_stream", all.ours, write),
                on_stdio(all, [=](std::FILE* file) { std::fwrite(bytes, 1, size, file); }),
                on_descriptor("write(2)", all,
                              [=](int descriptor) { benchmark::DoNotOptimize(::write(descriptor, bytes, size)); })},
               operations, rounds);
  contest::add("read blocks/" + case_name,
               {on("std::fstream", all.standard, read), on("file_stream", all.ours, read),
                on_stdio(all, [=](std::FILE* file) { benchmark::DoNotOptimize(std::fread(bytes, 1, size, file)); }),
                on_descriptor("read(2)", all,
                              [=](int descriptor) { benchmark::DoNotOptimize(::read(descriptor, bytes, size)); })},
               operations, rounds);
}

void add_characters(files& all) {
  const auto put = [](auto& stream) { stream.put('x'); };
  const auto get = [](auto& stream) { benchmark::DoNotOptimize(stream.get()); };
  const int operations = static_cast<int>(bytes_in_a_round) / 4;
  contest::add("one by one/put", {on("std::fstream", all.standard, put), on("file_stream", all.ours, put)}, operations,
               rounds);
  contest::add("one by one/get", {on("std::fstream", all.standard, get), on("file_stream", all.ours, get)}, operations,
               rounds);
}

void add_numbers(files& all) {
  const auto write = [](auto& stream) {
    static int number = 0;
    stream << ++number << '\n';
  };
  const auto read = [](auto& stream) {
    int number = 0;
    stream >> number;
    benchmark::DoNotOptimize(number);
  };
  const auto read_line = [](auto& stream) {
    static std::string line;
    std::getline(stream, line);
  };
  contest::add("one by one/<< int", {on("std::fstream", all.standard, write), on("file_stream", all.ours, write)},
               numbers_in_a_round, rounds);
  contest::add("one by one/>> int", {on("std::fstream", all.standard, read), on("file_stream", all.ours, read)},
               numbers_in_a_round, rounds);
  contest::add("one by one/getline",
               {on("std::fstream", all.standard, read_line), on("file_stream", all.ours, read_line)},
               numbers_in_a_round, rounds);
}

}  // namespace

int main(int count, char** arguments) {
  const tempfile::temporary_directory directory{{.dir = fs::is_directory("/dev/shm") ? "/dev/shm" : ""}};
  files all{directory.path()};
  std::vector<char> block(std::size_t{1} << 20, 'x');
  add_numbers(all);
  add_characters(all);
  for (const std::size_t size : {1U, 16U, 256U, 4096U, 65'536U, 1'048'576U}) add_blocks(all, block, size);
  return contest::main(count, arguments);
}
