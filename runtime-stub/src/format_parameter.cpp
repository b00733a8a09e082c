// A positional parameter that is printed as it was given: a number if it is one, else a text. Which
// of the two is known only on the target.
#include <stdio.h>
#include <string.h>

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"
#include "integer_literal.h"
#include "parameters.h"

namespace bpftracec::rt {

namespace {

// As parse_integer() has it: only a minus sign tells -1 from 18446744073709551615.
bool is_negative(Text text) { return text.size != 0 && text.data[0] == '-'; }

void parameter_text(const Tracer& tracer, const Value& value, Buffer& to) {
  kTextType.text(tracer, value, to);
}

// Every text that is a number was written in decimal by copy_printed_parameter().
void parameter_json(const Tracer& tracer, const Value& value, Buffer& to) {
  const auto* first = reinterpret_cast<const char*>(value.data);
  const Text text(first, static_cast<uint32_t>(strnlen(first, value.size)));
  int64_t number = 0;
  if (!parse_integer(text, number)) {
    kTextType.json(tracer, value, to);
  } else if (is_negative(text)) {
    append_json_signed(to, number);
  } else {
    append_json_unsigned(to, static_cast<uint64_t>(number));
  }
}

int compare_parameters(const Value& a, const Value& b) { return kTextType.compare(a, b); }

}  // namespace

void copy_printed_parameter(const Bindings& bindings, uint32_t index, char* to, size_t size) {
  copy_text_parameter(bindings, index, to, size);
  const Text text = text_of(to);
  int64_t number = 0;
  if (text.size != 0 && !parse_integer(text, number)) return;
  // An absent parameter is 0; one that is there and empty is a text.
  if (text.size == 0 && index <= bindings.parameter_count) return;
  const bool has_minus = is_negative(text);
  memset(to, 0, size);
  if (has_minus) {
    snprintf(to, size, "%lld", static_cast<long long>(number));
  } else {
    snprintf(to, size, "%llu", static_cast<unsigned long long>(number));
  }
}

constinit const ValueType kParameterType = {parameter_text, parameter_json, compare_parameters,
                                            false, false};

}  // namespace bpftracec::rt
