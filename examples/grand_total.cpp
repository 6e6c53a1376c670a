// Exercise: three reports with a value each are found again by a pattern, and their grand total is printed.
#include <tempfile/tempfile.hpp>

#include <fstream>
#include <iostream>
#include <string>

namespace fs = std::filesystem;

void write_report(const fs::path& path, const std::string& title, int value) {
  std::ofstream{path} << "title=" << title << "\nvalue=" << value << '\n';
}

int value_in(const fs::path& path) {
  const std::string key = "value=";
  std::ifstream report{path};
  for (std::string line; std::getline(report, line);) {
    if (line.starts_with(key)) return std::stoi(line.substr(key.size()));
  }
  return 0;
}

int main() {
  tempfile::temporary_directory dir;
  write_report(dir / "report_north.txt", "North", 120);
  write_report(dir / "report_south.txt", "South", 75);
  write_report(dir / "report_west.txt", "West", 205);

  int grand_total = 0;
  for (const fs::path& report : dir.glob("report_*.txt")) {
    const int value = value_in(report);
    std::cout << report.filename().string() << ": " << value << '\n';
    grand_total += value;
  }
  std::cout << "grand total: " << grand_total << '\n';
}
