// The process and its surroundings: threads, randomness, the environment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "platform/types.hpp"

namespace tempfile::inline v0_1::platform {

// How many processors this process may use; at least 1.
int processors() noexcept;
// Starts a thread that runs `work(argument)` and handles none of the process's signals.
std::thread start_thread(void (*work)(void*) noexcept, void* argument, std::error_code& error) noexcept;

// Fills `buffer` from the system's cryptographic generator.
void random_bytes(std::span<std::byte> buffer, std::error_code& error) noexcept;
// Nanoseconds since 1970, by the clock that stamps new files: never later than the time of birth of a file that is
// created afterwards.
std::int64_t coarse_time() noexcept;
// The value of an environment variable; nothing if it is unset, or if the environment is not to be trusted.
std::optional<native_string> environment(const char* name);
// The system's usual directories for temporary files, best first.
std::vector<std::filesystem::path> usual_tempdirs();
// A number that a forked child and its parent, and any two processes of a line of forks, never share; not zero.
std::uint64_t process_token() noexcept;

}  // namespace tempfile::inline v0_1::platform
