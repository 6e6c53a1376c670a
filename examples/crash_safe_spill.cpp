// An application that spills to a directory of its own: what a killed run leaves, the next one removes.
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

// Sorted numbers, in a file.
void spill(const fs::path& file, std::vector<int>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  std::ofstream out{file};
  for (const int number : numbers) out << number << '\n';
  numbers.clear();
}

// Takes the smallest of the first numbers of all files, again and again.
void merge(const std::vector<fs::path>& files) {
  std::vector<std::ifstream> runs{files.begin(), files.end()};
  std::vector<std::pair<int, std::ifstream*>> first;
  for (std::ifstream& run : runs) {
    if (int number = 0; run >> number) first.emplace_back(number, &run);
  }
  while (!first.empty()) {
    const auto smallest = std::min_element(first.begin(), first.end());
    std::cout << smallest->first << ' ';
    if (!(*smallest->second >> smallest->first)) first.erase(smallest);
  }
  std::cout << '\n';
}

// Sorts the numbers of `in`, of which three fit into memory.
void sort(std::istream& in) {
  const tempfile::temporary_directory runs{{.prefix = "sort-"}};
  std::vector<fs::path> files;
  std::vector<int> numbers;
  for (int number = 0; in >> number;) {
    numbers.push_back(number);
    if (numbers.size() < 3) continue;
    files.push_back(runs / std::to_string(files.size()));
    spill(files.back(), numbers);
  }
  files.push_back(runs / "rest");
  spill(files.back(), numbers);
  merge(files);
}

int main(int count, char** arguments) {
  // The application's own; without an argument the example takes another.
  std::optional<tempfile::temporary_directory> instead;
  const fs::path directory = count > 1 ? fs::path{arguments[1]} : instead.emplace() / "spill";
  fs::create_directories(directory);

  // From now on everything temporary is made in there, and recorded in a file that others can read when this process is
  // gone. Where that is not possible, enable_leases() returns the reason, and all goes on without.
  tempfile::enable_leases({.dir = directory});
  std::cout << "left by runs that were killed: " << tempfile::sweep() << '\n';

  std::istringstream numbers{"7 3 9 1 8 2 6"};
  sort(count > 1 ? std::cin : numbers);
}
