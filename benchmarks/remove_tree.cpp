// How remove_tree() compares with what others remove trees with: which trees they survive, and how long they take. All
// take turns, each in a process of its own on a tree made anew, so that whatever else the machine does meets all. Not
// by Google Benchmark, which knows one process only. Libraries time themselves; for rm and find their start counts,
// about a millisecond.
#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure.hpp"

namespace {

namespace fs = std::filesystem;

constexpr uid_t nobody = 65534;
constexpr std::string_view ours = "tempfile";

// --- trees -----------------------------------------------------------------------------------------------------------

void make_file(int directory, const std::string& name) {
  ::close(::openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

void make_wide(const fs::path& root, int directories, int files) {
  fs::create_directory(root);
  for (int i = 0; i < directories; ++i) {
    const fs::path inner = root / ("directory" + std::to_string(i));
    fs::create_directory(inner);
    const tempfile::file_handle handle{::open(inner.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    for (int j = 0; j < files; ++j) make_file(handle.native_handle(), "file" + std::to_string(j));
  }
}

void make_deep(const fs::path& root, int levels, const std::string& name) {
  fs::create_directory(root);
  tempfile::file_handle at{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  for (int i = 0; i < levels; ++i) {
    ::mkdirat(at.native_handle(), name.c_str(), 0700);
    at = tempfile::file_handle{::openat(at.native_handle(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  }
  make_file(at.native_handle(), "file");
}

// Three directories that their owner, nobody, may not write, and one that nobody may not even read.
void make_forbidding(const fs::path& root) {
  make_wide(root, 4, 3);
  for (int i = 0; i < 4; ++i) {
    const fs::path inner = root / ("directory" + std::to_string(i));
    static_cast<void>(::chown(inner.c_str(), nobody, nobody));
    fs::permissions(inner, i == 0 ? fs::perms::none : fs::perms::owner_read | fs::perms::owner_exec);
  }
  static_cast<void>(::chown(root.c_str(), nobody, nobody));
}

// --- peers -----------------------------------------------------------------------------------------------------------

struct peer {
  std::string name;
  std::vector<std::string> command;  // the tree's path is added
  bool times_itself{true};
};

std::vector<peer> installed_peers() {
  std::vector<peer> found;
  const fs::path programs = TEMPFILE_REMOVAL_PEERS;
  for (const char* const name : {"tempfile", "std", "boost", "qt", "poco", "rust"}) {
    if (fs::exists(programs / name)) found.push_back({name, {programs / name}});
  }
  const std::string script = (fs::path{TEMPFILE_REMOVAL_SCRIPTS} / "python.py").string();
  if (fs::exists("/usr/bin/python3")) found.push_back({"python", {"/usr/bin/python3", script}});
  if (fs::exists("/bin/rm")) found.push_back({"rm -rf", {"/bin/rm", "-rf"}, false});
  if (fs::exists("/usr/bin/find")) found.push_back({"find -delete", {"/usr/bin/find"}, false});
  return found;
}

[[noreturn]] void become(const peer& who, const fs::path& tree, bool as_nobody, int output) {
  const int program = ::open(who.command.front().c_str(), O_RDONLY | O_CLOEXEC);  // nobody may not get there
  const int script = who.command.size() > 1 ? ::open(who.command[1].c_str(), O_RDONLY) : -1;
  std::vector<std::string> words = who.command;
  if (script >= 0) words[1] = "/dev/fd/" + std::to_string(script);
  words.push_back(tree.string());
  if (who.name == "find -delete") words.emplace_back("-delete");
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
  const rlimit usual{1024, 1024};
  ::setrlimit(RLIMIT_NOFILE, &usual);
  if (as_nobody && (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0)) ::_exit(3);
  ::fexecve(program, arguments.data(), environ);
  ::_exit(4);
}

// The seconds it took; nothing if anything is left.
std::optional<double> remove_by(const peer& who, const fs::path& tree, bool as_nobody = false) {
  tempfile::temporary_file output;
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) become(who, tree, as_nobody, output.native_handle());
  int status = 0;
  ::waitpid(child, &status, 0);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  if (fs::exists(tree)) {
    tempfile::remove_tree(tree);
    return std::nullopt;
  }
  double seconds = taken.count();
  if (who.times_itself) {
    output.seek(0);
    output >> seconds;
  }
  return seconds;
}

// --- what they survive -----------------------------------------------------------------------------------------------

void print_row(const std::string& first, const std::vector<std::string>& cells) {
  std::printf("| %s |", first.c_str());
  for (const std::string& cell : cells) std::printf(" %s |", cell.c_str());
  std::printf("\n");
  std::fflush(stdout);
}

void print_head(const std::string& first, const std::vector<peer>& peers, const std::vector<std::string>& more) {
  std::vector<std::string> cells;
  cells.reserve(peers.size() + more.size());
  for (const peer& who : peers) cells.push_back(who.name);
  cells.insert(cells.end(), more.begin(), more.end());
  print_row(first, cells);
  print_row("---", std::vector<std::string>(cells.size(), "---"));
}

void compare_survival(const std::vector<peer>& peers, const fs::path& place) {
  struct trial {
    const char* name;
    std::function<void(const fs::path&)> make;
    bool as_nobody;
  };
  const trial trials[] = {
      {"3,000 levels, 1,024 descriptors", [](const fs::path& tree) { make_deep(tree, 3000, "d"); }, false},
      {"1,000 levels, names of 200 bytes", [](const fs::path& tree) { make_deep(tree, 1000, std::string(200, 'n')); },
       false},
      {"read-only directories, not root", make_forbidding, true},
  };
  std::printf("\nWhat is removed whole:\n\n");
  print_head("tree", peers, {});
  for (const trial& tried : trials) {
    if (tried.as_nobody && ::geteuid() != 0) {
      std::printf("(%s: needs root, to become another user)\n", tried.name);
      continue;
    }
    std::vector<std::string> cells;
    for (const peer& who : peers) {
      const tempfile::temporary_directory parent{{.dir = place, .mode = fs::perms::all}};
      tried.make(parent / "tree");
      cells.emplace_back(remove_by(who, parent / "tree", tried.as_nobody) ? "yes" : "no");
    }
    print_row(tried.name, cells);
  }
}

// --- how long they take ----------------------------------------------------------------------------------------------

struct shape {
  const char* name;
  std::function<void(const fs::path&)> make;
};

std::string in_milliseconds(const std::vector<double>& seconds) {
  if (seconds.empty()) return "fails";
  std::string text(32, '\0');
  text.resize(
      static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.1f ms", 1000 * measure::median(seconds))));
  return text;
}

// Ours over that other's of the same round whose median is the lowest: median, and from lowest to highest.
std::string ratio_to_fastest(const std::vector<std::vector<double>>& taken, std::size_t rounds) {
  const std::vector<double>* fastest = nullptr;
  for (std::size_t i = 1; i < taken.size(); ++i) {
    const bool is_whole = taken[i].size() == rounds;
    if (is_whole && (fastest == nullptr || measure::median(taken[i]) < measure::median(*fastest))) fastest = &taken[i];
  }
  if (fastest == nullptr || taken.front().size() != rounds) return "none";
  std::vector<double> ratios;
  for (std::size_t round = 0; round < rounds; ++round) ratios.push_back(taken.front()[round] / (*fastest)[round]);
  const auto [lowest, highest] = std::minmax_element(ratios.begin(), ratios.end());
  std::string text(48, '\0');
  text.resize(static_cast<std::size_t>(
      std::snprintf(text.data(), text.size(), "%.2f (%.2f to %.2f)", measure::median(ratios), *lowest, *highest)));
  return text;
}

void compare_speed(const std::vector<peer>& peers, const fs::path& place, const char* name, std::size_t rounds) {
  const shape shapes[] = {
      {"wide: 200 directories of 500 files", [](const fs::path& tree) { make_wide(tree, 200, 500); }},
      {"flat: 100,000 files", [](const fs::path& tree) { make_wide(tree, 1, 100'000); }},
      {"deep: 900 levels", [](const fs::path& tree) { make_deep(tree, 900, "d"); }},
      {"deeper: 20,000 levels", [](const fs::path& tree) { make_deep(tree, 20'000, "d"); }},
      {"small: 20 directories of 5 files", [](const fs::path& tree) { make_wide(tree, 20, 5); }},
  };
  std::printf("\nOn %s, medians of %zu rounds:\n\n", name, rounds);
  print_head("tree", peers, {"ours / fastest other"});
  for (const shape& tried : shapes) {
    std::vector<std::vector<double>> taken(peers.size());
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t turn = 0; turn < peers.size(); ++turn) {
        const std::size_t i = (turn + round) % peers.size();
        const tempfile::temporary_directory parent{{.dir = place}};
        tried.make(parent / "tree");
        if (const auto seconds = remove_by(peers[i], parent / "tree")) taken[i].push_back(*seconds);
      }
    }
    std::vector<std::string> cells;
    cells.reserve(taken.size() + 1);
    for (const std::vector<double>& seconds : taken) cells.push_back(in_milliseconds(seconds));
    cells.push_back(ratio_to_fastest(taken, rounds));
    print_row(tried.name, cells);
  }
}

}  // namespace

// The argument is the number of rounds.
int main(int count, char** arguments) {
  const std::size_t rounds = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 5;
  if (rounds == 0) {
    std::fprintf(stderr, "the number of rounds must be at least 1, not '%s'\n", arguments[1]);
    return 2;
  }
  std::vector<peer> peers = installed_peers();
  if (peers.empty() || peers.front().name != ours) {
    std::fprintf(stderr, "the programs to compare are not in %s\n", TEMPFILE_REMOVAL_PEERS);
    return 1;
  }
  compare_survival(peers, tempfile::gettempdir());
  // The others are slower by a quarter and more.
  std::erase_if(peers, [](const peer& who) {
    return who.name == "boost" || who.name == "qt" || who.name == "poco" || who.name == "python";
  });
  if (fs::is_directory("/dev/shm")) compare_speed(peers, "/dev/shm", "tmpfs", rounds);
  compare_speed(peers, tempfile::gettempdir(), "the usual place", rounds);
}
