#include "nearest.h"

#include <algorithm>
#include <string.h>

namespace bpftracec::rt {

Nearest::Nearest(const char* wanted)
    : wanted_(wanted),
      length_(strlen(wanted)),
      max_distance_(1 + static_cast<uint32_t>(length_ / 4)) {
  if (length_ > kMaxLength) length_ = 0;
}

// The edit distance (insert, remove, replace), row by row.
void Nearest::consider(const char* candidate) {
  const size_t length = strnlen(candidate, kMaxLength + 1);
  const size_t difference = length > length_ ? length - length_ : length_ - length;
  if (length > kMaxLength || length_ == 0 || difference > max_distance_) return;

  uint32_t row[kMaxLength + 1];
  for (uint32_t column = 0; column <= length; ++column) {
    row[column] = column;
  }
  for (uint32_t line = 1; line <= length_; ++line) {
    uint32_t diagonal = row[0];
    row[0] = line;
    for (uint32_t column = 1; column <= length; ++column) {
      const uint32_t replaced = diagonal + (wanted_[line - 1] == candidate[column - 1] ? 0 : 1);
      diagonal = row[column];
      row[column] = std::min({replaced, row[column] + 1, row[column - 1] + 1});
    }
  }
  if (row[length] >= best_distance_) return;
  best_distance_ = row[length];
  memcpy(best_, candidate, length);
  best_[length] = '\0';
}

}  // namespace bpftracec::rt
