// A process is stopped before each of its instructions in turn and ended there by a signal: whatever it was in the
// midst of, nothing may be left. In ./dev test before every so many instructions; with --long before every one.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include "support/posix.hpp"
#include "support/support.hpp"

#if defined(__linux__) && defined(__x86_64__)

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

namespace fs = std::filesystem;

// On one processor the child and its parent take turns three times as fast.
class on_one_processor {
 public:
  on_one_processor() {
    ::sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    ::sched_setaffinity(0, sizeof one, &one);
  }
  on_one_processor(const on_one_processor&) = delete;
  on_one_processor& operator=(const on_one_processor&) = delete;
  ~on_one_processor() { ::sched_setaffinity(0, sizeof before_, &before_); }

 private:
  cpu_set_t before_{};
};

// A child that is traced, stopped before it does something.
class traced_child {
 public:
  template <class Work>
  traced_child(const std::function<void()>& prepare, Work work) : id_{::fork()} {
    if (id_ == 0) live(prepare, work);
    int status = 0;
    if (id_ == -1 || ::waitpid(id_, &status, 0) != id_ || !WIFSTOPPED(status)) id_ = -1;
  }
  traced_child(const traced_child&) = delete;
  traced_child& operator=(const traced_child&) = delete;
  ~traced_child() {
    if (support::send(id_, SIGKILL)) ::waitpid(id_, nullptr, 0);
  }

  [[nodiscard]] bool is_stopped() const { return id_ > 0; }

  // The address of each instruction of the work.
  std::vector<std::uintptr_t> trace() {
    std::vector<std::uintptr_t> addresses;
    do {
      addresses.push_back(registers().rip);
    } while (step() == SIGTRAP);
    return addresses;
  }

  // Goes on to where an instruction is next for the `occurrence`th time. False if the work is over before.
  bool run_to(std::uintptr_t address, int occurrence) {
    if (registers().rip == address && --occurrence == 0) return true;
    while (true) {
      if (registers().rip == address) step();
      if (registers().rip != address && !run_to_next(address)) return false;
      if (--occurrence == 0) return true;
    }
  }

  // Goes on to the end, with a signal or without. Returns what it exits with, or minus the signal that ended it.
  int end(int signal) {
    int status = 0;
    ::ptrace(PTRACE_CONT, id_, nullptr, signal);
    while (::waitpid(id_, &status, 0) == id_ && WIFSTOPPED(status)) {
      const int sent = WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);
      ::ptrace(PTRACE_CONT, id_, nullptr, sent);
    }
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  template <class Work>
  [[noreturn]] static void live(const std::function<void()>& prepare, Work work) {
    support::expect_the_end(60);
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(99);
    tempfile::cleanup_on_signals();
    prepare();
    std::raise(SIGSTOP);
    work();
    std::raise(SIGSTOP);
    ::_exit(0);
  }

  // Makes one step, a repeated instruction (of strings) with all of its repetitions included. Returns as go().
  int step() {
    const std::uintptr_t at = registers().rip;
    const long code = ::ptrace(PTRACE_PEEKTEXT, id_, at, nullptr);
    const auto byte = [&](unsigned number) { return static_cast<unsigned>(code >> (8 * number)) & 0xffU; };
    const bool has_rex = (byte(1) & 0xf0U) == 0x40;
    const unsigned operation = byte(has_rex ? 2 : 1) & 0xfeU;  // a4 to a7, aa to af
    const bool is_repeated =
        (byte(0) & 0xfeU) == 0xf2 && (operation == 0xa4 || operation == 0xa6 || operation >= 0xaa) && operation <= 0xae;
    if (!is_repeated) return go(PTRACE_SINGLESTEP);
    return run_to_next(at + (has_rex ? 3 : 2)) ? SIGTRAP : 0;
  }

  // Goes on to where an instruction is next.
  bool run_to_next(std::uintptr_t address) {
    constexpr long breakpoint = 0xcc;
    const long instructions = ::ptrace(PTRACE_PEEKTEXT, id_, address, nullptr);
    ::ptrace(PTRACE_POKETEXT, id_, address, (instructions & ~0xffL) | breakpoint);
    const int stopped_by = go(PTRACE_CONT);
    ::ptrace(PTRACE_POKETEXT, id_, address, instructions);
    user_regs_struct at = registers();
    if (stopped_by != SIGTRAP || at.rip != address + 1) return false;
    at.rip = address;
    ::ptrace(PTRACE_SETREGS, id_, nullptr, &at);
    return true;
  }

  // Returns the signal that stops the child next; 0 if it ends.
  int go(__ptrace_request how) {
    int status = 0;
    ::ptrace(how, id_, nullptr, nullptr);
    return ::waitpid(id_, &status, 0) == id_ && WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
  }

  [[nodiscard]] user_regs_struct registers() const {
    user_regs_struct found{};
    ::ptrace(PTRACE_GETREGS, id_, nullptr, &found);
    return found;
  }

  pid_t id_;
};

class single_step : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: elsewhere handlers leave trees";
    if (support::has_sanitizer) GTEST_SKIP() << "a sanitizer handles signals only now and then";
    if (!traced_child{prepare_, [] {}}.is_stopped()) GTEST_SKIP() << "needs ptrace";
  }

  // What happens only once in a process has happened.
  void warm_up() const {
    const tempfile::temporary_directory warm{{.dir = directory_.path()}};
    const tempfile::named_temporary_file up{{.dir = directory_.path()}};
  }

  // Ends a child by each of the signals before about so many of the instructions of `work`; look() must like what it
  // finds. To stop there, the child does not go step by step: that would take minutes.
  template <class Work, class Look>
  void end_everywhere(std::size_t stops, Work work, Look look) {
    const on_one_processor pinned;
    const std::vector<std::uintptr_t> instructions = traced_child{prepare_, work}.trace();
    forget();
    const std::size_t stride = support::is_long_run() ? 1 : instructions.size() / stops + 1;
    std::unordered_map<std::uintptr_t, int> occurrences;
    std::size_t reached = 0;
    for (std::size_t i = 0; i < instructions.size(); ++i) {
      const int occurrence = ++occurrences[instructions[i]];
      if (i % stride != 0) continue;
      for (const int signal : signals_) {
        traced_child child{prepare_, work};
        ASSERT_TRUE(child.is_stopped());
        const bool is_there = child.run_to(instructions[i], occurrence);
        const int ended = child.end(is_there ? signal : 0);
        if (is_there) {
          ++reached;
          ASSERT_EQ(ended, -signal) << "before instruction " << i;
          ASSERT_TRUE(look()) << "before instruction " << i << ": " << names();
        }
        forget();
      }
    }
    // Random names, say, make a few runs differ from the first.
    EXPECT_GT(reached, instructions.size() / stride);
    RecordProperty("instructions", static_cast<int>(instructions.size()));
    RecordProperty("reached", static_cast<int>(reached));
  }

  void forget() const {
    for (const fs::path& each : support::entries(directory_.path())) fs::remove_all(each);
  }

  [[nodiscard]] std::string names() const {
    std::string all;
    for (const fs::path& each : support::entries(directory_.path())) all += each.filename().string() + ' ';
    return all;
  }

  [[nodiscard]] bool is_empty() const { return support::entries(directory_.path()).empty(); }

  support::scratch_directory directory_{support::quick_place()};
  std::function<void()> prepare_{[this] { warm_up(); }};  // what a child does before it is stopped
  std::vector<int> signals_{SIGTERM, SIGSEGV};
};

TEST_F(single_step, of_a_file_that_is_created_and_removed) {
  end_everywhere(
      100, [&] { const tempfile::named_temporary_file file{{.dir = directory_.path()}}; }, [&] { return is_empty(); });
}

TEST_F(single_step, of_a_directory_that_is_created_and_removed) {
  end_everywhere(
      100, [&] { const tempfile::temporary_directory made{{.dir = directory_.path()}}; }, [&] { return is_empty(); });
}

TEST_F(single_step, of_a_directory_that_is_filled_and_removed) {
  end_everywhere(
      100,
      [&] {
        const tempfile::temporary_directory made{{.dir = directory_.path()}};
        ::mkdir((made / "a").c_str(), S_IRWXU);
        ::mkdir((made / "a/b").c_str(), S_IRWXU);
        ::close(::open((made / "a/file").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, S_IRWXU));
      },
      [&] { return is_empty(); });
}

TEST_F(single_step, of_names_that_are_too_long_for_the_smallest_slots) {
  const std::string prefix(200, 'p');
  end_everywhere(
      100, [&] { const tempfile::temporary_directory made{{.prefix = prefix, .dir = directory_.path()}}; },
      [&] { return is_empty(); });
}

TEST_F(single_step, of_a_file_that_is_persisted) {
  const std::string content = "all of the content\n";
  end_everywhere(
      100,
      [&] {
        tempfile::named_temporary_file file{{.dir = directory_.path()}};
        file << content;
        file.persist(directory_ / "target");
      },
      [&] {
        const auto found = support::entries(directory_.path());
        return found.empty() || (found.size() == 1 && found[0].filename() == "target" &&
                                 support::read_file(directory_ / "target") == content);
      });
}

TEST_F(single_step, of_a_file_that_replaces_another) {
  end_everywhere(
      100,
      [&] {
        support::write_file(directory_ / "target", "old");
        tempfile::replacing_file file{directory_ / "target"};
        file << "new";
        file.commit();
      },
      [&] {
        const auto found = support::entries(directory_.path());
        if (found.empty()) return true;
        const std::string content = support::read_file(directory_ / "target");
        return found.size() == 1 && (content == "old" || content == "new" || content.empty());
      });
}

TEST_F(single_step, of_a_directory_that_replaces_another) {
  end_everywhere(
      100,
      [&] {
        ::mkdir((directory_ / "target").c_str(), S_IRWXU);
        tempfile::temporary_directory made{{.dir = directory_.path()}};
        ::mkdir((made / "new").c_str(), S_IRWXU);
        made.persist(directory_ / "target", {.overwrite = true});
      },
      [&] {
        const auto found = support::entries(directory_.path());
        return found.empty() || (found.size() == 1 && found[0].filename() == "target");
      });
}

// Once it is kept it stays.
TEST_F(single_step, of_a_file_that_is_kept) {
  bool was_kept = false;
  end_everywhere(
      100,
      [&] {
        tempfile::named_temporary_file file{{.dir = directory_.path()}};
        file.keep();
      },
      [&] {
        const bool is_kept = !is_empty();
        const bool is_right = is_kept || !was_kept || !support::is_long_run();
        was_kept = is_kept;
        return is_right && support::entries(directory_.path()).size() <= 1;
      });
}

TEST_F(single_step, of_a_path_that_is_adopted_and_removed) {
  end_everywhere(
      100,
      [&] {
        const fs::path path = directory_ / "adopted";
        const tempfile::named_temporary_file file{{.dir = directory_.path()}};  // gone, if adopted is
        if (::link(file.path().c_str(), path.c_str()) != 0) ::_exit(98);
        const tempfile::temporary_path adopted{path};
      },
      [&] {
        // Between link() and its being adopted it is nobody's.
        const auto found = support::entries(directory_.path());
        return found.empty() || (found.size() == 1 && found[0].filename() == "adopted");
      });
}

// The largest slots come in fours, so the table grows.
TEST_F(single_step, of_more_names_than_the_first_chunk_has) {
  const std::string prefix(230, 'p');
  end_everywhere(
      100,
      [&] {
        std::vector<tempfile::temporary_directory> all;
        constexpr std::size_t most = 5;
        all.reserve(most);
        while (all.size() < most) {
          all.push_back(tempfile::temporary_directory{{.prefix = prefix, .dir = directory_.path()}});
        }
      },
      [&] { return is_empty(); });
}

TEST_F(single_step, of_exit) {
  end_everywhere(
      100,
      [&] {
        static std::vector<tempfile::temporary_directory>* all = nullptr;
        all = new std::vector<tempfile::temporary_directory>;
        for (int i = 0; i < 5; ++i) all->push_back(tempfile::temporary_directory{{.dir = directory_.path()}});
        std::quick_exit(all == nullptr ? 1 : 0);
      },
      [&] { return is_empty(); });
}

// Killed, and swept afterwards. With the handlers, too, a lease has to end.
class single_step_with_a_lease : public single_step {
 protected:
  single_step_with_a_lease() {
    signals_ = {SIGKILL, SIGTERM};
    prepare_ = [this] {
      tempfile::enable_leases({.dir = directory_.path()});
      warm_up();
    };
  }

  // What a sweep leaves, the lease directory apart.
  [[nodiscard]] std::vector<fs::path> left_after_sweep() const {
    tempfile::sweep_report report;
    tempfile::sweep(directory_.path(), report);
    std::vector<fs::path> left;
    for (const fs::path& each : support::entries(directory_.path())) {
      if (!each.filename().native().starts_with(".tempfile-")) {
        left.push_back(each);
        continue;
      }
      for (const fs::path& lease : support::entries(each)) {
        if (lease.filename() != "swept") left.push_back(lease);
      }
    }
    return left;
  }
  [[nodiscard]] bool leaves_nothing() const { return left_after_sweep().empty(); }

  void leave_something() const {
    support::run_in_child([&] {
      tempfile::enable_leases({.dir = directory_.path()});
      support::leave(tempfile::named_temporary_file{});
      const auto& dir = support::leave(tempfile::temporary_directory{});
      ::mkdir((dir / "sub").c_str(), S_IRWXU);
      std::raise(SIGKILL);
      return 1;
    });
  }
};

TEST_F(single_step_with_a_lease, of_a_file_and_a_directory_that_are_created_and_removed) {
  end_everywhere(
      150,
      [&] {
        const tempfile::named_temporary_file file;
        const tempfile::temporary_directory made;
        ::mkdir((made / "a").c_str(), S_IRWXU);
      },
      [&] { return leaves_nothing(); });
}

TEST_F(single_step_with_a_lease, of_a_file_that_is_persisted) {
  const std::string content = "all of the content\n";
  end_everywhere(
      100,
      [&] {
        tempfile::named_temporary_file file;
        file << content;
        file.persist(directory_ / "target");
      },
      [&] {
        const std::vector<fs::path> left = left_after_sweep();
        return left.empty() || (left.size() == 1 && support::read_file(directory_ / "target") == content);
      });
}

TEST_F(single_step_with_a_lease, of_its_being_taken) {
  prepare_ = [] {};
  end_everywhere(
      150,
      [&] {
        tempfile::enable_leases({.dir = directory_.path()});
        const tempfile::named_temporary_file file;
      },
      [&] { return leaves_nothing(); });
}

TEST_F(single_step_with_a_lease, of_its_growth) {
  const std::string prefix(230, 'p');
  end_everywhere(
      100, [&] { const tempfile::temporary_directory made{{.prefix = prefix}}; }, [&] { return leaves_nothing(); });
}

TEST_F(single_step_with_a_lease, of_a_sweep) {
  prepare_ = [this] { leave_something(); };
  end_everywhere(
      150,
      [&] {
        tempfile::sweep_report report;
        tempfile::sweep(directory_.path(), report);
      },
      [&] { return leaves_nothing(); });
}

}  // namespace

#endif
