// A growing array of plain values.
#pragma once

#include <cstddef>
#include <stdlib.h>
#include <type_traits>

#include "bpftracec/rt/buffer.h"

namespace bpftracec::rt {

template <typename T>
class Array {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  Array() = default;
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() { free(static_cast<void*>(data_)); }

  size_t size() const { return size_; }
  T* data() { return data_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](size_t index) { return data_[index]; }
  const T& operator[](size_t index) const { return data_[index]; }

  void push(const T& value) {
    if (size_ == capacity_) {
      capacity_ = capacity_ == 0 ? 16 : capacity_ * 2;
      data_ = static_cast<T*>(reallocate(static_cast<void*>(data_), capacity_ * sizeof(T)));
    }
    data_[size_++] = value;
  }
  void truncate(size_t size) { size_ = size; }

  // By `less(a, b)`, as qsort() does it.
  template <int (*compare)(const T& a, const T& b)>
  void sort() {
    if (size_ < 2) return;
    qsort(static_cast<void*>(data_), size_, sizeof(T), [](const void* a, const void* b) {
      return compare(*static_cast<const T*>(a), *static_cast<const T*>(b));
    });
  }

  // How many elements, from the first on, `is_before` says yes to; the rest it must say no to.
  template <typename IsBefore>
  size_t partition_point(IsBefore is_before) const {
    size_t first = 0;
    size_t last = size_;
    while (first < last) {
      const size_t middle = first + (last - first) / 2;
      if (is_before(data_[middle])) {
        first = middle + 1;
      } else {
        last = middle;
      }
    }
    return first;
  }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

inline int three_way(uint64_t a, uint64_t b) { return a < b ? -1 : static_cast<int>(a > b); }

}  // namespace bpftracec::rt
