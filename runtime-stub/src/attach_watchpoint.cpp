#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <stdlib.h>
#include <string.h>

#include "perf_event.h"

namespace bpftracec::rt {

namespace {

bool parse_address(const char* text, uint64_t& address) {
  char* end = nullptr;
  errno = 0;
  address = strtoull(text, &end, 0);
  return errno == 0 && *text != '\0' && *text != '-' && *end == '\0' && address != 0;
}

// Addresses of the kernel are the upper half.
bool is_in_kernel(uint64_t address) { return static_cast<int64_t>(address) < 0; }

uint32_t access_flags(const char* mode) {
  uint32_t flags = 0;
  if (strchr(mode, 'r') != nullptr) flags |= HW_BREAKPOINT_R;
  if (strchr(mode, 'w') != nullptr) flags |= HW_BREAKPOINT_W;
  if (strchr(mode, 'x') != nullptr) flags |= HW_BREAKPOINT_X;
  return flags;
}

uint32_t traced_process(const AttachContext& context) {
  const uint32_t target = context.bindings.target_pid;
  return target != 0 ? target : static_cast<uint32_t>(context.bindings.child_pid);
}

bool make_watchpoint(const Probe& probe, perf_event_attr& attributes, Failure& failure) {
  attributes = {};
  attributes.type = PERF_TYPE_BREAKPOINT;
  attributes.sample_period = 1;
  attributes.bp_type = access_flags(probe.function);
  attributes.bp_len = probe.count;
  uint64_t address = 0;
  if (!parse_address(probe.target, address)) {
    return failure.set("'%s' is no address", probe.target);
  }
  attributes.bp_addr = address;
  const bool is_length = probe.count == 1 || probe.count == 2 || probe.count == 4 ||
                         probe.count == 8;
  if (!is_length) return failure.set("a watchpoint has a length of 1, 2, 4 or 8 bytes");
  if (attributes.bp_type == HW_BREAKPOINT_X && probe.count != sizeof(long)) {
    return failure.set("what is run is watched with a length of %zu bytes", sizeof(long));
  }
  return true;
}

bool find(const AttachContext& context, Probe& probe, Failure& failure) {
  perf_event_attr attributes = {};
  if (!make_watchpoint(probe, attributes, failure)) return false;
  // -c starts its command only later.
  const bool has_process = context.bindings.target_pid != 0 || context.has_command;
  if (has_process || is_in_kernel(attributes.bp_addr)) return true;
  failure.set("an address of user space is that of one process");
  return failure.hint("say which one: -p PID, or -c COMMAND");
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  perf_event_attr attributes = {};
  if (!make_watchpoint(probe, attributes, failure)) return false;
  const uint32_t pid = traced_process(context);
  const bool is_attached = pid != 0 ? attach_to_threads(context, probe, attributes, pid, failure)
                                    : attach_sampling_event(context, probe, attributes, failure);
  if (is_attached) return true;
  if (errno == ENOSPC) {
    failure.hint("the processor has few debug registers (4 on x86-64); each watchpoint takes one");
  } else if (errno == EINVAL) {
    failure.hint("the address must be a multiple of the length");
  }
  return false;
}

}  // namespace

const Attacher kWatchpoint = {Attacher::Stage::Trace, false, never, find, attach};

}  // namespace bpftracec::rt
