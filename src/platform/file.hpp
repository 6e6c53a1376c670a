// Open files: opening by path, reading, writing, positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ios>
#include <span>

#include "platform/types.hpp"

namespace tempfile::inline v0_1::platform {

// Opens the file at `path`, which may lead through links.
file_handle open(native_path path, access access, std::error_code& error) noexcept;
// The same for a path that must not be a link; never waits for another process (the other end of a FIFO).
file_handle open_nofollow(native_path path, access access, std::error_code& error) noexcept;
// Another handle of the same file, with a position of its own; std::errc::operation_not_supported where the system
// can't open a file by its handle.
file_handle reopen(native_handle_type handle, std::error_code& error) noexcept;
// Another handle of the same open file, with the same position.
file_handle duplicate(native_handle_type handle, std::error_code& error) noexcept;
// A C stream for reading and writing, whose closing closes the handle. On failure the handle stays its owner's.
std::FILE* open_stream(native_handle_type handle, std::error_code& error) noexcept;
// The handle is closed even if this reports an error.
void close(native_handle_type handle, std::error_code& error) noexcept;

// One read: fewer bytes than asked for may mean anything, none means the end of the file.
std::size_t read_some(native_handle_type handle, std::span<std::byte> buffer, std::error_code& error) noexcept;
// These five continue until all is done, the file ends, or an error; they return how much was done.
std::size_t read(native_handle_type handle, std::span<std::byte> buffer, std::error_code& error) noexcept;
std::size_t write(native_handle_type handle, std::span<const std::byte> bytes, std::error_code& error) noexcept;
// As write(), where the process's limit for files would also send it a signal (SIGXFSZ).
std::size_t write_without_signal(native_handle_type handle, std::span<const std::byte> bytes,
                                 std::error_code& error) noexcept;
std::size_t read_at(native_handle_type handle, std::uint64_t offset, std::span<std::byte> buffer,
                    std::error_code& error) noexcept;
std::size_t write_at(native_handle_type handle, std::uint64_t offset, std::span<const std::byte> bytes,
                     std::error_code& error) noexcept;

std::uint64_t seek(native_handle_type handle, std::int64_t offset, std::ios_base::seekdir from,
                   std::error_code& error) noexcept;
std::uint64_t size(native_handle_type handle, std::error_code& error) noexcept;
void resize(native_handle_type handle, std::uint64_t size, std::error_code& error) noexcept;
void set_append(native_handle_type handle, bool appends, std::error_code& error) noexcept;
// Flushes data and metadata to stable storage (fsync).
void sync(native_handle_type handle, std::error_code& error) noexcept;
// Flushes data and the metadata needed to read it back (fdatasync).
void sync_data(native_handle_type handle, std::error_code& error) noexcept;
// Locks an open file or directory against all others who ask for such a lock (flock), until the last handle of this
// open file is closed, in children that have inherited it, too. Never waits: std::errc::resource_unavailable_try_again
// if another's lock is in the way.
enum class lock_kind { shared, exclusive };
void lock(native_handle_type handle, lock_kind kind, std::error_code& error) noexcept;
// Copies all bytes of one file to another that is empty; holes stay holes where the system reports them. The source's
// position, which others may share, stays.
void copy_content(native_handle_type source, native_handle_type copy, std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform
