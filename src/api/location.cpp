#include <tempfile/location.hpp>

#include "base/failure.hpp"
#include "names/tempdir.hpp"
#include "ownership/create.hpp"

namespace tempfile::inline v0_1 {
namespace {

fs::path usable_tempdir(internal::failure& failed) {
  const fs::path* const directory = internal::default_directory(failed);
  return directory == nullptr ? fs::path{} : *directory;
}

}  // namespace

fs::path gettempdir() { return internal::or_throw("cannot choose temporary directory", usable_tempdir); }

fs::path gettempdir(std::error_code& error) { return internal::or_code(error, usable_tempdir); }

void settempdir(fs::path directory) {
  internal::or_throw("cannot set temporary directory", [&](auto& failed) { internal::set_tempdir(directory, failed); });
}

void settempdir(fs::path directory, std::error_code& error) {
  internal::or_code(error, [&](auto& failed) { internal::set_tempdir(directory, failed); });
}

std::vector<fs::path> candidate_tempdirs() { return internal::tempdir_candidates(); }

std::string_view gettempprefix() noexcept { return "tmp"; }

}  // namespace tempfile::inline v0_1
