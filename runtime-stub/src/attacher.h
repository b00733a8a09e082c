// How a kind of probe is attached: the inside of what attach.h declares.
#pragma once

#include "attachments.h"
#include "bpftracec/rt/attach.h"
#include "failure.h"
#include "log.h"
#include "settings.h"
#include "target.h"

namespace bpftracec::rt {

// One of the places that a probe with wildcards stands for.
struct Site {
  const char* name = "";      // of the probe there: "kprobe:vfs_read"
  const char* target = "";    // kprobe: the module, empty for the kernel itself. uprobe, usdt: file
  const char* function = "";  // kprobe: the function. usdt: the marker
  uint64_t address = 0;       // kprobe: of the function; 0: not known
  uint64_t offset = 0;        // uprobe, usdt: in the file
  uint64_t semaphore = 0;     // usdt: where the file has the counter of tracers; 0: it has none
  const usdt_operand* operands = nullptr;  // usdt: kUsdtOperands of them
};

// A probe of this run.
struct Probe {
  const ProbeDescription* description = nullptr;
  bpf_program* program = nullptr;
  // The description's texts with parameters in place.
  const char* name = "";
  const char* target = "";
  const char* function = "";
  const char* scope = "";
  uint64_t count = 0;
  bool is_missing = false;  // not to be had here, and that is allowed

  // What find() has found.
  const char* path = nullptr;            // uprobe: the file
  const char* found_function = nullptr;  // kprobe: at the address
  uint64_t offset = 0;                   // uprobe: of the function, in the file
  Site* sites = nullptr;                 // of a probe with wildcards
  uint32_t site_count = 0;
  uint32_t first_site = 0;  // the number of the first one, among all of the tool
  bool is_bulk = false;     // one link is for many sites: kprobe.multi, uprobe.multi
};

struct AttachContext {
  const Log& log;
  const Target& target;
  const Bindings& bindings;
  const char* tracefs;  // null: not mounted
  Attachments& attachments;
  bool has_command = false;  // -c; its process is there only when probes are attached
  bool
      only_finds = false;  // --probes, --dry-run: nothing will be attached, so find() must tell all
};

struct Attacher {
  enum class Stage : uint8_t { Begin, Trace, Signal, End } stage;
  bool newest_runs_first;  // of the programs on one event
  // Whether programs always run in a task, with interrupts on.
  bool (*has_interrupts_on)(const Probe& probe);
  // Finds on this machine what the probe names, before anything is loaded.
  bool (*find)(const AttachContext& context, Probe& probe, Failure& failure);
  bool (*attach)(const AttachContext& context, const Probe& probe, Failure& failure);
  // What the programs must know of each site: room for that of `count` sites before load, and a
  // probe's after. May be null.
  bool (*make_places)(bpf_object* object, uint32_t count, Failure& failure) = nullptr;
  bool (*write_places)(bpf_object* object, const Probe& probe, Failure& failure) = nullptr;
};

inline bool always(const Probe&) { return true; }
inline bool never(const Probe&) { return false; }

}  // namespace bpftracec::rt
