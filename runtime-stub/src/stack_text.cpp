#include "stack_text.h"

#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

namespace {

Text indentation(StackMode mode) {
  if (mode == StackMode::Bpftrace) return "        ";
  return mode == StackMode::Perf ? Text("\t") : Text("");
}

}  // namespace

void append_stack(const Tracer& tracer, const Value& value, AppendFrame frame, bool is_indented,
                  Buffer& to) {
  const StackFrames frames(tracer, value);
  const StackMode mode = stack_description(value).mode;
  to.append('\n');
  for (uint32_t index = 0; index < frames.count(); ++index) {
    if (is_indented) to.append(indentation(mode));
    frame(tracer, frames, index, mode, to);
    to.append('\n');
  }
}

void append_stack_json(const Tracer& tracer, const Value& value, AppendFrame frame, Buffer& to) {
  Buffer text;
  append_stack(tracer, value, frame, true, text);
  append_json_string(to, text.text());
}

void append_place(const SymbolPlace& place, uint64_t address, Buffer& to) {
  if (place.name == nullptr) {
    to.append("0x");
    to.append_hex(address);
    return;
  }
  to.append_text(place.name);
  to.append('+');
  to.append_unsigned(place.offset);
}

}  // namespace bpftracec::rt
