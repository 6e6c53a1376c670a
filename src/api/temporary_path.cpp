#include <tempfile/temporary_path.hpp>

#include "base/failure.hpp"
#include "ownership/create.hpp"
#include "persist/persist.hpp"

namespace tempfile::inline v0_1 {

temporary_path::temporary_path() noexcept = default;

temporary_path::temporary_path(const fs::path& existing) {
  internal::or_throw("cannot adopt path", [&](auto& failed) { internal::adopt(existing, name_, failed); });
}

temporary_path::temporary_path(const fs::path& existing, std::error_code& error) {
  internal::or_code(error, [&](auto& failed) { internal::adopt(existing, name_, failed); });
}

temporary_path::temporary_path(temporary_path&& other) noexcept = default;
temporary_path& temporary_path::operator=(temporary_path&& other) noexcept = default;
temporary_path::~temporary_path() = default;

void temporary_path::swap(temporary_path& other) noexcept { name_.swap(other.name_); }

void temporary_path::remove() {
  internal::or_throw("cannot remove", [&](auto& failed) { name_.remove(failed); });
}

void temporary_path::remove(std::error_code& error) {
  internal::or_code(error, [&](auto& failed) { name_.remove(failed); });
}

fs::path temporary_path::keep() {
  name_.keep();
  return path();
}

fs::path temporary_path::persist(const fs::path& target, const persist_options& options) {
  return internal::or_throw("cannot persist path",
                            [&](auto& failed) { return internal::persist_path(name_, target, options, failed); });
}

fs::path temporary_path::persist(const fs::path& target, const persist_options& options, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return internal::persist_path(name_, target, options, failed); });
}

}  // namespace tempfile::inline v0_1
