#include "bpftracec/rt/stacks.h"
#include "kernel_symbols.h"
#include "stack_text.h"

namespace bpftracec::rt {

namespace {

void append_frame(const Tracer& tracer, const StackFrames& frames, uint32_t index, StackMode mode,
                  Buffer& to) {
  const uint64_t address = frames.address(index);
  if (mode == StackMode::Perf) {
    to.append_hex(address);
    to.append(' ');
  }
  append_place(tracer.kernel_symbols().get<KernelSymbols>().find(tracer, address), address, to);
}

}  // namespace

constinit const ValueType kKernelStackType = stack_value_type<append_frame>();

}  // namespace bpftracec::rt
