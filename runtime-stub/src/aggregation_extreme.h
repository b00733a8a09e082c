// What min() and max() share.
#pragma once

#include "aggregation_number.h"

namespace bpftracec::rt {

inline uint64_t extreme_of(const MapDescription&, const std::byte* value) {
  return static_cast<uint64_t>(load<extreme_value>(value).value);
}

// Keeps the smaller or the larger of two values, of those that are set.
template <bool keeps_smaller>
void merge_extremes(const MapDescription& map, std::byte* into, const std::byte* from) {
  auto candidate = load<extreme_value>(from);
  if (candidate.is_set == 0) return;
  auto best = load<extreme_value>(into);
  auto left = static_cast<uint64_t>(keeps_smaller ? candidate.value : best.value);
  auto right = static_cast<uint64_t>(keeps_smaller ? best.value : candidate.value);
  if (best.is_set == 0 || is_less(map, left, right)) store(into, candidate);
}

}  // namespace bpftracec::rt
