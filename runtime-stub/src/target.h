// Facts of the machine that the tool runs on, found once at start.
#pragma once

#include "bpftracec/rt/tool.h"
#include "failure.h"

namespace bpftracec::rt {

constexpr uint32_t kernel_version(uint32_t major, uint32_t minor) { return major << 16 | minor; }

struct Target {
  char release[65] = "";  // "6.1.0-18-amd64"
  uint32_t kernel = 0;    // kernel_version()
  uint32_t possible_cpus = 0;

  bool has(uint32_t major, uint32_t minor) const { return kernel >= kernel_version(major, minor); }
};

bool find_target(Target& target, Failure& failure);

// Fills in all but what the options give.
void bind_target(const Target& target, Bindings& bindings);

// Bytes for the ring buffer: a power of two and a multiple of the page size. `wanted` 0: as many
// as memory and CPUs suggest, and room for some records of the largest size.
uint64_t ring_buffer_size(uint64_t wanted, uint32_t possible_cpus, uint32_t largest_record);

// Calls `visit` for each online CPU, in order, until it returns false; returns whether all were
// visited.
bool for_each_online_cpu(bool (*visit)(uint32_t cpu, void* context), void* context);

}  // namespace bpftracec::rt
