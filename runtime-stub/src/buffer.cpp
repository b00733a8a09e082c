#include "bpftracec/rt/buffer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace bpftracec::rt {

namespace {

void* checked(void* memory) {
  if (memory == nullptr) {
    static constexpr Text kMessage = "error: out of memory\n";
    [[maybe_unused]] ssize_t written = write(STDERR_FILENO, kMessage.data, kMessage.size);
    _exit(1);
  }
  return memory;
}

}  // namespace

void* allocate(size_t size) { return checked(malloc(size)); }

void* reallocate(void* old, size_t size) { return checked(realloc(old, size)); }

Buffer::~Buffer() { free(data_); }

char* Buffer::extend(size_t size) {
  if (capacity_ - size_ < size) {
    size_t capacity = capacity_ < 256 ? 256 : capacity_ * 2;
    if (capacity - size_ < size) capacity = size_ + size;
    data_ = static_cast<char*>(reallocate(data_, capacity));
    capacity_ = capacity;
  }
  char* first = data_ + size_;
  size_ += size;
  return first;
}

void Buffer::append(const char* bytes, size_t size) {
  // Without bytes there may be no pointer either, which memcpy() does not take.
  if (size != 0) memcpy(extend(size), bytes, size);
}

void Buffer::append_text(const char* nul_terminated) {
  append(nul_terminated, strlen(nul_terminated));
}

void Buffer::append_repeated(char byte, size_t count) {
  if (count != 0) memset(extend(count), byte, count);
}

void Buffer::append_unsigned(uint64_t value) {
  char digits[20];
  char* first = digits + sizeof digits;
  do {
    *--first = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  append(first, static_cast<size_t>(digits + sizeof digits - first));
}

void Buffer::append_signed(int64_t value) {
  if (value < 0) append('-');
  append_unsigned(value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value));
}

void Buffer::append_hex(uint64_t value) {
  int shift = 60;
  while (shift > 0 && (value >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) append("0123456789abcdef"[(value >> shift) & 15]);
}

void Buffer::insert_repeated(size_t at, char byte, size_t count) {
  if (count == 0) return;
  size_t tail = size_ - at;
  extend(count);
  memmove(data_ + at + count, data_ + at, tail);
  memset(data_ + at, byte, count);
}

void Buffer::remove_front(size_t count) {
  size_ -= count;
  if (count != 0 && size_ != 0) memmove(data_, data_ + count, size_);
}

}  // namespace bpftracec::rt
