// Perf events, and BPF programs on them.
#pragma once

#include <linux/perf_event.h>

#include "attacher.h"

namespace bpftracec::rt {

inline constexpr int kAllProcesses = -1;
inline constexpr int kAnyCpu = -1;

// Opens the event, lets the program run on it and hands it to the context's attachments.
bool attach_perf_event(const AttachContext& context, const Probe& probe,
                       perf_event_attr& attributes, int pid, int cpu, Failure& failure);

// An event that samples: on every online CPU for all processes, or in all threads of -p's process.
bool attach_sampling_event(const AttachContext& context, const Probe& probe,
                           perf_event_attr& attributes, Failure& failure);

// The same in all threads of a process.
bool attach_to_threads(const AttachContext& context, const Probe& probe,
                       perf_event_attr& attributes, uint32_t pid, Failure& failure);

// The same with a program and process of one's own choosing; -1 with a message on failure.
int open_perf_event(perf_event_attr& attributes, int pid, int cpu, Failure& failure);
// `cookie` (Linux 5.15): what bpf_get_attach_cookie() is to give.
bool attach_program_to_event(const AttachContext& context, int program, int event, Failure& failure,
                             uint64_t cookie = 0);

uint32_t first_online_cpu();

}  // namespace bpftracec::rt
