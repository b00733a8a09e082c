#include "bpftracec/rt/stacks.h"
#include "stack_text.h"

namespace bpftracec::rt {

namespace {

void append_frame(const Tracer& /*tracer*/, const StackFrames& frames, uint32_t index,
                  StackMode /*mode*/, Buffer& to) {
  to.append_hex(frames.address(index));
}

}  // namespace

constinit const ValueType kRawStackType = stack_value_type<append_frame>();

}  // namespace bpftracec::rt
