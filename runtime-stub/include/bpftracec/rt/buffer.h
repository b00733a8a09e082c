// A growing run of bytes, in which all output is put together.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

// malloc() that ends the tool with a message when there is no memory: none of its callers could go
// on. The memory is given back by free().
void* allocate(size_t size);
void* reallocate(void* old, size_t size);

class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer();

  const char* data() const { return data_; }
  size_t size() const { return size_; }
  bool is_empty() const { return size_ == 0; }
  Text text() const { return {data_, static_cast<uint32_t>(size_)}; }

  void append(char byte) { *extend(1) = byte; }
  void append(Text text) { append(text.data, text.size); }
  void append(const char* bytes, size_t size);
  void append_text(const char* nul_terminated);
  void append_repeated(char byte, size_t count);
  void append_signed(int64_t value);
  void append_unsigned(uint64_t value);
  void append_hex(uint64_t value);  // lower case, no prefix

  // Room for `size` more bytes, for the caller to fill.
  char* extend(size_t size);
  // Moves the bytes from `at` on to the right; the gap is filled with `byte`.
  void insert_repeated(size_t at, char byte, size_t count);
  void remove_front(size_t count);
  void truncate(size_t size) { size_ = size; }
  void clear() { size_ = 0; }

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace bpftracec::rt
