#include "bpftracec/rt/stacks.h"
#include "stack_text.h"
#include "user_symbols.h"

namespace bpftracec::rt {

namespace {

void append_frame(const Tracer& tracer, const StackFrames& frames, uint32_t index, StackMode mode,
                  Buffer& to) {
  const uint64_t address = frames.address(index);
  if (mode == StackMode::Perf) {
    to.append_hex(address);
    to.append(' ');
  }
  const SymbolPlace place = tracer.user_symbols().get<UserSymbols>().find(tracer, frames.pid(),
                                                                          address);
  append_place(place, address, to);
  if (mode != StackMode::Perf) return;
  to.append(" (");
  to.append_text(place.name != nullptr && place.file != nullptr ? place.file : "[unknown]");
  to.append(')');
}

}  // namespace

constinit const ValueType kUserStackType = stack_value_type<append_frame>();

}  // namespace bpftracec::rt
