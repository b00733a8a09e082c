// { .a = 1, .b = x }
#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

namespace {

const TupleDescription& description_of(const Value& value) {
  return *static_cast<const TupleDescription*>(value.details);
}

void record_text(const Tracer& tracer, const Value& value, Buffer& to) {
  Text separator("{ .");
  for (const TupleMember& member : description_of(value).members) {
    to.append(separator);
    separator = ", .";
    to.append(member.name);
    to.append(" = ");
    member.field.type->text(tracer, value_at(member.field, value.data), to);
  }
  to.append(description_of(value).members.size == 0 ? Text("{}") : Text(" }"));
}

void record_json(const Tracer& tracer, const Value& value, Buffer& to) {
  to.append('{');
  bool is_first = true;
  for (const TupleMember& member : description_of(value).members) {
    if (!is_first) to.append(", ");
    is_first = false;
    append_json_string(to, member.name);
    to.append(": ");
    member.field.type->json(tracer, value_at(member.field, value.data), to);
  }
  to.append('}');
}

int compare_records(const Value& a, const Value& b) { return kTupleType.compare(a, b); }

}  // namespace

constinit const ValueType kRecordType = {record_text, record_json, compare_records, false, false};

}  // namespace bpftracec::rt
