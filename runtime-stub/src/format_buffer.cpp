// buf(): a length, then the bytes.
#include <string.h>

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

namespace {

// The value's bytes. What a program has written is checked, as all that comes from outside.
Text bytes_of(const Value& value) {
  buffer_head head = {};
  if (value.size < sizeof head) return {};
  memcpy(&head, value.data, sizeof head);
  const auto most = static_cast<uint32_t>(value.size - sizeof head);
  return {reinterpret_cast<const char*>(value.data) + sizeof head,
          head.length < most ? head.length : most};
}

void append_hex_byte(char byte, Buffer& to) {
  constexpr const char* kDigits = "0123456789abcdef";
  const auto bits = static_cast<unsigned char>(byte);
  to.append(kDigits[bits >> 4]);
  to.append(kDigits[bits & 15]);
}

void escaped_text(const Tracer&, const Value& value, Buffer& to) {
  const Text bytes = bytes_of(value);
  for (uint32_t index = 0; index < bytes.size; ++index) {
    const char byte = bytes.data[index];
    if (byte >= ' ' && byte <= '~') {
      to.append(byte);
    } else {
      to.append("\\x");
      append_hex_byte(byte, to);
    }
  }
}

// %rx
void all_escaped_text(const Tracer&, const Value& value, Buffer& to) {
  const Text bytes = bytes_of(value);
  for (uint32_t index = 0; index < bytes.size; ++index) {
    to.append("\\x");
    append_hex_byte(bytes.data[index], to);
  }
}

// %rh
void hex_text(const Tracer&, const Value& value, Buffer& to) {
  const Text bytes = bytes_of(value);
  for (uint32_t index = 0; index < bytes.size; ++index) {
    if (index != 0) to.append(' ');
    append_hex_byte(bytes.data[index], to);
  }
}

void buffer_json(const Tracer&, const Value& value, Buffer& to) {
  const Text bytes = bytes_of(value);
  to.append('[');
  for (uint32_t index = 0; index < bytes.size; ++index) {
    if (index != 0) to.append(',');
    to.append_unsigned(static_cast<unsigned char>(bytes.data[index]));
  }
  to.append(']');
}

int compare_buffers(const Value& a, const Value& b) {
  const Text left = bytes_of(a);
  const Text right = bytes_of(b);
  const int order = memcmp(left.data, right.data, left.size < right.size ? left.size : right.size);
  if (order != 0) return order;
  return left.size < right.size ? -1 : static_cast<int>(left.size > right.size);
}

}  // namespace

constinit const ValueType kBufferType = {escaped_text, buffer_json, compare_buffers, false, false};
constinit const ValueType kEscapedBufferType = {all_escaped_text, buffer_json, compare_buffers,
                                                false, false};
constinit const ValueType kHexBufferType = {hex_text, buffer_json, compare_buffers, false, false};

}  // namespace bpftracec::rt
