#include "stack_frames.h"

#include <string.h>

#include <bpf/bpf.h>

namespace bpftracec::rt {

namespace {

constexpr uint32_t kBuildIdBytes = 32;  // struct bpf_stack_build_id

}  // namespace

stack_key load_stack_key(const Value& value) {
  stack_key key;
  memcpy(&key, value.data, sizeof key);
  return key;
}

StackFrames::StackFrames(const Tracer& tracer, const Value& value) {
  read(tracer, stack_description(value).store, load_stack_key(value));
}

StackFrames::StackFrames(const Tracer& tracer, uint32_t store, const stack_key& key) {
  read(tracer, store, key);
}

void StackFrames::read(const Tracer& tracer, uint32_t store, const stack_key& key) {
  pid_ = key.pid;
  if (key.depth == 0) return;
  const StackStoreDescription& description = tracer.tool().stack_stores[store];
  const uint32_t frame_size = description.has_build_ids ? kBuildIdBytes : sizeof(uint64_t);
  char* room = frames_.extend(size_t{description.frames} * frame_size);
  // Programs put the frames there before they use the key anywhere.
  if (bpf_map_lookup_elem(tracer.stack_store(store), &key.id, room) != 0) return;
  count_ = key.depth < description.frames ? key.depth : description.frames;
}

uint64_t StackFrames::address(uint32_t index) const {
  uint64_t address;
  memcpy(&address, frames_.data() + index * sizeof address, sizeof address);
  return address;
}

const std::byte* StackFrames::build_id(uint32_t index) const {
  return reinterpret_cast<const std::byte*>(frames_.data()) + size_t{index} * kBuildIdBytes;
}

// Any order will do, as long as it is one.
int compare_stacks(const Value& a, const Value& b) {
  return memcmp(a.data, b.data, sizeof(stack_key));
}

}  // namespace bpftracec::rt
