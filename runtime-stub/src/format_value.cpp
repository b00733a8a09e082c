// What all types of values share: finding a value's bytes, loading an integer.
#include <string.h>

#include "bpftracec/rt/format.h"

namespace bpftracec::rt {

Value value_in(const Field& field, const Record& record) {
  Value value = value_at(field, record.data);
  if (!field.is_tail) return value;
  text_ref ref;
  memcpy(&ref, value.data, sizeof ref);
  // The program wrote the record; still, what comes from outside is checked before it is followed.
  if (ref.offset > record.size || ref.size > record.size - ref.offset) ref = {0, 0};
  return {record.data + ref.offset, ref.size, field.capacity};
}

uint64_t load_integer(const Value& value, bool is_signed) {
  uint64_t bits = 0;
  uint32_t size = value.size < sizeof bits ? value.size : sizeof bits;
  memcpy(&bits, value.data, size);
  if (!is_signed || size == 0) return bits;
  uint32_t unused = 64 - 8 * size;
  return static_cast<uint64_t>(static_cast<int64_t>(bits << unused) >> unused);
}

int64_t divide_signed(int64_t value, uint64_t divisor) {
  if (divisor <= 1) return value;
  if (divisor > INT64_MAX) return value == INT64_MIN && divisor == 1ULL << 63 ? -1 : 0;
  return value / static_cast<int64_t>(divisor);
}

}  // namespace bpftracec::rt
