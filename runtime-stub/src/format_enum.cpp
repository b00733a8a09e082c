// The names of an enum's constants, or a number where none has the value.
#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

namespace {

// Null if no constant has the value.
const Text* name_of(const Value& value, uint64_t number) {
  const auto& description = *static_cast<const EnumDescription*>(value.details);
  for (const EnumeratorDescription& enumerator : description.enumerators) {
    if (enumerator.value == number) return &enumerator.name;
  }
  return nullptr;
}

template <const ValueType& kNumber>
void enum_text(const Tracer& tracer, const Value& value, Buffer& to) {
  const Text* name = name_of(value, load_integer(value, kNumber));
  if (name == nullptr) return kNumber.text(tracer, value, to);
  to.append(*name);
}

template <const ValueType& kNumber>
int compare(const Value& a, const Value& b) {
  return kNumber.compare(a, b);
}

template <const ValueType& kNumber>
void enum_json(const Tracer& tracer, const Value& value, Buffer& to) {
  kNumber.json(tracer, value, to);
}

}  // namespace

constinit const ValueType kSignedEnumType = {enum_text<kSignedType>, enum_json<kSignedType>,
                                             compare<kSignedType>, true, false};
constinit const ValueType kUnsignedEnumType = {enum_text<kUnsignedType>, enum_json<kUnsignedType>,
                                               compare<kUnsignedType>, false, false};

}  // namespace bpftracec::rt
