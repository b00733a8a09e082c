// What the texts of stacks have in common: each frame in a line of its own.
#pragma once

#include "bpftracec/rt/buffer.h"
#include "stack_frames.h"
#include "symbol_place.h"

namespace bpftracec::rt {

// The part of a frame's line behind its indentation.
using AppendFrame = void (*)(const Tracer& tracer, const StackFrames& frames, uint32_t index,
                             StackMode mode, Buffer& to);

void append_stack(const Tracer& tracer, const Value& value, AppendFrame frame, bool is_indented,
                  Buffer& to);
void append_stack_json(const Tracer& tracer, const Value& value, AppendFrame frame, Buffer& to);

// "vfs_read+12"; "0xffffffff81234567" for what has no name.
void append_place(const SymbolPlace& place, uint64_t address, Buffer& to);

// The functions of a type of stacks whose frames look like `frame`.
template <AppendFrame frame>
constexpr ValueType stack_value_type() {
  return {[](const Tracer& tracer, const Value& value, Buffer& to) {
            append_stack(tracer, value, frame, true, to);
          },
          [](const Tracer& tracer, const Value& value, Buffer& to) {
            append_stack_json(tracer, value, frame, to);
          },
          compare_stacks, false, false,
          // Without the indentation, as bpftrace has it.
          [](const Tracer& tracer, const Value& value, Buffer& to) {
            append_stack(tracer, value, frame, false, to);
          }};
}

}  // namespace bpftracec::rt
