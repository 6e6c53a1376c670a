// File systems for tests that mount some: in a file, or one above another. To be used in run_with_own_mounts() or
// run_in_storm(), by root.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace support {

// Whether a shell command went well; what it prints is dropped.
inline bool run_command(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;  // NOLINT(cert-env33-c)
}

constexpr std::uintmax_t usual_image_size = std::uintmax_t{512} << 20U;

inline bool mount_image(const std::filesystem::path& image, const std::filesystem::path& where) {
  return run_command("mount -o loop " + image.string() + ' ' + where.string());
}

// Makes a file system in the file `image`, by a command like "mkfs.ext4 -F", and mounts it.
inline bool mount_new_image(const std::string& make, const std::filesystem::path& image,
                            const std::filesystem::path& where, std::uintmax_t size = usual_image_size) {
  write_file(image, "");
  std::filesystem::resize_file(image, size);
  return run_command(make + ' ' + image.string()) && mount_image(image, where);
}

// Mounts an overlay, whose directories are made in `scratch`, which must not be an overlay itself.
inline bool mount_overlay(const std::filesystem::path& scratch, const std::filesystem::path& where) {
  for (const char* const each : {"lower", "upper", "work"}) std::filesystem::create_directory(scratch / each);
  const std::string options = "lowerdir=" + (scratch / "lower").string() + ",upperdir=" + (scratch / "upper").string() +
                              ",workdir=" + (scratch / "work").string();
  return ::mount("overlay", where.c_str(), "overlay", 0, options.c_str()) == 0;
}

}  // namespace support
