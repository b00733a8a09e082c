#include <dirent.h>
#include <string.h>

#include "attacher.h"
#include "nearest.h"
#include "raw_tracepoint.h"
#include "small_file.h"
#include "tracefs.h"

namespace bpftracec::rt {

namespace {

// All others may be in interrupts, or under locks that are taken with interrupts off.
bool is_system_call(const Probe& probe) {
  return strcmp(probe.function, "sys_enter") == 0 || strcmp(probe.function, "sys_exit") == 0;
}

// Most tracepoints have an event of the same name in some category of tracefs.
void hint_at_nearest(const AttachContext& context, const Probe& probe, Failure& failure) {
  DIR* categories = context.tracefs == nullptr ? nullptr
                                               : opendir(Path("%s/events", context.tracefs).text);
  if (categories == nullptr) return;
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
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  if (attach_raw_tracepoint(context, probe, failure)) return true;
  hint_at_nearest(context, probe, failure);
  return false;
}

}  // namespace

const Attacher kRawTracepointProbe = {Attacher::Stage::Trace, false, is_system_call, nullptr,
                                      attach};

}  // namespace bpftracec::rt
