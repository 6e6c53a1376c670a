#include "names/tempdir.hpp"

#include <tempfile/error.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <utility>

#include "names/paths.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
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

fs::path first_usable_directory(tempdir_probe probe, failure& failed) {
  std::string tried;
  for (fs::path& candidate : tempdir_candidates()) {
    failure unusable;
    probe(candidate, unusable);
    if (!unusable) return std::move(candidate);
    if (!tried.empty()) tried += "; ";
    tried += text_of(candidate) + ": " + unusable.code.message();
  }
  failed = {errc::no_usable_directory, {}, "tried " + tried};
  return {};
}

}  // namespace

const fs::path* tempdir(tempdir_probe probe, failure& failed) {
  const fs::path* current = chosen.load(std::memory_order_acquire);
  if (current != nullptr) return current;
  fs::path usable = first_usable_directory(probe, failed);
  if (failed) return nullptr;
  const fs::path& found = remembered(std::move(usable));
  // Another thread may have been faster; then its choice holds, so that all see the same.
  return chosen.compare_exchange_strong(current, &found, std::memory_order_acq_rel) ? &found : current;
}

const fs::path* remembered_directory(const fs::path& directory, failure& failed) {
  fs::path whole = absolute_directory(directory, failed);
  return failed ? nullptr : &remembered(std::move(whole));
}

void set_tempdir(const fs::path& directory, failure& failed) {
  if (directory.empty()) {
    chosen.store(nullptr, std::memory_order_release);
    return;
  }
  const fs::path* const set = remembered_directory(directory, failed);
  if (!failed) chosen.store(set, std::memory_order_release);
}

std::vector<fs::path> tempdir_candidates() {
  std::vector<fs::path> candidates;
  const auto add = [&](const fs::path& directory) {
    if (!platform::is_absolute(directory)) return;  // empty, or a stranger's idea of our working directory
    fs::path candidate = without_trailing_separators(directory);
    const auto same = std::find(candidates.begin(), candidates.end(), candidate);
    if (same == candidates.end()) candidates.push_back(std::move(candidate));
  };
  for (const char* const variable : {"TMPDIR", "TEMP", "TMP"}) {
    if (const auto value = platform::environment(variable)) add(*value);
  }
  for (const fs::path& usual : platform::usual_tempdirs()) add(usual);
  return candidates;
}

}  // namespace tempfile::inline v0_1::internal
