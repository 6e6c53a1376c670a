// Every system call fails once, at every place where it is made, with every error that matters: nothing may be lost,
// nothing left behind, nothing kept open, and nothing pass unnoticed.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <atomic>
#include <cerrno>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <thread>

#include "faults.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

std::atomic<int> times_told{0};
void count(const fs::path&, const std::error_code&) noexcept { ++times_told; }

// What the scenarios ask for. Under a umask that forbids everything only an exact mode lets an ordinary user go on.
std::optional<fs::perms> file_mode;
std::optional<fs::perms> directory_mode;

class exact_modes {
 public:
  exact_modes() {
    file_mode = fs::perms::owner_read | fs::perms::owner_write;
    directory_mode = fs::perms::owner_all;
  }
  exact_modes(const exact_modes&) = delete;
  exact_modes& operator=(const exact_modes&) = delete;
  ~exact_modes() {
    file_mode.reset();
    directory_mode.reset();
  }
};

// What a program does with the library. It returns whether all went well, and throws what the library throws; what it
// leaves in the directory is the library's fault.
struct scenario {
  const char* name;
  bool (*run)(const fs::path& directory);
};

std::ostream& operator<<(std::ostream& out, const scenario& shown) { return out << shown.name; }

// What the test itself makes can be used, whatever umask the library is tried under.
void write_file(const fs::path& path, std::string_view text) {
  const support::umask_guard usual{022};
  support::write_file(path, text);
}

std::string line_of(tempfile::file_stream_base& file) {
  file.seek(0);
  std::string text;
  std::getline(file, text);
  return text;
}

bool use_unnamed_file(const fs::path& directory) {
  tempfile::temporary_file file{{.dir = directory, .mode = file_mode}};
  file.exceptions(std::ios::badbit | std::ios::failbit);
  file << "some text" << std::flush;
  const bool is_right = line_of(file) == "some text";
  file.close();
  return is_right;
}

bool use_unnamed_file_by_unlinking(const fs::path& directory) {
  const faults::without_unnamed_files unsupported{EOPNOTSUPP};
  return use_unnamed_file(directory);
}

bool use_named_file(const fs::path& directory) {
  tempfile::named_temporary_file file{{.dir = directory, .mode = file_mode}};
  file.exceptions(std::ios::badbit | std::ios::failbit);
  file << "some text";
  file.flush();
  const bool is_right = support::read_file(file.path()) == "some text";
  file.close();
  return is_right;
}

bool use_spooled_file(const fs::path& directory) {
  tempfile::spooled_temporary_file file{{.dir = directory, .mode = file_mode, .max_size = 10}};
  file.exceptions(std::ios::badbit | std::ios::failbit);
  file << "some text";
  try {
    file << " and more";
  } catch (const std::ios::failure&) {  // then nothing of it was written, and nothing else is lost
    file.clear();
    if (!file.is_rolled() && line_of(file) != "some text") return false;
    throw;
  }
  const bool is_right = line_of(file) == "some text and more";
  file.close();
  return is_right;
}

// Puts something in place of an old file: there is the old one, or the new one, whatever fails.
template <class Persist>
bool replace(const fs::path& directory, Persist persist) {
  const fs::path target = directory / "target";
  write_file(target, "old");
  const auto is_whole = [&] {
    const std::string found = support::read_file(target);
    return found == "old" || found == "some text";
  };
  try {
    persist(target);
  } catch (const fs::filesystem_error&) {
    const bool was_whole = is_whole();
    fs::remove(target);
    if (!was_whole) return false;
    throw;
  }
  const bool is_right = support::read_file(target) == "some text";
  fs::remove(target);
  return is_right;
}

template <class File>
bool persist_file(const fs::path& from, const fs::path& directory) {
  return replace(directory, [&](const fs::path& target) {
    File file{{.dir = from, .mode = file_mode}};
    file << "some text";
    file.persist(target, {.durability = tempfile::durability::full});
  });
}

bool persist_unnamed(const fs::path& directory) { return persist_file<tempfile::temporary_file>(directory, directory); }
bool persist_named(const fs::path& directory) {
  return persist_file<tempfile::named_temporary_file>(directory, directory);
}
bool persist_across(const fs::path& directory) {
  const support::scratch_directory other{support::quick_place()};
  const bool went_well = persist_file<tempfile::named_temporary_file>(directory, other.path());
  return went_well && support::entries(other.path()).empty();
}
bool persist_unlinked(const fs::path& directory) {
  const faults::without_unnamed_files unsupported{EOPNOTSUPP};
  return persist_unnamed(directory);
}
bool use_write_file(const fs::path& directory) {
  return replace(directory, [](const fs::path& target) { tempfile::write_file(target, "some text"); });
}

bool persist_directory(const fs::path& directory) {
  const fs::path target = directory / "target";
  if (support::has_linux_platform()) {  // POSIX can't exchange directories
    const support::umask_guard usual{022};
    fs::create_directory(target);
    write_file(target / "old", "");
  }
  const bool had_old = fs::exists(target);
  const auto end = [&] {
    if (fs::exists(target)) fs::permissions(target, fs::perms::owner_all);  // a new one has what the umask leaves
    const bool has_old = fs::exists(target / "old") || (!had_old && !fs::exists(target));
    const bool is_whole = has_old != fs::exists(target / "new");
    fs::remove_all(target);
    return is_whole;
  };
  try {
    tempfile::temporary_directory made{{.dir = directory, .mode = directory_mode}};
    write_file(made / "new", "");
    made.persist(target);
  } catch (const fs::filesystem_error&) {
    if (!end()) return false;
    throw;
  }
  return end();
}

bool use_directory(const fs::path& directory) {
  tempfile::temporary_directory made{{.dir = directory, .mode = directory_mode, .lock = true}};
  {
    const support::umask_guard usual{022};
    fs::create_directories(made / "a/b");
    support::write_file(made / "a/file", "text");
    support::write_file(made / "a/b/file", "text");
  }
  made.cleanup();
  return true;
}

bool use_mkstemp(const fs::path& directory) {
  auto [file, path] = tempfile::mkstemp({.dir = directory, .mode = file_mode});
  const tempfile::temporary_path guard{path};
  file.write("some text");
  file.sync();
  file.resize(4);
  file.close();
  return support::read_file(path) == "some";
}

bool use_mkdtemp(const fs::path& directory) {
  fs::remove(tempfile::mkdtemp({.dir = directory, .mode = directory_mode}));
  return true;
}

bool use_default_directory(const fs::path& directory) {
  const support::environment_guard environment{"TMPDIR", directory.string()};
  tempfile::settempdir({});
  const fs::path chosen = tempfile::gettempdir();
  tempfile::settempdir({});
  return chosen == directory || !chosen.empty();
}

constexpr scenario scenarios[] = {
    {"unnamed_file", use_unnamed_file},
    {"unnamed_file_by_unlinking", use_unnamed_file_by_unlinking},
    {"named_file", use_named_file},
    {"spooled_file", use_spooled_file},
    {"persist_unnamed", persist_unnamed},
    {"persist_named", persist_named},
    {"persist_across", persist_across},
    {"persist_unlinked", persist_unlinked},
    {"write_file", use_write_file},
    {"persist_directory", persist_directory},
    {"directory", use_directory},
    {"mkstemp", use_mkstemp},
    {"mkdtemp", use_mkdtemp},
    {"default_directory", use_default_directory},
};

// A directory in which the probe can't be removed is not chosen, and told only if no other serves either.
bool is_probe_removal(faults::call kind, const scenario& tried) {
  return kind == faults::call::unlinkat && std::string_view{tried.name} == "default_directory";
}

// POSIX knows no EINTR for these two.
bool may_be_interrupted(faults::call kind) { return kind != faults::call::fdopendir && kind != faults::call::readdir; }

struct outcome {
  bool went_well{false};
  bool was_told{false};
  bool had_fault{false};
};

outcome run(const scenario& tried, const fs::path& directory, faults::call kind, int nth, int error) {
  times_told = 0;
  outcome result;
  const faults::failing fault{kind, nth, error};
  // A thread of its own has no random numbers yet.
  std::thread{[&] {
    try {
      result.went_well = tried.run(directory);
    } catch (const std::exception&) {
      result.was_told = true;
    }
  }}.join();
  result.was_told = result.was_told || times_told > 0;
  result.had_fault = fault.has_happened();
  return result;
}

// Names can only be left where removing or looking at them is what failed.
bool may_leave_names(faults::call kind, const scenario& tried) {
  if (kind == faults::call::unlinkat || kind == faults::call::fstatat || kind == faults::call::statx) return true;
  return std::string_view{tried.name}.ends_with("directory") && kind != faults::call::mkdirat;
}

class failing_calls : public testing::TestWithParam<scenario> {
 protected:
  failing_calls() : hook_before_{tempfile::set_cleanup_error_hook(count)} {}
  ~failing_calls() override { tempfile::set_cleanup_error_hook(hook_before_); }

  // Fails the first, second, third ... call of a kind until the scenario doesn't get that far.
  void fail_each(faults::call kind, int error) {
    for (int nth = 1; nth < 200; ++nth) {
      SCOPED_TRACE(testing::Message() << "call " << static_cast<int>(kind) << ", the " << nth << ". time, error "
                                      << error);
      const support::scratch_directory directory;
      const std::size_t open_before = support::open_descriptors();
      const outcome result = run(GetParam(), directory.path(), kind, nth, error);
      EXPECT_EQ(support::open_descriptors(), open_before);
      EXPECT_TRUE(result.went_well || result.was_told);
      const bool is_clean = support::entries(directory.path()).empty();
      EXPECT_TRUE(is_clean || may_leave_names(kind, GetParam()));
      // A name that the system says is gone is gone, even where it lies.
      EXPECT_TRUE(is_clean || result.was_told || error == ENOENT || is_probe_removal(kind, GetParam()));
      if (!result.had_fault) return;
      if (error == EINTR && may_be_interrupted(kind)) {
        EXPECT_TRUE(result.went_well);
        EXPECT_FALSE(result.was_told);
        EXPECT_TRUE(is_clean);
      }
    }
    FAIL() << "makes 200 calls of one kind";
  }

 private:
  tempfile::cleanup_error_hook hook_before_;
};

TEST_P(failing_calls, leave_nothing_behind_and_are_told) {
  for (int kind = 0; kind < static_cast<int>(faults::call::count_of_calls); ++kind) {
    for (const int error : {EINTR, EIO, ENOSPC, EMFILE, EACCES, EPERM, ENOENT, ENOSYS, EINVAL}) {
      fail_each(static_cast<faults::call>(kind), error);
    }
  }
}

TEST_P(failing_calls, leave_nothing_behind_under_a_umask_that_forbids_everything) {
  const support::umask_guard mask{0777};
  const exact_modes modes;
  for (const auto kind : {faults::call::fchmod, faults::call::fchmodat, faults::call::fchmodat2, faults::call::fstat,
                          faults::call::fstatat, faults::call::openat}) {
    for (const int error : {EINTR, EIO, EPERM, ENOSYS}) fail_each(kind, error);
  }
}

INSTANTIATE_TEST_SUITE_P(scenarios, failing_calls, testing::ValuesIn(scenarios),
                         [](const auto& tried) { return std::string{tried.param.name}; });

}  // namespace
