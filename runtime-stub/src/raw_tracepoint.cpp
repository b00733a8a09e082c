#include "raw_tracepoint.h"

#include <errno.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

namespace bpftracec::rt {

bool attach_raw_tracepoint(const AttachContext& context, const Probe& probe, Failure& failure) {
  const int link = bpf_raw_tracepoint_open(probe.function, bpf_program__fd(probe.program));
  if (link >= 0) {
    context.attachments.add_raw_tracepoint(link);
    return true;
  }
  const int error = errno;
  failure.set("the kernel does not attach the program to '%s': %s", probe.function,
              error_text(error));
  errno = error;
  return false;
}

}  // namespace bpftracec::rt
