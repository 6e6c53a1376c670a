#include <tempfile/mkstemp.hpp>

#include "base/failure.hpp"
#include "ownership/create.hpp"

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
  return internal::or_throw("cannot create a file", [&](auto& failed) { return make_file(wanted, failed); });
}

mkstemp_result mkstemp(const options& wanted, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return make_file(wanted, failed); });
}

fs::path mkdtemp(const options& wanted) {
  return internal::or_throw("cannot create a directory", [&](auto& failed) { return make_directory(wanted, failed); });
}

fs::path mkdtemp(const options& wanted, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return make_directory(wanted, failed); });
}

}  // namespace tempfile::inline v0_1
