/// \file
/// What every creating call takes.
#pragma once

#include <tempfile/export.hpp>

#include <concepts>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

namespace internal {

// Whether a struct of options begins with what all have in common.
template <class T>
concept begins_as_options = std::is_aggregate_v<T> && requires(T options) {
  T{options.prefix, options.suffix, options.dir, options.mode, options.inheritable};
  requires std::same_as<decltype(options.prefix), std::string>;
  requires std::same_as<decltype(options.suffix), std::string>;
  requires std::same_as<decltype(options.dir), fs::path>;
  requires std::same_as<decltype(options.mode), std::optional<fs::perms>>;
  requires std::same_as<decltype(options.inheritable), bool>;
};

}  // namespace internal

/// How to name and make a temporary object: an aggregate, so that designated initializers serve as keyword arguments.
///
///     tempfile::mkstemp({.prefix = "report-", .suffix = ".txt"});
///
/// The classes that need more have a struct of their own that begins with the same members in the same order. Members
/// are only ever added at the end.
///
/// The name is prefix, twelve random characters of `a-z2-7`, suffix. No dot is put between them. A prefix or suffix
/// that holds a separator or a NUL is refused with std::errc::invalid_argument, and nothing is created; one that is too
/// long gets the system's error.
/// They convert to the struct of any class, which has its own defaults for the rest.
struct options {
  /// Begins the name.
  std::string prefix{"tmp"};
  /// Ends the name; write the dot of an extension yourself.
  std::string suffix{};
  /// Where to create. Empty: gettempdir(). A relative path counts from the working directory of this moment; paths
  /// handed out are always absolute.
  fs::path dir{};
  /// The permissions, exactly these, whatever the umask, for one system call more (a directory: up to four). Default:
  /// 0600 for files and 0700 for directories, from which the umask can only take away. Bits outside of fs::perms::mask
  /// are refused (std::errc::invalid_argument).
  std::optional<fs::perms> mode{};
  /// Whether a program that this process executes inherits the descriptor. Default: closed on exec.
  bool inheritable{false};

  /// Turns into the options of any class, which begin with these.
  template <internal::begins_as_options Options>
  operator Options() const {  // NOLINT(google-explicit-constructor)
    return {prefix, suffix, dir, mode, inheritable};
  }
};

}  // namespace tempfile::inline v0_1
