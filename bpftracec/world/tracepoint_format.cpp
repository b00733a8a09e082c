#include "bpftracec/world/tracepoint_format.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "bpftracec/world/c_integer.h"

namespace bpftracec::world {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Takes `prefix` off the front where it is there.
bool consume(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// The text up to `end`, which goes as well. The whole rest where there is no `end`.
std::string_view take_until(std::string_view& text, char end) {
  const size_t length = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(std::min(length + 1, text.size()));
  return taken;
}

std::optional<uint32_t> parse_number(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What `field:DECLARATION` declares, before it is known what it means.
struct Declaration {
  std::string_view type;  // "const char *", "__data_loc char[]"
  std::string_view name;
  bool is_array = false;  // name[N]
};

std::optional<Declaration> split_declaration(std::string_view text) {
  Declaration result;
  text = trim(text);
  if (text.ends_with(']')) {
    const size_t open = text.rfind('[');
    if (open == std::string_view::npos) return std::nullopt;
    result.is_array = true;
    text = trim(text.substr(0, open));
  }
  size_t name_begin = text.size();
  while (name_begin > 0 && is_name_char(text[name_begin - 1])) --name_begin;
  result.name = text.substr(name_begin);
  result.type = trim(text.substr(0, name_begin));
  if (result.name.empty() || result.type.empty()) return std::nullopt;
  // "struct foo" without a name, or a function pointer's leftovers.
  if (result.type == "struct" || result.type == "enum" || result.type.ends_with(')')) {
    return std::nullopt;
  }
  return result;
}

// "const unsigned  long" -> "unsigned long"
std::string unqualified(std::string_view type) {
  std::string result;
  while (!type.empty()) {
    type = trim(type);
    const std::string_view word = take_until(type, ' ');
    if (word.empty() || word == "const" || word == "volatile") continue;
    if (!result.empty()) result += ' ';
    result += word;
  }
  return result;
}

std::optional<CInteger> integer_named(std::string_view type, bool is_signed_flag) {
  const std::string name = unqualified(type);
  // An enum is an int; whether it has negative members is what the flag says.
  if (name.starts_with("enum ")) return CInteger{4, is_signed_flag};
  return c_integer(name);
}

bool is_integer_size(uint32_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

// Fills kind, element_size and is_signed from the declared type; offset and size are known.
void classify(TracepointField& field, const Declaration& declaration, bool is_signed_flag) {
  std::string_view type = declaration.type;
  const bool is_data_loc = consume(type, "__data_loc ");
  const bool is_rel_data_loc = !is_data_loc && consume(type, "__rel_data_loc ");
  if (is_data_loc || is_rel_data_loc) {
    type = trim(take_until(type, '['));
    const std::optional<CInteger> element = integer_named(type, is_signed_flag);
    field.kind = is_data_loc ? FieldKind::DataLoc : FieldKind::RelDataLoc;
    field.element_size = type.ends_with('*') ? 8 : element ? element->size : 0;
    field.is_signed = element && element->is_signed;
    if (field.size != 4 || field.element_size == 0) field.kind = FieldKind::Opaque;
    return;
  }
  const std::optional<CInteger> integer = integer_named(type, is_signed_flag);
  field.is_signed = integer ? integer->is_signed : is_signed_flag;
  if (declaration.is_array) {
    field.element_size = type.ends_with('*') ? 8 : integer ? integer->size : 0;
    const bool is_whole = field.element_size != 0 && field.size != 0 &&
                          field.size % field.element_size == 0;
    field.kind = !is_whole                     ? FieldKind::Opaque
                 : unqualified(type) == "char" ? FieldKind::CharArray
                                               : FieldKind::Array;
    return;
  }
  if (type.ends_with('*')) {
    field.kind = field.size == 8 ? FieldKind::Pointer : FieldKind::Opaque;
    field.element_size = field.size;
    field.is_signed = false;
    return;
  }
  const bool is_aggregate = unqualified(type).starts_with("struct ") ||
                            unqualified(type).starts_with("union ") || type.ends_with(']');
  if (is_aggregate || !is_integer_size(field.size)) {
    field.kind = FieldKind::Opaque;
    return;
  }
  field.kind = FieldKind::Integer;
  // A system call's argument takes a whole register, whatever its type is.
  field.element_size = integer ? std::min(integer->size, field.size) : field.size;
}

std::optional<TracepointField> parse_field(std::string_view line) {
  line = trim(line);
  if (!consume(line, "field:") && !consume(line, "field ")) return std::nullopt;
  const std::optional<Declaration> declaration = split_declaration(take_until(line, ';'));
  if (!declaration) return std::nullopt;

  TracepointField field;
  field.name = declaration->name;
  field.c_type = declaration->type;
  std::optional<uint32_t> offset;
  std::optional<uint32_t> size;
  bool is_signed = false;
  while (!(line = trim(line)).empty()) {
    std::string_view value = trim(take_until(line, ';'));
    const std::string_view key = take_until(value, ':');
    if (key == "offset") offset = parse_number(value);
    if (key == "size") size = parse_number(value);
    if (key == "signed") is_signed = value == "1";
  }
  if (!offset || !size) return std::nullopt;
  field.offset = *offset;
  field.size = *size;
  classify(field, *declaration, is_signed);
  return field;
}

}  // namespace

TracepointFormat parse_tracepoint_format(std::string_view category, std::string_view event,
                                         std::string_view text) {
  TracepointFormat format{std::string(category), std::string(event), {}};
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    // The format of the printed form follows; nothing in it describes the record.
    if (line.starts_with("print fmt:")) break;
    std::optional<TracepointField> field = parse_field(line);
    if (field && !field->name.starts_with("common_")) format.fields.push_back(std::move(*field));
  }
  return format;
}

}  // namespace bpftracec::world
