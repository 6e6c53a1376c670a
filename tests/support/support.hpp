// What the tests share: a private place to work in, files, the environment.
#pragma once

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace support {

// Whether ./dev test --long runs the tests: those that grow with their patience then do.
inline bool is_long_run() { return std::getenv("TEMPFILE_TEST_LONG") != nullptr; }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool has_sanitizer = true;
#else
inline constexpr bool has_sanitizer = false;
#endif

inline std::string usual_place() {
  const char* const parent = std::getenv("TMPDIR");
  return parent != nullptr && *parent == '/' ? parent : "/tmp";
}

// Where hundreds of thousands of files take seconds, not minutes: a file system in memory, if there is one with room
// for so many.
inline std::string quick_place(std::uintmax_t inodes = 0) {
  struct statvfs room {};
  const bool is_there = ::access("/dev/shm", W_OK) == 0 && ::statvfs("/dev/shm", &room) == 0;
  return is_there && room.f_favail >= inodes ? "/dev/shm" : usual_place();
}

// A new private directory, removed at the end by means that are not the library's.
class scratch_directory {
 public:
  explicit scratch_directory(const std::string& parent = usual_place()) {
    std::string name = parent + "/tempfile-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error{errno, std::system_category(), name};
    path_ = name;
    if (::chmod(name.c_str(), S_IRWXU) != 0) throw std::system_error{errno, std::system_category(), name};  // the umask
  }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  ~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Moves an object to where it is never destroyed, because its process is to be killed.
template <class Object>
Object& leave(Object object) {
  static auto* const left = new std::deque<Object>;  // references into it stay valid
  return left->emplace_back(std::move(object));
}

inline std::vector<std::filesystem::path> entries(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator{directory}) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

// Sets an environment variable, or unsets it, and puts it back at the end.
class environment_guard {
 public:
  environment_guard(std::string name, const std::optional<std::string>& value) : name_{std::move(name)} {
    if (const char* const before = std::getenv(name_.c_str())) before_ = before;
    set(value);
  }
  environment_guard(const environment_guard&) = delete;
  environment_guard& operator=(const environment_guard&) = delete;
  ~environment_guard() { set(before_); }

 private:
  void set(const std::optional<std::string>& value) const {
    if (value) {
      ::setenv(name_.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }
  std::string name_;
  std::optional<std::string> before_;
};

// Whether the library was built from what only Linux has, and so keeps the promises that POSIX alone can't.
inline bool has_linux_platform() { return std::string_view{TEMPFILE_TESTED_PLATFORM} == "linux"; }

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

inline void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream{path, std::ios::binary} << content;
}

// What a tree holds: names, types, modes, contents and where links lead; to compare with a later time.
inline std::vector<std::string> snapshot(const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  std::vector<std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator{root}) {
    const fs::file_status status = entry.symlink_status();
    std::string line = entry.path().string() + ' ' + std::to_string(static_cast<int>(status.type())) + ' ' +
                       std::to_string(static_cast<unsigned>(status.permissions()));
    if (fs::is_regular_file(status)) line += ' ' + support::read_file(entry.path());
    if (fs::is_symlink(status)) line += ' ' + fs::read_symlink(entry.path()).string();
    all.push_back(line);
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace support
