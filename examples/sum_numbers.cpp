// Exercise: a temporary directory holds a file of numbers; read them back and sum them.
#include <tempfile/tempfile.hpp>

#include <fstream>
#include <iostream>

int main() {
  tempfile::temporary_directory dir;
  const auto path = dir / "numbers.txt";
  std::ofstream{path} << "10\n20\n30\n40\n";

  std::ifstream numbers{path};
  int sum = 0;
  for (int number = 0; numbers >> number;) sum += number;
  std::cout << "sum: " << sum << '\n';
}
