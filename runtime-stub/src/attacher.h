// How a kind of probe is attached: the inside of what attach.h declares.
#pragma once

#include "attachments.h"
#include "bpftracec/rt/attach.h"
#include "failure.h"
#include "log.h"
#include "settings.h"
#include "target.h"

namespace bpftracec::rt {

// A probe of this run.
struct Probe {
  const ProbeDescription* description = nullptr;
  bpf_program* program = nullptr;
  // The description's texts with parameters in place.
  const char* name = "";
  const char* target = "";
  const char* function = "";
  uint64_t count = 0;
  bool is_missing = false;  // not to be had here, and that is allowed

  // What find() has found.
  const char* path = nullptr;  // uprobe: the file
  uint64_t offset = 0;         // uprobe: of the function, in the file
};

struct AttachContext {
  const Log& log;
  const Target& target;
  const Bindings& bindings;
  const char* tracefs;  // null: not mounted
  Attachments& attachments;
  bool has_command = false;  // -c; its process is there only when probes are attached
  bool only_lists = false;   // --probes: find() is all that will be asked
};

struct Attacher {
  enum class Stage : uint8_t { Begin, Trace, Signal, End } stage;
  bool newest_runs_first;  // of the programs on one event
  // Whether programs always run in a task, with interrupts on.
  bool (*has_interrupts_on)(const Probe& probe);
  // Finds on this machine what the probe names, before anything is loaded.
  bool (*find)(const AttachContext& context, Probe& probe, Failure& failure);
  bool (*attach)(const AttachContext& context, const Probe& probe, Failure& failure);
};

inline bool always(const Probe&) { return true; }
inline bool never(const Probe&) { return false; }

}  // namespace bpftracec::rt
