#include "uprobe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "elf_symbols.h"
#include "find_binary.h"
#include "perf_event.h"
#include "small_file.h"

namespace bpftracec::rt {

namespace {

// The kernel numbers the kinds of perf events as their drivers register.
bool read_uprobe_type(uint32_t& type, Failure& failure) {
  char text[32];
  if (read_small_file("/sys/bus/event_source/devices/uprobe/type", text, sizeof text) <= 0) {
    failure.set("this kernel has no uprobes: %s", error_text(errno));
    return failure.hint("it must be built with CONFIG_UPROBE_EVENTS, and /sys be mounted");
  }
  type = static_cast<uint32_t>(strtoul(text, nullptr, 10));
  return true;
}

// Which bit says that the probe is on the return: "config:0".
uint64_t read_return_flag() {
  char text[32];
  unsigned bit = 0;
  if (read_small_file("/sys/bus/event_source/devices/uprobe/format/retprobe", text, sizeof text) <=
          0 ||
      sscanf(text, "config:%u", &bit) != 1 || bit > 63) {
    return 1;
  }
  return 1ULL << bit;
}

// Of newer headers of the kernel than those that this is compiled with.
constexpr auto kUprobeMulti = static_cast<bpf_attach_type>(48);  // BPF_TRACE_UPROBE_MULTI
constexpr uint32_t kUprobeMultiReturn = 1;                       // BPF_F_UPROBE_MULTI_RETURN
struct UprobeLinkAttributes {                                    // union bpf_attr, link_create
  uint32_t program;
  uint32_t target;
  uint32_t attach_type;
  uint32_t flags;
  uint64_t path;
  uint64_t offsets;
  uint64_t ref_ctr_offsets;
  uint64_t cookies;
  uint32_t count;
  uint32_t uprobe_flags;
  uint32_t pid;
  uint32_t padding;
};

// Links of uprobes that need no perf events: Linux 6.6; those of one process took the first thread
// only until 6.11.
bool has_uprobe_links(const AttachContext& context) {
  return context.target.has(6, 6) &&
         (context.bindings.target_pid == 0 || context.target.has(6, 11));
}

bool link_uprobe(const AttachContext& context, const Probe& probe, bool is_return,
                 Failure& failure) {
  UprobeLinkAttributes attributes = {};
  attributes.program = static_cast<uint32_t>(bpf_program__fd(probe.program));
  attributes.attach_type = kUprobeMulti;
  attributes.path = reinterpret_cast<uint64_t>(probe.path);
  attributes.offsets = reinterpret_cast<uint64_t>(&probe.offset);
  attributes.count = 1;
  attributes.uprobe_flags = is_return ? kUprobeMultiReturn : 0;
  attributes.pid = context.bindings.target_pid;
  const long link = syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof attributes);
  if (link >= 0) {
    context.attachments.add_link(static_cast<int>(link));
    return true;
  }
  const int error = errno;
  failure.set("the kernel does not attach the program: %s", error_text(error));
  errno = error;
  return false;
}

}  // namespace

bool find_uprobe(const AttachContext& context, Probe& probe, Failure& failure) {
  probe.path = find_binary(probe.target, context.bindings.target_pid, failure);
  if (probe.path == nullptr) return false;
  FunctionPlace place;
  if (!find_function(probe.path, probe.function, place, failure)) return false;
  probe.offset = place.offset;
  if (has_uprobe_links(context)) {
    bpf_program__set_expected_attach_type(probe.program, kUprobeMulti);
  }
  context.log.note("%s: %s at offset 0x%llx of %s", probe.name, probe.function,
                   static_cast<unsigned long long>(place.offset), probe.path);
  if (place.is_indirect) {
    context.log.note(
        "%s: %s chooses between several functions; the probe is where it does, which runs "
        "once in a process",
        probe.name, probe.function);
  }
  return true;
}

bool make_uprobe(const char* path, uint64_t offset, bool is_return, perf_event_attr& attributes,
                 Failure& failure) {
  attributes = {};
  if (!read_uprobe_type(attributes.type, failure)) return false;
  attributes.config = is_return ? read_return_flag() : 0;
  attributes.uprobe_path = reinterpret_cast<uint64_t>(path);
  attributes.probe_offset = offset;
  // As for tracepoints: the program runs without, and the event would write samples.
  attributes.disabled = 1;
  return true;
}

bool attach_uprobe(const AttachContext& context, const Probe& probe, bool is_return,
                   Failure& failure) {
  if (has_uprobe_links(context)) return link_uprobe(context, probe, is_return, failure);
  perf_event_attr attributes = {};
  if (!make_uprobe(probe.path, probe.offset, is_return, attributes, failure)) return false;
  const uint32_t pid = context.bindings.target_pid;
  const bool is_attached = attach_perf_event(
      context, probe, attributes, pid == 0 ? kAllProcesses : static_cast<int>(pid),
      pid == 0 ? static_cast<int>(first_online_cpu()) : kAnyCpu, failure);
  if (!is_attached && errno == EINVAL) {
    failure.hint("%s at offset 0x%llx may not be the start of an instruction", probe.path,
                 static_cast<unsigned long long>(probe.offset));
  }
  return is_attached;
}

}  // namespace bpftracec::rt
