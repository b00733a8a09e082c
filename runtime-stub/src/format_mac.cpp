// macaddr(): 00:1A:2B:3C:4D:5E
#include <string.h>

#include "bpftracec/rt/format.h"

namespace bpftracec::rt {

namespace {

constexpr uint32_t kSize = 6;

void mac_text(const Tracer&, const Value& value, Buffer& to) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  for (uint32_t index = 0; index < kSize && index < value.size; ++index) {
    const auto byte = static_cast<unsigned char>(value.data[index]);
    if (index != 0) to.append(':');
    to.append(kDigits[byte >> 4]);
    to.append(kDigits[byte & 15]);
  }
}

void mac_json(const Tracer& tracer, const Value& value, Buffer& to) {
  to.append('"');
  mac_text(tracer, value, to);
  to.append('"');
}

int compare_macs(const Value& a, const Value& b) {
  const uint32_t size = a.size < b.size ? a.size : b.size;
  return memcmp(a.data, b.data, size < kSize ? size : kSize);
}

}  // namespace

constinit const ValueType kMacType = {mac_text, mac_json, compare_macs, false, false};

}  // namespace bpftracec::rt
