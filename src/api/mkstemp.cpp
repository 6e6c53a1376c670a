#include <tempfile/mkstemp.hpp>

#include "base/failure.hpp"
#include "ownership/create.hpp"

namespace tempfile::inline v0_1 {
namespace {

internal::create_request request_for(const options& options) {
  internal::create_request request = internal::request_for(options);
  request.is_given_away = true;
  return request;
}

mkstemp_result make_file(const options& options, internal::failure& failed) {
  internal::owned_path name;
  file_handle file = internal::create_file(request_for(options), name, failed);
  return {std::move(file), name.take()};
}

fs::path make_directory(const options& options, internal::failure& failed) {
  internal::owned_path name;
  internal::create_directory(request_for(options), name, failed);
  return name.take();
}

}  // namespace

mkstemp_result mkstemp(const options& options) {
  return internal::or_throw("cannot create file", [&](auto& failed) { return make_file(options, failed); });
}

mkstemp_result mkstemp(const options& options, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return make_file(options, failed); });
}

fs::path mkdtemp(const options& options) {
  return internal::or_throw("cannot create directory", [&](auto& failed) { return make_directory(options, failed); });
}

fs::path mkdtemp(const options& options, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return make_directory(options, failed); });
}

}  // namespace tempfile::inline v0_1
