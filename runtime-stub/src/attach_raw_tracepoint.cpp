#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include <bpf/bpf.h>

#include "attacher.h"
#include "nearest.h"
#include "raw_tracepoint.h"
#include "small_file.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

// All others may be in interrupts, or under locks that are taken with interrupts off.
bool is_system_call(const Probe& probe) {
  return strcmp(probe.function, "sys_enter") == 0 || strcmp(probe.function, "sys_exit") == 0;
}

// Most tracepoints have an event of the same name in some category of tracefs.
bool explain_missing(const AttachContext& context, const Probe& probe, Failure& failure) {
  failure.set("this kernel has no tracepoint '%s'", probe.function);
  DIR* categories = context.tracefs == nullptr ? nullptr
                                               : opendir(Path("%s/events", context.tracefs).text);
  if (categories == nullptr) return false;
  Nearest nearest(probe.function);
  while (const dirent* category = readdir(categories)) {
    DIR* events = category->d_name[0] == '.'
                      ? nullptr
                      : opendir(Path("%s/events/%s", context.tracefs, category->d_name).text);
    if (events == nullptr) continue;
    while (const dirent* event = readdir(events)) {
      nearest.consider(event->d_name);
    }
    closedir(events);
  }
  closedir(categories);
  if (nearest.best() != nullptr) failure.hint("did you mean %s?", nearest.best());
  return false;
}

// There is no list of raw tracepoints; only a program can tell.
bool find(const AttachContext& context, Probe& probe, Failure& failure) {
  if (!context.only_finds) return true;
  const bpf_insn do_nothing[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
      {.code = BPF_JMP | BPF_EXIT},
  };
  const UniqueFd program(
      bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "nothing", "GPL", do_nothing, 2, nullptr));
  const UniqueFd link(program ? bpf_raw_tracepoint_open(probe.function, program.get()) : -1);
  if (link) return true;
  if (errno == ENOENT) return explain_missing(context, probe, failure);
  return failure.set("cannot ask the kernel: %s", error_text(errno));
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  if (attach_raw_tracepoint(context, probe, failure)) return true;
  return errno == ENOENT && explain_missing(context, probe, failure);
}

}  // namespace

const Attacher kRawTracepointProbe = {Attacher::Stage::Trace, false, is_system_call, find, attach};

}  // namespace bpftracec::rt
