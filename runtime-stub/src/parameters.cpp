#include "parameters.h"

#include <string.h>

#include "bpftracec/rt/buffer.h"
#include "integer_literal.h"

namespace bpftracec::rt {

namespace {

const char* parameter(const Bindings& bindings, uint64_t index) {
  return index >= 1 && index <= bindings.parameter_count ? bindings.parameters[index - 1] : nullptr;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Not in a form that more could be wrong with than its size.
bool is_decimal(const char* text) {
  if (*text == '-' || *text == '+') ++text;
  return *text >= '1' && *text <= '9' && text[strspn(text, "0123456789")] == '\0';
}

}  // namespace

int64_t integer_parameter(const Bindings& bindings, uint32_t index) {
  int64_t value = 0;
  if (const char* text = parameter(bindings, index)) parse_integer(text_of(text), value);
  return value;
}

void copy_text_parameter(const Bindings& bindings, uint32_t index, char* to, size_t size) {
  if (size == 0) return;
  const char* text = parameter(bindings, index);
  const size_t length = text == nullptr ? 0 : strnlen(text, size - 1);
  if (length != 0) memcpy(to, text, length);
  memset(to + length, 0, size - length);
}

bool check_parameters(const ToolDescription& tool, const Bindings& bindings, Failure& failure) {
  for (const ParameterDescription& description : tool.parameters) {
    const char* text = parameter(bindings, description.index);
    int64_t value = 0;
    if (!description.is_integer || text == nullptr || parse_integer(text_of(text), value)) continue;
    return failure.set("parameter $%u: '%s' is %s", description.index, text,
                       is_decimal(text) ? "out of range: numbers have 64 bits" : "not a number");
  }
  return true;
}

char* substitute_parameters(Text text, const Bindings& bindings, Failure& failure) {
  Buffer result;
  for (uint32_t at = 0; at < text.size;) {
    if (text.data[at] != '$' || at + 1 == text.size || !is_digit(text.data[at + 1])) {
      result.append(text.data[at++]);
      continue;
    }
    uint64_t index = 0;
    for (++at; at < text.size && is_digit(text.data[at]); ++at) {
      index = index > UINT32_MAX ? index : index * 10 + static_cast<uint64_t>(text.data[at] - '0');
    }
    const char* value = parameter(bindings, index);
    if (value == nullptr) {
      failure.set("parameter $%llu is missing", static_cast<unsigned long long>(index));
      failure.hint("see --help for the parameters that it takes");
      return nullptr;
    }
    result.append_text(value);
  }
  result.append('\0');
  auto* copy = static_cast<char*>(allocate(result.size()));
  memcpy(copy, result.data(), result.size());
  return copy;
}

}  // namespace bpftracec::rt
