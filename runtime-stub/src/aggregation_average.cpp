// The part that avg() and stats() share.
#include "aggregation_number.h"

namespace bpftracec::rt {

void merge_averages(const MapDescription&, std::byte* into, const std::byte* from) {
  auto sum = load<average_value>(into);
  auto added = load<average_value>(from);
  // Unsigned, because overflow wraps as it does in the kernel.
  sum.total = static_cast<int64_t>(static_cast<uint64_t>(sum.total) +
                                   static_cast<uint64_t>(added.total));
  sum.count += added.count;
  store(into, sum);
}

uint64_t average(const MapDescription& map, const average_value& value) {
  if (value.count == 0) return 0;
  if (!map.is_signed) return static_cast<uint64_t>(value.total) / value.count;
  // A count is far below 2^63.
  return static_cast<uint64_t>(value.total / static_cast<int64_t>(value.count));
}

uint64_t average_of(const MapDescription& map, const std::byte* value) {
  return average(map, load<average_value>(value));
}

}  // namespace bpftracec::rt
