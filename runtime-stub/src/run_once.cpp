#include "run_once.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "perf_event.h"
#include "small_file.h"
#include "unique_fd.h"
#include "uprobe_sites.h"

namespace bpftracec::rt {

namespace {

// The probe's place; what it does must not be seen by the optimiser.
[[gnu::noinline]] void fire() { asm volatile("" ::: "memory"); }

// The line of /proc/self/maps that holds `address` tells which file that is, and where in it.
bool find_in_own_file(uint64_t address, uint64_t& offset) {
  FILE* maps = fopen("/proc/self/maps", "re");
  if (maps == nullptr) return false;
  char line[512];
  bool is_found = false;
  while (!is_found && fgets(line, sizeof line, maps) != nullptr) {
    unsigned long long start = 0;
    unsigned long long end = 0;
    unsigned long long start_in_file = 0;
    is_found = sscanf(line, "%llx-%llx %*s %llx", &start, &end, &start_in_file) == 3 &&
               start <= address && address < end;
    offset = address - start + start_in_file;
  }
  fclose(maps);
  return is_found;
}

}  // namespace

bool run_by_uprobe(const AttachContext& context, const Probe& probe, Failure& failure) {
  // The program reads nothing from its context, so that it can be loaded as any type.
  const UniqueFd copy(bpf_prog_load(BPF_PROG_TYPE_KPROBE, bpf_program__name(probe.program), "GPL",
                                    bpf_program__insns(probe.program),
                                    bpf_program__insn_cnt(probe.program), nullptr));
  if (!copy) return failure.set("the kernel does not load the program: %s", error_text(errno));

  uint64_t offset = 0;
  if (!find_in_own_file(reinterpret_cast<uint64_t>(&fire), offset)) {
    return failure.set("cannot find the tool's own code in /proc/self/maps");
  }
  Attachments attachments;
  const AttachContext own_context{context.log, context.target, context.bindings, context.tracefs,
                                  attachments};
  perf_event_attr attributes = {};
  if (!make_uprobe("/proc/self/exe", offset, false, attributes, failure)) return false;
  const int event = open_perf_event(attributes, getpid(), kAnyCpu, failure);
  if (event < 0 || !attach_program_to_event(own_context, copy.get(), event, failure)) return false;
  fire();
  return true;
}

bool run_once(const AttachContext& context, const Probe& probe, Failure& failure) {
  if (!context.target.has(5, 10)) {
    context.log.note("%s: no test run of raw tracepoints before Linux 5.10, using a uprobe",
                     probe.name);
    return run_by_uprobe(context, probe, failure);
  }
  bpf_test_run_opts options = {};
  options.sz = sizeof options;
  const int error = bpf_prog_test_run_opts(bpf_program__fd(probe.program), &options);
  return error == 0 || failure.set("the kernel does not run the program: %s", error_text(error));
}

}  // namespace bpftracec::rt
