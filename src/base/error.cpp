#include <tempfile/error.hpp>

#include <string>

namespace tempfile::inline v0_1 {
namespace {

class category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "tempfile"; }

  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::no_unused_name:
        return "every random name tried is taken";
      case errc::no_usable_directory:
        return "no usable temporary directory";
      case errc::replaced:
        return "path now refers to a different file";
      case errc::not_owner:
        return "owned by the parent process";
      case errc::mount_point:
        return "is a mount point";
      case errc::refused_to_remove:
        return "\"/\", \".\" and \"..\" are not removed";
    }
    return "unknown error";
  }

  [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<errc>(value)) {
      case errc::no_unused_name:
        return std::errc::file_exists;
      case errc::no_usable_directory:
        return std::errc::no_such_file_or_directory;
      case errc::not_owner:
        return std::errc::operation_not_permitted;
      case errc::mount_point:
        return std::errc::device_or_resource_busy;
      case errc::refused_to_remove:
        return std::errc::invalid_argument;
      case errc::replaced:  // nobody's: that something else is there now must not pass for its being gone
        break;
    }
    return {value, *this};
  }
};

// Never destroyed, so that a static object's destructor can still report.
template <class Type>
union immortal {
  Type value;
  constexpr immortal() : value{} {}
  ~immortal() {}  // NOLINT(modernize-use-equals-default): a defaulted one would be deleted
};
constinit const immortal<category> the_category;

}  // namespace

const std::error_category& error_category() noexcept { return the_category.value; }

std::error_code make_error_code(errc reason) noexcept { return {static_cast<int>(reason), error_category()}; }

}  // namespace tempfile::inline v0_1
