#include "script_options.h"

#include <string.h>

#include "bpftracec/rt/buffer.h"
#include "integer_literal.h"
#include "parameters.h"

namespace bpftracec::rt {

namespace {

bool set_bool(const OptionDescription& option, const char* text, OptionValue& value,
              Failure& failure) {
  const bool is_true = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
  const bool is_false = strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
  value.number = is_true ? 1 : 0;
  return is_true || is_false ||
         failure.set("program command line option --%s invalid boolean (value: %s)", option.name,
                     text);
}

bool set_integer(const OptionDescription& option, const char* text, OptionValue& value,
                 Failure& failure) {
  if (text == nullptr) {
    return failure.set("program command line option --%s expects an integer (value: true)",
                       option.name);
  }
  int64_t number = 0;
  if (!parse_integer(text_of(text), number)) {
    return failure.set("program command line option --%s invalid integer (value: %s)", option.name,
                       text);
  }
  value.number = static_cast<uint64_t>(number);
  return true;
}

const OptionDescription* find(const ToolDescription& tool, const char* word, size_t length) {
  for (const OptionDescription& option : tool.options) {
    if (strlen(option.name) == length && strncmp(option.name, word, length) == 0) return &option;
  }
  return nullptr;
}

bool report_unknown(const ToolDescription& tool, const char* word, Failure& failure) {
  Buffer known;
  for (const OptionDescription& option : tool.options) {
    known.append(known.is_empty() ? Text("--") : Text(", --"));
    known.append_text(option.name);
  }
  known.append('\0');
  failure.set("unexpected program command line options: %s", word);
  return failure.hint("expected program options: %s", known.data());
}

}  // namespace

OptionValue* default_options(const ToolDescription& tool) {
  auto* values = static_cast<OptionValue*>(allocate(sizeof(OptionValue) * (tool.options.size + 1)));
  for (uint32_t index = 0; index < tool.options.size; ++index)
    values[index] = {tool.options[index].number, tool.options[index].text};
  return values;
}

bool set_option(const OptionDescription& option, const char* text, OptionValue& value,
                Failure& failure) {
  switch (option.kind) {
    case OptionDescription::Kind::Bool:
      return set_bool(option, text != nullptr ? text : "true", value, failure);
    case OptionDescription::Kind::Integer:
      return set_integer(option, text, value, failure);
    case OptionDescription::Kind::Text:
      value.text = text != nullptr ? text : "true";
      return true;
  }
  return false;
}

bool take_options(const ToolDescription& tool, char** words, uint32_t& count, OptionValue* values,
                  Failure& failure) {
  if (tool.options.size == 0) return true;
  uint32_t kept = 0;
  for (uint32_t index = 0; index < count; ++index) {
    const char* word = words[index];
    if (strncmp(word, "--", 2) != 0 || word[2] == '\0') {
      words[kept++] = words[index];
      continue;
    }
    const char* end = strchrnul(word, '=');
    const OptionDescription* option = find(tool, word + 2, static_cast<size_t>(end - word) - 2);
    if (option == nullptr) return report_unknown(tool, word, failure);
    OptionValue& value = values[option - tool.options.data];
    if (!set_option(*option, *end == '=' ? end + 1 : nullptr, value, failure)) return false;
  }
  count = kept;
  return true;
}

void copy_option_text(const Bindings& bindings, uint32_t option, char* to, size_t size) {
  if (size == 0) return;
  const char* text = bindings.options[option].text;
  const size_t length = strnlen(text, size - 1);
  memcpy(to, text, length);
  memset(to + length, 0, size - length);
}

}  // namespace bpftracec::rt
