// One library's removal as a program: removes the tree that is its argument, prints the seconds that took, and succeeds
// if nothing is left.
#pragma once

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>

template <class Removal>
int run_peer(int count, char** arguments, Removal removal) {
  if (count != 2) return 2;
  const std::filesystem::path tree = arguments[1];
  const auto begin = std::chrono::steady_clock::now();
  try {
    removal(tree);
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "%.200s\n", failed.what());
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  std::printf("%.9f\n", taken.count());
  return std::filesystem::exists(tree) ? 1 : 0;
}
