// How kinds of probes are attached. A tool's probe table names those that it uses, so that the
// linker takes these archive members only.
#pragma once

#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

extern const Attacher kBeginProbe;  // BEGIN: run once before the others are attached
extern const Attacher kEndProbe;    // END: run once after they are detached
extern const Attacher kKprobe;
extern const Attacher kKretprobe;
extern const Attacher kFentryProbe;
extern const Attacher kFexitProbe;
extern const Attacher kTracepointProbe;  // programs of type tracepoint, or raw_tp on the same event
extern const Attacher kRawTracepointProbe;
extern const Attacher kUprobe;
extern const Attacher kUretprobe;
extern const Attacher kUsdt;
extern const Attacher kIntervalProbe;
extern const Attacher kProfileProbe;
extern const Attacher kSoftwareProbe;
extern const Attacher kHardwareProbe;
extern const Attacher kWatchpoint;
extern const Attacher kSelfProbe;  // run when the tool gets SIGUSR1

}  // namespace bpftracec::rt
