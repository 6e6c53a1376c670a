#include <tempfile/version.hpp>

// Macros, because only the preprocessor turns a number into text.
#define TEMPFILE_TEXT_OF(number) #number
#define TEMPFILE_TEXT(number) TEMPFILE_TEXT_OF(number)

namespace tempfile::inline v0_1 {

std::string_view version() noexcept {
  return TEMPFILE_TEXT(TEMPFILE_VERSION_MAJOR) "." TEMPFILE_TEXT(TEMPFILE_VERSION_MINOR) "." TEMPFILE_TEXT(
      TEMPFILE_VERSION_PATCH);
}

}  // namespace tempfile::inline v0_1
