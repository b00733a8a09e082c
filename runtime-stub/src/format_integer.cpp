#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

namespace {

int64_t load_signed(const Value& value) { return static_cast<int64_t>(load_integer(value, true)); }

uint64_t load_unsigned(const Value& value) { return load_integer(value, false); }

template <auto load>
int compare(const Value& a, const Value& b) {
  auto left = load(a);
  auto right = load(b);
  return left < right ? -1 : static_cast<int>(left > right);
}

void signed_text(const Tracer&, const Value& value, Buffer& to) {
  to.append_signed(load_signed(value));
}

void unsigned_text(const Tracer&, const Value& value, Buffer& to) {
  to.append_unsigned(load_unsigned(value));
}

void signed_json(const Tracer&, const Value& value, Buffer& to) {
  append_json_signed(to, load_signed(value));
}

void unsigned_json(const Tracer&, const Value& value, Buffer& to) {
  append_json_unsigned(to, load_unsigned(value));
}

void pointer_text(const Tracer&, const Value& value, Buffer& to) {
  to.append("0x");
  to.append_hex(load_unsigned(value));
}

}  // namespace

constinit const ValueType kSignedType = {signed_text, signed_json, compare<load_signed>, true,
                                         true};
constinit const ValueType kUnsignedType = {unsigned_text, unsigned_json, compare<load_unsigned>,
                                           false, true};
constinit const ValueType kPointerType = {pointer_text, unsigned_json, compare<load_unsigned>,
                                          false, false};

}  // namespace bpftracec::rt
