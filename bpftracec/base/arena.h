// Memory for values that live and die together, such as the nodes of a syntax tree: allocation is a
// bump of a pointer, and everything is given back at once when the arena goes. No destructor ever
// runs, which is why only trivially destructible types may enter.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace bpftracec::base {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() = default;

  // Takes the members of an aggregate in order, or a finished T to copy.
  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  // The copy outlives `items`; lists are built in a vector and copied here once complete.
  template <typename T>
  std::span<const T> copy(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>, "the arena runs no destructors");
    if (items.empty()) return {};
    auto* first = static_cast<T*>(allocate(items.size_bytes(), alignof(T)));
    std::uninitialized_copy(items.begin(), items.end(), first);
    return {first, items.size()};
  }

  template <typename T>
  std::span<const T> copy(const std::vector<T>& items) {
    return copy(std::span<const T>(items));
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* first = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(first, text.data(), text.size());
    return {first, text.size()};
  }

 private:
  static constexpr size_t kBlockSize = size_t{64} * 1024;

  void* allocate(size_t size, size_t alignment) {
    size_t padding = (alignment - reinterpret_cast<uintptr_t>(next_) % alignment) % alignment;
    if (padding + size > static_cast<size_t>(end_ - next_)) {
      // operator new[] aligns for every ordinary type, so a fresh block needs no padding.
      size_t block_size = std::max(size, kBlockSize);
      blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block_size));
      next_ = blocks_.back().get();
      end_ = next_ + block_size;
      padding = 0;
    }
    void* result = next_ + padding;
    next_ += padding + size;
    return result;
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
};

}  // namespace bpftracec::base
