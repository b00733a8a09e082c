// (1, x, (2, true))
#include "bpftracec/rt/format.h"

namespace bpftracec::rt {

namespace {

const TupleDescription& description_of(const Value& value) {
  return *static_cast<const TupleDescription*>(value.details);
}

void tuple_text(const Tracer& tracer, const Value& value, Buffer& to) {
  Text separator("(");
  for (const TupleMember& member : description_of(value).members) {
    to.append(separator);
    separator = ", ";
    member.field.type->text(tracer, value_at(member.field, value.data), to);
  }
  to.append(description_of(value).members.size == 0 ? Text("()") : Text(")"));
}

void tuple_json(const Tracer& tracer, const Value& value, Buffer& to) {
  to.append('[');
  bool is_first = true;
  for (const TupleMember& member : description_of(value).members) {
    if (!is_first) to.append(',');
    is_first = false;
    member.field.type->json(tracer, value_at(member.field, value.data), to);
  }
  to.append(']');
}

// By the first elements that differ.
int compare_tuples(const Value& a, const Value& b) {
  for (const TupleMember& member : description_of(a).members) {
    const int order = member.field.type->compare(value_at(member.field, a.data),
                                                 value_at(member.field, b.data));
    if (order != 0) return order;
  }
  return 0;
}

}  // namespace

constinit const ValueType kTupleType = {tuple_text, tuple_json, compare_tuples, false, false};

}  // namespace bpftracec::rt
