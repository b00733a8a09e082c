#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "attacher.h"
#include "bpftracec/rt/buffer.h"
#include "perf_event.h"
#include "raw_tracepoint.h"
#include "site_program.h"
#include "small_file.h"
#include "tracefs.h"
#include "unique_fd.h"
#include "wildcard.h"

namespace bpftracec::rt {

namespace {

// All others may be in interrupts, or under locks that are taken with interrupts off.
bool is_system_call(const Probe& probe) {
  return strcmp(probe.target, "syscalls") == 0 || strcmp(probe.target, "raw_syscalls") == 0;
}

void add_site(Probe& probe, const char* category, const char* event) {
  constexpr uint32_t kStep = 64;
  if (probe.site_count % kStep == 0) {
    probe.sites = static_cast<Site*>(
        reallocate(probe.sites, (probe.site_count + kStep) * sizeof(Site)));
  }
  char* name = nullptr;
  if (asprintf(&name, "tracepoint:%s:%s", category, event) < 0) return;
  probe.sites[probe.site_count++] = {name, strdup(category), strdup(event), 0};
}

// "sched:sched_switch", a line each.
bool find_events(const AttachContext& context, Probe& probe, Failure& failure) {
  FILE* events = context.tracefs == nullptr
                     ? nullptr
                     : fopen(Path("%s/available_events", context.tracefs).text, "re");
  if (events == nullptr) return find_event(context.tracefs, probe.target, probe.function, failure);
  char* line = nullptr;
  size_t room = 0;
  while (getline(&line, &room, events) > 0) {
    line[strcspn(line, "\n")] = '\0';
    char* event = strchr(line, ':');
    if (event == nullptr) continue;
    *event++ = '\0';
    if (matches(probe.target, line) && matches(probe.function, event)) {
      add_site(probe, line, event);
    }
  }
  free(line);
  fclose(events);
  context.log.note("%s: %u events", probe.name, probe.site_count);
  return probe.site_count > 0 ||
         failure.set("this kernel has no event that matches '%s:%s'", probe.target, probe.function);
}

// A raw tracepoint needs no tracefs; but without the look there, an event that is missing, or in
// another category, would be found only when all is loaded.
bool find(const AttachContext& context, Probe& probe, Failure& failure) {
  if (probe.description->has_wildcards) return find_events(context, probe, failure);
  const bool is_raw = bpf_program__type(probe.program) == BPF_PROG_TYPE_RAW_TRACEPOINT;
  if (is_raw && context.tracefs == nullptr) return true;
  return find_event(context.tracefs, probe.target, probe.function, failure);
}

// The perf event is never enabled: programs run as soon as they are bound to it, on all CPUs. An
// enabled one would write samples, which nobody reads, for each event on its CPU.
bool attach_by_perf_event(const AttachContext& context, const Probe& probe, int program,
                          Failure& failure, uint64_t cookie = 0) {
  uint64_t id = 0;
  if (!read_event_id(context.tracefs, probe.target, probe.function, id, failure)) return false;
  perf_event_attr attributes = {};
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = id;
  attributes.disabled = 1;
  const int event = open_perf_event(attributes, kAllProcesses, static_cast<int>(first_online_cpu()),
                                    failure);
  return event >= 0 && attach_program_to_event(context, program, event, failure, cookie);
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

bool attach_one(const AttachContext& context, const Probe& probe, Failure& failure) {
  if (bpf_program__type(probe.program) != BPF_PROG_TYPE_RAW_TRACEPOINT) {
    return attach_by_perf_event(context, probe, bpf_program__fd(probe.program), failure);
  }
  if (attach_raw_tracepoint(context, probe, failure)) return true;
  return errno == ENOENT && context.tracefs != nullptr && attach_copy(context, probe, failure);
}

bool attach_site(const AttachContext& context, const Probe& probe, uint32_t index,
                 Failure& failure) {
  const Site& site = probe.sites[index];
  Probe one = probe;
  one.name = site.name;
  one.target = site.target;
  one.function = site.function;
  if (!asks_for_site(probe.program)) return attach_one(context, one, failure);
  const uint32_t number = probe.first_site + index;
  if (context.bindings.has_attach_cookies) {
    return attach_by_perf_event(context, one, bpf_program__fd(probe.program), failure, number);
  }
  const UniqueFd copy(load_for_site(probe.program, number, failure));
  return copy && attach_by_perf_event(context, one, copy.get(), failure);
}

// What the kernel refuses is left out, if it takes any at all.
bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  if (!probe.description->has_wildcards) return attach_one(context, probe, failure);
  uint32_t attached = 0;
  for (uint32_t i = 0; i < probe.site_count; ++i) {
    if (attach_site(context, probe, i, failure)) {
      ++attached;
    } else if (errno == EPERM || errno == EACCES || errno == EMFILE || errno == ENFILE) {
      return false;
    } else {
      context.log.note("%s: left out: %s", probe.sites[i].name, failure.message());
    }
  }
  if (attached > 0) failure.clear();
  return attached > 0;
}

}  // namespace

const Attacher kTracepointProbe = {Attacher::Stage::Trace, false, is_system_call, find, attach};

}  // namespace bpftracec::rt
