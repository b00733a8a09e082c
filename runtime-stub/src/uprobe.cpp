#include "uprobe.h"

#include <stdio.h>
#include <string.h>

#include "elf_symbols.h"
#include "find_binary.h"
#include "uprobe_sites.h"

namespace bpftracec::rt {

bool find_uprobe(const AttachContext& context, Probe& probe, Failure& failure) {
  probe.path = find_binary(probe.target, context.bindings.target_pid, failure);
  if (probe.path == nullptr) return false;
  FunctionPlace place;
  if (!find_function(probe.path, probe.function, place, failure)) return false;
  probe.offset = place.offset;
  Site& site = add_site(probe);
  site.name = probe.name;
  site.target = probe.path;
  site.function = probe.function;
  site.offset = probe.offset;
  choose_links(context, probe);
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

bool attach_uprobe(const AttachContext& context, const Probe& probe, bool is_return,
                   Failure& failure) {
  return attach_sites(context, probe, is_return, context.bindings.target_pid, failure);
}

}  // namespace bpftracec::rt
