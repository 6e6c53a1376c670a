// What the benchmarks share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace measure {

// The value below which this part of them lies; there must be one.
inline double quantile(std::vector<double> values, double part) {
  const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size()));
  const auto found = values.begin() + std::min(place, static_cast<std::ptrdiff_t>(values.size()) - 1);
  std::nth_element(values.begin(), found, values.end());
  return *found;
}

inline double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

}  // namespace measure
