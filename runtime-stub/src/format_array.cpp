// [1,2,3]
#include "bpftracec/rt/format.h"

namespace bpftracec::rt {

namespace {

const TupleDescription& description_of(const Value& value) {
  return *static_cast<const TupleDescription*>(value.details);
}

void array_text(const Tracer& tracer, const Value& value, Buffer& to) {
  to.append('[');
  bool is_first = true;
  for (const TupleMember& member : description_of(value).members) {
    if (!is_first) to.append(',');
    is_first = false;
    member.field.type->text(tracer, value_at(member.field, value.data), to);
  }
  to.append(']');
}

void array_json(const Tracer& tracer, const Value& value, Buffer& to) {
  kTupleType.json(tracer, value, to);
}

int compare_arrays(const Value& a, const Value& b) { return kTupleType.compare(a, b); }

}  // namespace

constinit const ValueType kArrayType = {array_text, array_json, compare_arrays, false, false};

}  // namespace bpftracec::rt
