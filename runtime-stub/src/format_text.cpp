#include <string.h>

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

namespace {

// Up to the first NUL; without one in the whole capacity, the text was cut.
Text stored_text(const Value& value) {
  uint32_t limit = value.size < value.capacity ? value.size : value.capacity;
  const auto* first = reinterpret_cast<const char*>(value.data);
  return {first, static_cast<uint32_t>(strnlen(first, limit))};
}

bool is_cut(Text text, const Value& value) { return text.size == value.capacity; }

void text_text(const Tracer& tracer, const Value& value, Buffer& to) {
  Text text = stored_text(value);
  to.append(text);
  if (is_cut(text, value)) to.append(tracer.tool().truncation_trailer);
}

void text_json(const Tracer& tracer, const Value& value, Buffer& to) {
  Text text = stored_text(value);
  if (!is_cut(text, value)) {
    append_json_string(to, text);
    return;
  }
  Buffer whole;
  text_text(tracer, value, whole);
  append_json_string(to, whole.text());
}

int compare_texts(const Value& a, const Value& b) {
  Text left = stored_text(a);
  Text right = stored_text(b);
  int order = memcmp(left.data, right.data, left.size < right.size ? left.size : right.size);
  if (order != 0) return order;
  return left.size < right.size ? -1 : static_cast<int>(left.size > right.size);
}

}  // namespace

constinit const ValueType kTextType = {text_text, text_json, compare_texts, false, false};

}  // namespace bpftracec::rt
