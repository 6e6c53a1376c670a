// Runs the tests; with --as-ordinary-user, as nobody if root runs them.
#include <gtest/gtest.h>

#include <cstdio>
#include <span>
#include <string_view>

#include "support/posix.hpp"

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  for (const std::string_view argument : std::span{arguments, static_cast<std::size_t>(count)}.subspan(1)) {
    if (argument != "--as-ordinary-user") continue;
    if (support::is_root() && !support::become_ordinary_user()) {
      std::perror("--as-ordinary-user");
      return 1;
    }
  }
  return RUN_ALL_TESTS();
}
