// The kernel's list of trace events.
#pragma once

#include <cstdint>

#include "bpftracec/rt/buffer.h"
#include "failure.h"

namespace bpftracec::rt {

// Where tracefs is mounted, null when it is not. `wanted` (may be null) goes first.
const char* find_tracefs(const char* wanted);

// The messages say what is missing: the mount (`tracefs` is null), the category, the event.
bool find_event(const char* tracefs, const char* category, const char* event, Failure& failure);
bool read_event_id(const char* tracefs, const char* category, const char* event, uint64_t& id,
                   Failure& failure);
bool read_event_format(const char* tracefs, const char* category, const char* event, Buffer& text,
                       Failure& failure);

}  // namespace bpftracec::rt
