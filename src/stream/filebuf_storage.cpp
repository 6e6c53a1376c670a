// Where the bytes of a filebuf are: in a file, or in memory until they go to one.
#include <tempfile/filebuf.hpp>

#include <span>
#include <utility>

#include "platform/file.hpp"
#include "stream/memory_storage.hpp"

namespace tempfile::inline v0_1 {

void filebuf::open(file_handle handle) noexcept { handle_ = std::move(handle); }

void filebuf::open(std::unique_ptr<internal::memory_storage> memory) noexcept { memory_ = std::move(memory); }

std::size_t filebuf::read_some(char* destination, std::size_t count) noexcept {
  last_error_.clear();
  if (is_in_memory()) return memory_->read({destination, count});
  return platform::read_some(handle_.native_handle(), std::as_writable_bytes(std::span{destination, count}),
                             last_error_);
}

std::size_t filebuf::write_all(const char* source, std::size_t count, std::error_code& error) noexcept {
  if (is_in_memory()) return memory_->write({source, count}, error);
  return handle_.write(std::string_view{source, count}, error);
}

std::uint64_t filebuf::move_to(off_type offset, std::ios_base::seekdir from, std::error_code& error) noexcept {
  return is_in_memory() ? memory_->seek(offset, from, error) : handle_.seek(offset, from, error);
}

std::uint64_t filebuf::stored_size(std::error_code& error) const noexcept {
  error.clear();
  return is_in_memory() ? memory_->size() : handle_.size(error);
}

// In memory there may not be room for more: then all of it, or nothing, goes to disk.
bool filebuf::make_room_for(std::size_t count) noexcept {
  if (!is_in_memory() || count <= memory_->room() - unwritten()) return true;
  leave_memory(last_error_);
  return !last_error_;
}

void filebuf::leave_memory(std::error_code& error) noexcept {
  error.clear();
  if (!is_in_memory()) return;
  if (!flush()) {
    error = last_error_;
    return;
  }
  file_handle file = memory_->to_file(error);
  if (error) return;
  handle_ = std::move(file);
  memory_.reset();
  if (pbase() != nullptr) set_put_area();
}

std::span<const std::byte> filebuf::bytes_in_memory() const noexcept {
  return is_in_memory() ? std::as_bytes(memory_->bytes()) : std::span<const std::byte>{};
}

void filebuf::truncate(std::uint64_t size, std::error_code& error) noexcept {
  error.clear();
  if (!has_file() || sync() != 0) {
    error = last_error_;
    return;
  }
  if (is_in_memory() && !memory_->fits(size)) leave_memory(error);
  if (error) return;
  if (is_in_memory()) {
    memory_->resize(size, error);
  } else {
    handle_.resize(size, error);
  }
}

std::uint64_t filebuf::size(std::error_code& error) noexcept {
  error.clear();
  if (!has_file() || !flush()) {
    error = last_error_;
    return 0;
  }
  return stored_size(error);
}

void filebuf::sync_to_disk(std::error_code& error) noexcept {
  error.clear();
  if (!has_file() || sync() != 0) {
    error = last_error_;
  } else if (!is_in_memory()) {
    handle_.sync(error);
  }
}

void filebuf::set_append(bool appends, std::error_code& error) noexcept {
  error.clear();
  if (!has_file() || sync() != 0) {
    error = last_error_;
  } else if (is_in_memory()) {
    error = std::make_error_code(std::errc::operation_not_supported);
  } else {
    handle_.set_append(appends, error);
  }
}

std::string filebuf::take_bytes(std::error_code& error) {
  std::string bytes;
  error = write_error_;
  if (!error && (!has_file() || sync() != 0)) error = last_error_;
  if (error) return {};
  if (is_in_memory()) {
    bytes = memory_->take();
  } else {
    bytes.resize(static_cast<std::size_t>(handle_.size(error)));
    if (!error) bytes.resize(handle_.read_at(0, std::as_writable_bytes(std::span{bytes}), error));
  }
  if (error) return {};
  std::error_code ignored;  // all of it has been read
  abandon(ignored);
  return bytes;
}

}  // namespace tempfile::inline v0_1
