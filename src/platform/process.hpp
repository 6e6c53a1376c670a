// The process and its surroundings: threads, randomness, the environment, memory, its end.
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

// Calls work(argument) while the calling thread handles no signal; what is faulty in it ends the process at once.
// Async-signal-safe.
void without_signals(void (*work)(void*) noexcept, void* argument) noexcept;

// Fills `buffer` from the system's cryptographic generator.
void random_bytes(std::span<std::byte> buffer, std::error_code& error) noexcept;
// Nanoseconds since 1970, by the clock that stamps new files: never later than the time of birth of a file that is
// created afterwards.
std::int64_t coarse_time() noexcept;
// The value of an environment variable; nothing if it is unset, or if the environment is not to be trusted.
std::optional<native_string> environment(const char* name);
// The system's usual directories for temporary files, best first.
std::vector<std::filesystem::path> usual_tempdirs();

// As far as that goes. Async-signal-safe.
void write_to_standard_error(std::span<const std::byte> bytes) noexcept;

// --- which process, which thread -------------------------------------------------------------------------------------

// A number that a forked child and its parent, and any two processes of a line of forks, never share; not zero.
// Async-signal-safe.
std::uint64_t process_token() noexcept;
// Makes `token` this process's: one that its parent has given up, or a new_process_token(). Threads that ask at the
// same time get either.
void set_process_token(std::uint64_t token) noexcept;
// One that no process has had.
std::uint64_t new_process_token() noexcept;
// The system's number, which a child made by vfork() doesn't share with its parent though it shares all memory.
// Async-signal-safe.
std::uint64_t process_id() noexcept;
// A number that no other living thread of this process has; not zero. Async-signal-safe, and without thread-local
// storage.
std::uint32_t thread_number() noexcept;

// --- memory ----------------------------------------------------------------------------------------------------------

// Zeroed memory from the system, in whole pages that take no room before they are used; null on failure. (malloc() has
// locks, which another thread may have held when this process was forked.)
void* map_memory(std::size_t size) noexcept;
void unmap_memory(void* memory, std::size_t size) noexcept;

// A barrier for all threads of this process at the cost of the one that calls: each has passed a memory barrier between
// its begin and its end, so that what the others do often needs none. Must be prepared once in each process; false if
// the system has none.
bool prepare_process_barrier() noexcept;
// Async-signal-safe.
void process_barrier() noexcept;

// --- the end ---------------------------------------------------------------------------------------------------------

// Calls `hook` when the program ends by exit(), a return from main() included, or by quick_exit(): after the
// destructors of all static objects where the system can, else before those of objects that are older. Once for a
// process; a forked child inherits it. False if there is no memory for it.
bool set_exit_hook(void (*hook)() noexcept) noexcept;

}  // namespace tempfile::inline v0_1::platform
