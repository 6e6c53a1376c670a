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
constexpr int first_number = 100'000;

// One file, opened by each contestant for reading and writing: so all meet the same pages.
struct files {
  files(const fs::path& directory, const std::string& content) {
    const fs::path path = tempfile::mkstemp({.dir = directory}).path;
    standard.open(path, std::ios::in | std::ios::out | std::ios::binary);
    stdio = std::fopen(path.c_str(), "r+");
    bare = tempfile::file_handle{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    ours = tempfile::file_stream{tempfile::file_handle{::open(path.c_str(), O_RDWR | O_CLOEXEC)}};
    bare.write(content);
  }
  files(const files&) = delete;
  files& operator=(const files&) = delete;
  ~files() { std::fclose(stdio); }

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

// One in a line, all of the same length.
std::string numbers() {
  std::string text;
  for (int i = 0; i < numbers_in_a_round; ++i) text += std::to_string(first_number + i) + '\n';
  return text;
}

void add_numbers(files& all) {
  const auto write = [](auto& stream) {
    static int number = 0;
    stream << first_number + ++number % numbers_in_a_round << '\n';
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
  files of_numbers{directory.path(), numbers()};
  files of_bytes{directory.path(), std::string(bytes_in_a_round, 'x')};
  std::vector<char> block(std::size_t{1} << 20, 'x');
  add_numbers(of_numbers);
  add_characters(of_bytes);
  for (const std::size_t size : {1U, 16U, 256U, 4096U, 65'536U, 1'048'576U}) add_blocks(of_bytes, block, size);
  return contest::main(count, arguments);
}
