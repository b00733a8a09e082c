#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "attacher.h"
#include "perf_event.h"
#include "raw_tracepoint.h"
#include "tracefs.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

// All others may be in interrupts, or under locks that are taken with interrupts off.
bool is_system_call(const Probe& probe) {
  return strcmp(probe.target, "syscalls") == 0 || strcmp(probe.target, "raw_syscalls") == 0;
}

// A raw tracepoint needs no tracefs; but without the look there, an event that is missing, or in
// another category, would be found only when all is loaded.
bool find(const AttachContext& context, Probe& probe, Failure& failure) {
  const bool is_raw = bpf_program__type(probe.program) == BPF_PROG_TYPE_RAW_TRACEPOINT;
  if (is_raw && context.tracefs == nullptr) return true;
  return find_event(context.tracefs, probe.target, probe.function, failure);
}

// The perf event is never enabled: programs run as soon as they are bound to it, on all CPUs. An
// enabled one would write samples, which nobody reads, for each event on its CPU.
bool attach_by_perf_event(const AttachContext& context, const Probe& probe, int program,
                          Failure& failure) {
  uint64_t id = 0;
  if (!read_event_id(context.tracefs, probe.target, probe.function, id, failure)) return false;
  perf_event_attr attributes = {};
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = id;
  attributes.disabled = 1;
  const int event = open_perf_event(attributes, kAllProcesses, static_cast<int>(first_online_cpu()),
                                    failure);
  return event >= 0 && attach_program_to_event(context, program, event, failure);
}

// Some events have no raw tracepoint: those that are made at run time (kprobes, uprobes, synthetic
// events) and those of one system call. The same instructions are loaded once more, as a program
// for perf events: one that reads no field does not mind what its context is.
bool attach_copy(const AttachContext& context, const Probe& probe, Failure& failure) {
  context.log.note("%s: no raw tracepoint, attaching by a perf event", probe.name);
  const UniqueFd copy(bpf_prog_load(BPF_PROG_TYPE_TRACEPOINT, bpf_program__name(probe.program),
                                    "GPL", bpf_program__insns(probe.program),
                                    bpf_program__insn_cnt(probe.program), nullptr));
  if (!copy) return failure.set("the kernel does not load the program: %s", error_text(errno));
  return attach_by_perf_event(context, probe, copy.get(), failure);
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  if (bpf_program__type(probe.program) != BPF_PROG_TYPE_RAW_TRACEPOINT) {
    return attach_by_perf_event(context, probe, bpf_program__fd(probe.program), failure);
  }
  if (attach_raw_tracepoint(context, probe, failure)) return true;
  return errno == ENOENT && context.tracefs != nullptr && attach_copy(context, probe, failure);
}

}  // namespace

const Attacher kTracepointProbe = {Attacher::Stage::Trace, false, is_system_call, find, attach};

}  // namespace bpftracec::rt
