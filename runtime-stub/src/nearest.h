// The name that the user may have meant.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bpftracec::rt {

class Nearest {
 public:
  explicit Nearest(const char* wanted);

  void consider(const char* candidate);
  // Null when no candidate was near enough.
  const char* best() const { return best_distance_ <= max_distance_ ? best_ : nullptr; }

 private:
  static constexpr size_t kMaxLength = 127;

  const char* wanted_;
  size_t length_;
  uint32_t max_distance_;
  uint32_t best_distance_ = UINT32_MAX;
  char best_[kMaxLength + 1] = "";
};

}  // namespace bpftracec::rt
