#include <tempfile/replacing_file.hpp>

#include "failure.hpp"
#include "paths.hpp"

namespace tempfile {
namespace {

fs::path absolute_target(const fs::path& target, std::error_code& error) {
  internal::failure failed;
  fs::path path = internal::absolute(target, failed);
  error = failed.code;
  return path;
}

}  // namespace

replacing_file::replacing_file(const fs::path& target, const persist_options& wanted, std::error_code& error)
    : temporary_file{nothing{}}, target_{absolute_target(target, error)}, wanted_{wanted} {
  if (!error) create({.dir = target_.parent_path()}, error);
}

replacing_file::replacing_file(const fs::path& target, const persist_options& wanted)
    : temporary_file{nothing{}}, wanted_{wanted} {
  internal::failure failed;
  target_ = absolute_target(target, failed.code);
  if (!failed) create({.dir = target_.parent_path()}, failed.code);
  failed.path = target;
  internal::raise_if(failed, "cannot make a file to replace another");
}

fs::path replacing_file::commit() { return persist(target_, wanted_); }

fs::path replacing_file::commit(std::error_code& error) { return persist(target_, wanted_, error); }

}  // namespace tempfile
