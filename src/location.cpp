#include <tempfile/location.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <string>

#include "default_directory.hpp"
#include "naming.hpp"
#include "paths.hpp"
#include "platform/system.hpp"

namespace tempfile::inline v0_1 {
namespace internal {
namespace {

// Directories are read without a lock, so one that has been set can't be freed while the process lives: another thread
// may be reading it. Each is kept once.
struct known_directory {
  fs::path path;
  const known_directory* next;
};
using known_directories = std::atomic<const known_directory*>;
constinit std::array<known_directories, 1024> known{};  // by hash, so that many don't take long to look through
constinit std::atomic<const fs::path*> chosen{nullptr};

const fs::path& remembered(fs::path path) {
  known_directories& bucket = known.at(std::hash<fs::path::string_type>{}(path.native()) % known.size());
  const known_directory* const first = bucket.load(std::memory_order_acquire);
  for (const known_directory* each = first; each != nullptr; each = each->next) {
    if (each->path.native() == path.native()) return each->path;
  }
  // Never freed, as said above; reachable from its bucket. Two threads may add the same path; that is harmless.
  auto* const fresh = new known_directory{std::move(path), first};
  while (!bucket.compare_exchange_weak(fresh->next, fresh, std::memory_order_acq_rel)) {
  }
  return fresh->path;
}

// Really creates, writes and removes a file: the directory may be full, read-only, or lie about its permissions.
void probe(const fs::path& directory, failure& failed) {
  constexpr std::array probed{std::byte{'p'}, std::byte{'r'}, std::byte{'o'}, std::byte{'b'}, std::byte{'e'}};
  file_handle file;
  const fs::path path =
      under_unused_name(directory, gettempprefix(), {}, failed, [&](const fs::path& name, std::error_code& error) {
        file_identity identity;
        file = platform::create_file(name.c_str(), {fs::perms::owner_read | fs::perms::owner_write, false}, identity,
                                     error);
      });
  if (failed) return;
  std::error_code write_error;
  platform::write_without_signal(file.native_handle(), probed, write_error);
  if (write_error == std::errc::file_too_large)
    write_error.clear();  // a limit of this process's, for files of any kind
  std::error_code close_error;
  file.close(close_error);
  std::error_code remove_error;
  platform::remove_file(path.c_str(), remove_error);
  for (const std::error_code& error : {write_error, close_error, remove_error}) {
    if (!failed && error) failed = {error, directory, {}};
  }
}

fs::path first_usable_directory(failure& failed) {
  std::string tried;
  for (fs::path& candidate : candidate_tempdirs()) {
    failure unusable;
    probe(candidate, unusable);
    if (!unusable) return std::move(candidate);
    if (!tried.empty()) tried += "; ";
    tried += candidate.string() + ": " + unusable.code.message();
  }
  failed = {errc::no_usable_directory, {}, "tried " + tried};
  return {};
}

}  // namespace

const fs::path* default_directory(failure& failed) {
  const fs::path* current = chosen.load(std::memory_order_acquire);
  if (current != nullptr) return current;
  fs::path usable = first_usable_directory(failed);
  if (failed) return nullptr;
  const fs::path& found = remembered(std::move(usable));
  // Another thread may have been faster; then its choice holds, so that all see the same.
  return chosen.compare_exchange_strong(current, &found, std::memory_order_acq_rel) ? &found : current;
}

}  // namespace internal

namespace {

void set_directory(fs::path directory, internal::failure& failed) {
  if (directory.empty()) {
    internal::chosen.store(nullptr, std::memory_order_release);
    return;
  }
  if (internal::holds_nul(directory)) {
    failed = {std::make_error_code(std::errc::invalid_argument), std::move(directory), "the path holds a NUL"};
    return;
  }
  const fs::path absolute = internal::absolute(directory, failed);
  if (failed) return;
  const fs::path& known = internal::remembered(internal::without_trailing_separators(absolute));
  internal::chosen.store(&known, std::memory_order_release);
}

}  // namespace

fs::path gettempdir() {
  internal::failure failed;
  const fs::path* const directory = internal::default_directory(failed);
  internal::raise_if(failed, "cannot choose a temporary directory");
  return *directory;
}

fs::path gettempdir(std::error_code& error) {
  internal::failure failed;
  const fs::path* const directory = internal::default_directory(failed);
  error = failed.code;
  return directory == nullptr ? fs::path{} : *directory;
}

void settempdir(fs::path directory) {
  internal::failure failed;
  set_directory(std::move(directory), failed);
  internal::raise_if(failed, "cannot set the temporary directory");
}

void settempdir(fs::path directory, std::error_code& error) {
  internal::failure failed;
  set_directory(std::move(directory), failed);
  error = failed.code;
}

std::vector<fs::path> candidate_tempdirs() {
  std::vector<fs::path> candidates;
  const auto add = [&](const fs::path& directory) {
    if (!directory.is_absolute()) return;  // empty, or a stranger's idea of our working directory
    fs::path candidate = internal::without_trailing_separators(directory);
    const auto same = std::find(candidates.begin(), candidates.end(), candidate);
    if (same == candidates.end()) candidates.push_back(std::move(candidate));
  };
  for (const char* const variable : {"TMPDIR", "TEMP", "TMP"}) {
    if (const auto value = platform::environment(variable)) add(*value);
  }
  for (const fs::path& usual : platform::usual_tempdirs()) add(usual);
  return candidates;
}

std::string_view gettempprefix() noexcept { return "tmp"; }

}  // namespace tempfile::inline v0_1
