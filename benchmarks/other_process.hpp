// A contestant in a process of its own: a program in another language. It gets the number of operations in a line, and
// answers with the seconds that they took.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "contest.hpp"

namespace contest {

class other_process {
 public:
  explicit other_process(std::vector<std::string> command) : command_{std::move(command)} { start(); }
  other_process(const other_process&) = delete;
  other_process& operator=(const other_process&) = delete;
  ~other_process() {
    std::fclose(to_it_);  // its input ends, and so does it
    std::fclose(from_it_);
    ::waitpid(child_, nullptr, 0);
  }

  double seconds_for(int operations) {
    std::fprintf(to_it_, "%d\n", operations);
    std::fflush(to_it_);
    double seconds = 0;
    if (std::fscanf(from_it_, "%lf", &seconds) != 1) throw std::runtime_error{command_.front() + " has ended"};
    return seconds;
  }

 private:
  void start() {
    int to_it[2];
    int from_it[2];
    if (::pipe2(to_it, O_CLOEXEC) != 0 || ::pipe2(from_it, O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
    std::vector<char*> arguments;
    arguments.reserve(command_.size() + 1);
    for (std::string& word : command_) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(to_it[0], STDIN_FILENO);
      ::dup2(from_it[1], STDOUT_FILENO);
      ::execv(arguments.front(), arguments.data());
      ::_exit(127);  // as a shell says that there is no such program
    }
    ::close(to_it[0]);
    ::close(from_it[1]);
    to_it_ = ::fdopen(to_it[1], "w");
    from_it_ = ::fdopen(from_it[0], "r");
  }

  std::vector<std::string> command_;
  pid_t child_{};
  std::FILE* to_it_{};
  std::FILE* from_it_{};
};

inline contestant elsewhere(std::string name, std::vector<std::string> command) {
  const auto process = std::make_shared<other_process>(std::move(command));
  return {std::move(name), [process](int operations) { return process->seconds_for(operations); }};
}

}  // namespace contest
