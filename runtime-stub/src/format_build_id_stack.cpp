#include <string.h>

#include "bpftracec/rt/stacks.h"
#include "stack_text.h"

namespace bpftracec::rt {

namespace {

// struct bpf_stack_build_id: `status` tells whether the file had a build id, or the address is all
// that is known.
constexpr uint32_t kValid = 1;
constexpr uint32_t kIdOffset = 4;
constexpr uint32_t kIdSize = 20;
constexpr uint32_t kPlaceOffset = 24;

template <typename T>
T load(const std::byte* from) {
  T value;
  memcpy(&value, from, sizeof value);
  return value;
}

// Ids may be shorter than the room for them; the rest is zero.
uint32_t id_size(const std::byte* id) {
  uint32_t size = kIdSize;
  while (size > 0 && id[size - 1] == std::byte{0}) --size;
  return size;
}

void append_byte(std::byte byte, Buffer& to) {
  constexpr const char* kDigits = "0123456789abcdef";
  to.append(kDigits[static_cast<unsigned>(byte) >> 4]);
  to.append(kDigits[static_cast<unsigned>(byte) & 15]);
}

void append_frame(const Tracer& /*tracer*/, const StackFrames& frames, uint32_t index,
                  StackMode /*mode*/, Buffer& to) {
  const std::byte* frame = frames.build_id(index);
  if (load<uint32_t>(frame) == kValid) {
    const std::byte* id = frame + kIdOffset;
    for (uint32_t i = 0; i < id_size(id); ++i) append_byte(id[i], to);
    to.append(' ');
  }
  to.append("0x");
  to.append_hex(load<uint64_t>(frame + kPlaceOffset));
}

}  // namespace

constinit const ValueType kBuildIdStackType = stack_value_type<append_frame>();

}  // namespace bpftracec::rt
