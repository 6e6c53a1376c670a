// Contestants that do the same thing take turns, so that whatever else the machine does meets all of them. What comes
// of it are ratios: each round's time over that of the first contestant in the same round, of which
// scripts/bench_report shows the median and the quartiles.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "measure.hpp"

namespace contest {

struct contestant {
  std::string name;
  std::function<double(int)> seconds_for;  // so many operations
};

// One that does operation() in this process.
template <class Operation>
contestant here(std::string name, Operation operation) {
  return {std::move(name), [operation](int operations) mutable {
            const auto begin = std::chrono::steady_clock::now();
            for (int i = 0; i < operations; ++i) operation();
            return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
          }};
}

// Google Benchmark sorts counters by name; the number keeps the order of the contestants.
inline std::string counter(std::size_t index, const std::string& name, const char* what) {
  constexpr std::size_t enough = 8;
  std::string number(enough, '\0');
  number.resize(static_cast<std::size_t>(std::snprintf(number.data(), number.size(), "%02zu", index)));
  return number + "|" + name + "|" + what;
}

inline void run(benchmark::State& state, const std::vector<contestant>& contestants, int operations) {
  std::vector<std::vector<double>> taken(contestants.size());
  std::size_t first = 0;
  for ([[maybe_unused]] const auto round : state) {
    for (std::size_t turn = 0; turn < contestants.size(); ++turn) {
      const std::size_t i = (first + turn) % contestants.size();
      taken[i].push_back(contestants[i].seconds_for(operations) / operations);
    }
    ++first;
  }
  constexpr double nanoseconds = 1e9;
  for (std::size_t i = 0; i < contestants.size(); ++i) {
    std::vector<double> ratios(taken[i].size());
    std::transform(taken[i].begin(), taken[i].end(), taken.front().begin(), ratios.begin(), std::divides<>{});
    const std::string& name = contestants[i].name;
    state.counters[counter(i, name, "ns")] = nanoseconds * measure::median(taken[i]);
    state.counters[counter(i, name, "ratio")] = measure::median(ratios);
    state.counters[counter(i, name, "low")] = measure::quantile(ratios, 0.25);
    state.counters[counter(i, name, "high")] = measure::quantile(ratios, 0.75);
  }
}

// `name` is "what is compared/one case of it"; the first contestant is what the others are measured by. In each of so
// many rounds, each does so many operations.
inline void add(const std::string& name, std::vector<contestant> contestants, int operations, int rounds) {
  benchmark::RegisterBenchmark(name.c_str(), [contestants = std::move(contestants),
                                              operations](benchmark::State& state) {
    run(state, contestants, operations);
  })->Iterations(rounds);
}

inline int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace contest
