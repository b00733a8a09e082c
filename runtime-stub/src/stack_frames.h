// The frames of a stack, from the map in which they lie.
#pragma once

#include <cstdint>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/format.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

class StackFrames {
 public:
  StackFrames(const Tracer& tracer, const Value& value);
  // Of the stack `key` in a store.
  StackFrames(const Tracer& tracer, uint32_t store, const stack_key& key);

  uint32_t count() const { return count_; }
  uint32_t pid() const { return pid_; }
  uint64_t address(uint32_t index) const;
  // In a store of struct bpf_stack_build_id.
  const std::byte* build_id(uint32_t index) const;

 private:
  void read(const Tracer& tracer, uint32_t store, const stack_key& key);

  Buffer frames_;
  uint32_t count_ = 0;
  uint32_t pid_ = 0;
};

stack_key load_stack_key(const Value& value);
inline const StackDescription& stack_description(const Value& value) {
  return *static_cast<const StackDescription*>(value.details);
}
int compare_stacks(const Value& a, const Value& b);

}  // namespace bpftracec::rt
