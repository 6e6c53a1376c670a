#include <tempfile/mkstemp.hpp>

#include "creation.hpp"

namespace tempfile::inline v0_1 {
namespace {

mkstemp_result make_file(const options& wanted, internal::failure& failed) {
  internal::named_file made = internal::create_file(internal::request_for_file(wanted), failed);
  return {std::move(made.file), std::move(made.path)};
}

fs::path make_directory(const options& wanted, internal::failure& failed) {
  return internal::create_directory(internal::request_for_directory(wanted), failed).path;
}

}  // namespace

mkstemp_result mkstemp(const options& wanted) {
  internal::failure failed;
  mkstemp_result made = make_file(wanted, failed);
  internal::raise_if(failed, "cannot create a file");
  return made;
}

mkstemp_result mkstemp(const options& wanted, std::error_code& error) {
  internal::failure failed;
  mkstemp_result made = make_file(wanted, failed);
  error = failed.code;
  return made;
}

fs::path mkdtemp(const options& wanted) {
  internal::failure failed;
  fs::path made = make_directory(wanted, failed);
  internal::raise_if(failed, "cannot create a directory");
  return made;
}

fs::path mkdtemp(const options& wanted, std::error_code& error) {
  internal::failure failed;
  fs::path made = make_directory(wanted, failed);
  error = failed.code;
  return made;
}

}  // namespace tempfile::inline v0_1
