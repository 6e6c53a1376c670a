// What others may do at each instant of a change of permissions.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <filesystem>
#include <vector>

#include "faults.hpp"
#include "support/access_lists.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

// What the owning group and all others may do: the more of the two. The list gives the group nothing, and its mask,
// which is what the mode shows as the group's, gives a user something.
unsigned granted(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return 07;
  const bool has_list = ::fgetxattr(file, support::own_list, nullptr, 0) > 0;
  const unsigned group = has_list ? 0 : status.st_mode >> 3U & 07U;
  return group | (status.st_mode & 07U);
}

class changed_permissions : public testing::TestWithParam<faults::call> {};

TEST_P(changed_permissions, give_the_group_at_no_instant_what_is_a_lists_mask) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: access control lists";
  constexpr fs::perms wanted{0640};
  constexpr unsigned readable = 04;
  const support::scratch_directory place;
  bool has_happened = true;
  for (int nth = 1; has_happened; ++nth) {
    tempfile::named_temporary_file file{{.dir = place.path()}};
    if (!support::set_list(file.path(), support::own_list, support::list_for(4711, 6))) {
      GTEST_SKIP() << "needs a file system with access control lists";
    }
    const tempfile::file_handle same = file.reopen();
    ASSERT_EQ(granted(same.native_handle()), 0U);
    unsigned seen = 0;
    {
      const faults::intervention look{GetParam(), nth, [&] { seen = granted(same.native_handle()); }};
      file.persist(place / "target", {.mode = wanted});
      has_happened = look.has_happened();
    }
    EXPECT_EQ(seen & ~readable, 0U) << "before call " << nth;
    EXPECT_EQ(granted(same.native_handle()), readable);
  }
}

INSTANTIATE_TEST_SUITE_P(before_each, changed_permissions,
                         testing::Values(faults::call::fstat, faults::call::fchmod, faults::call::fremovexattr,
                                         faults::call::fsetxattr, faults::call::renameat, faults::call::unlinkat));

}  // namespace
