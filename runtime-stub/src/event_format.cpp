#include "event_format.h"

#include <string.h>

namespace bpftracec::rt {

namespace {

// A record is at most a page or so (PERF_MAX_TRACE_SIZE is 8192); anything above is no format.
constexpr uint32_t kMaxRecordSize = 1 << 16;

bool is_identifier_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool starts_with(Text text, const char* prefix) {
  const size_t length = strlen(prefix);
  return text.size >= length && memcmp(text.data, prefix, length) == 0;
}

Text drop_front(Text text, uint32_t count) { return {text.data + count, text.size - count}; }

// Cuts off what is before the first `separator`; all of it when there is none.
Text split(Text& rest, char separator) {
  const void* found = memchr(rest.data, separator, rest.size);
  const uint32_t size = found == nullptr
                            ? rest.size
                            : static_cast<uint32_t>(static_cast<const char*>(found) - rest.data);
  const Text first(rest.data, size);
  rest = drop_front(rest, found == nullptr ? size : size + 1);
  return first;
}

Text trim(Text text) {
  while (text.size > 0 && is_blank(text.data[0])) {
    text = drop_front(text, 1);
  }
  while (text.size > 0 && is_blank(text.data[text.size - 1])) {
    --text.size;
  }
  return text;
}

bool parse_number(Text text, uint32_t& value) {
  value = 0;
  for (uint32_t at = 0; at < text.size; ++at) {
    const char digit = text.data[at];
    if (digit < '0' || digit > '9') return false;
    value = value * 10 + static_cast<uint32_t>(digit - '0');
    if (value > kMaxRecordSize) return false;
  }
  return text.size > 0;
}

// "int common_pid", "char prev_comm[16]", "unsigned long args[6]", "__data_loc char[] name": the
// name, and what stands in its brackets (no data at all when it has none).
void parse_declaration(Text declaration, Text& name, Text& brackets) {
  brackets = {nullptr, 0};
  if (declaration.size > 0 && declaration.data[declaration.size - 1] == ']') {
    uint32_t open = declaration.size - 1;
    while (open > 0 && declaration.data[open] != '[') --open;
    brackets = {declaration.data + open + 1, declaration.size - open - 2};
    if (declaration.data[open] != '[') brackets = {nullptr, 0};
    declaration = trim({declaration.data, open});
  }
  uint32_t start = declaration.size;
  while (start > 0 && is_identifier_byte(declaration.data[start - 1])) --start;
  name = drop_front(declaration, start);
}

// The kernel writes array lengths as they stand in its source: mostly numbers, but also
// "[TASK_COMM_LEN]". For those the type's name has to tell.
uint32_t element_size(Text declaration, Text length, uint32_t size) {
  struct Type {
    const char* name;
    uint32_t size;
  };
  constexpr Type kTypes[] = {
      {"char", 1}, {"unsigned char", 1}, {"signed char", 1}, {"u8", 1},
      {"__u8", 1}, {"uint8_t", 1},       {"s8", 1},          {"bool", 1},
      {"u16", 2},  {"__u16", 2},         {"uint16_t", 2},    {"short", 2},
      {"u32", 4},  {"__u32", 4},         {"uint32_t", 4},    {"int", 4},
      {"u64", 8},  {"__u64", 8},         {"uint64_t", 8},    {"unsigned long", 8},
      {"long", 8},
  };
  uint32_t count = 0;
  if (parse_number(length, count) && count > 0 && size % count == 0) return size / count;
  for (const Type& type : kTypes) {
    const Text name(type.name, static_cast<uint32_t>(strlen(type.name)));
    if (starts_with(declaration, type.name) && declaration.size > name.size &&
        is_blank(declaration.data[name.size]) && size % type.size == 0) {
      return type.size;
    }
  }
  return 1;
}

// "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;"
bool parse_line(Text line, EventField& field) {
  Text rest = trim(line);
  if (!starts_with(rest, "field:")) return false;
  rest = drop_front(rest, 6);
  const Text declaration = trim(split(rest, ';'));
  Text brackets;
  parse_declaration(declaration, field.name, brackets);

  bool has_offset = false;
  bool has_size = false;
  while (rest.size > 0) {
    Text value = trim(split(rest, ';'));
    const Text key = split(value, ':');
    uint32_t number = 0;
    if (!parse_number(value, number)) continue;
    if (starts_with(key, "offset")) {
      field.offset = number;
      has_offset = true;
    } else if (starts_with(key, "size")) {
      field.size = number;
      has_size = true;
    }
  }
  // A __data_loc is one 32-bit word, whatever stands at its end; its brackets are in the type.
  if (brackets.data != nullptr && field.size > 0) {
    field.element_size = element_size(declaration, brackets, field.size);
  }
  return has_offset && has_size && field.name.size > 0;
}

}  // namespace

bool find_field(Text format, const char* name, EventField& field) {
  const size_t length = strlen(name);
  while (format.size > 0) {
    EventField candidate;
    if (parse_line(split(format, '\n'), candidate) && candidate.name.size == length &&
        memcmp(candidate.name.data, name, length) == 0) {
      field = candidate;
      return true;
    }
  }
  return false;
}

}  // namespace bpftracec::rt
