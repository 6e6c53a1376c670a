#include <tempfile/error.hpp>
#include <tempfile/temporary_path.hpp>

#include <new>
#include <utility>

#include "base/failure.hpp"
#include "names/paths.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/keep_switch.hpp"
#include "ownership/owned_path.hpp"
#include "persist/persist_owned.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"
#include "removal/remove_recursively.hpp"
#include "removal/reserve.hpp"

namespace tempfile::inline v0_1 {

temporary_path::temporary_path(const fs::path& existing) {
  internal::or_throw("cannot adopt a path", [&](auto& failed) { internal::ownership::adopt(*this, existing, failed); });
}

temporary_path::temporary_path(const fs::path& existing, std::error_code& error) {
  internal::or_code(error, [&](auto& failed) { internal::ownership::adopt(*this, existing, failed); });
}

temporary_path::temporary_path(temporary_path&& other) noexcept { swap(other); }

temporary_path& temporary_path::operator=(temporary_path&& other) noexcept {
  if (this == &other) return *this;
  internal::ownership::dispose(*this, true);
  temporary_path taken{std::move(other)};
  swap(taken);
  return *this;
}

temporary_path::~temporary_path() { internal::ownership::dispose(*this, true); }

void temporary_path::swap(temporary_path& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(identity_, other.identity_);
  std::swap(owner_, other.owner_);
  std::swap(owned_, other.owned_);
}

void temporary_path::remove() {
  internal::or_throw("cannot remove", [&](auto& failed) { internal::ownership::remove(*this, failed); });
}

void temporary_path::remove(std::error_code& error) {
  internal::or_code(error, [&](auto& failed) { internal::ownership::remove(*this, failed); });
}

fs::path temporary_path::persist(const fs::path& target, const persist_options& options) {
  return internal::or_throw("cannot persist what a path owns",
                            [&](auto& failed) { return internal::persist_path(*this, target, options, failed); });
}

fs::path temporary_path::persist(const fs::path& target, const persist_options& options, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return internal::persist_path(*this, target, options, failed); });
}

fs::path temporary_path::keep() {
  fs::path path = path_;
  owned_ = false;
  return path;
}

}  // namespace tempfile::inline v0_1
