// The types that libbpf relocates tracepoint fields against: the records' layout on this kernel.
#pragma once

#include "bpftracec/rt/tool.h"
#include "failure.h"
#include "log.h"

struct btf;

namespace bpftracec::rt {

// Adds to `types` a struct as `record` wants it, with the offsets and sizes of `format`, the text
// of the event's format file. False with a message when a field is missing there.
bool add_event_record(btf* types, const TracepointRecordDescription& record, Text format,
                      const Log& log, Failure& failure);

// A file in memory that holds `types`, for libbpf to open as /proc/self/fd/N; -1 with a message.
int write_types(const btf* types, Failure& failure);

}  // namespace bpftracec::rt
