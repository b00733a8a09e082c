// The tool's BPF object: opened, fitted to this machine, loaded.
#pragma once

#include "bpftracec/rt/tracer.h"
#include "failure.h"
#include "log.h"
#include "probes.h"
#include "target.h"

namespace bpftracec::rt {

// What an object is opened and loaded with.
struct LoadContext {
  const ToolDescription& tool;
  const Target& target;
  const Log& log;
};

// The types that the object is relocated against: records of tracepoints, and what `btf_path` (may
// be null) has. Empty when the object needs none, or only those of the running kernel. False with a
// message when a record cannot be had; events that are missing altogether are left to
// Probes::find().
bool find_types(const LoadContext& context, const char* tracefs, const char* btf_path,
                char (&types_path)[4096], Failure& failure);

void* open_object(const LoadContext& context, const char* types_path, Failure& failure);

// Sizes of maps, and how they get their memory.
bool fit_maps(const LoadContext& context, void* skeleton, const Probes& probes, Failure& failure);

bool load_object(const LoadContext& context, void* skeleton, const Probes& probes,
                 Failure& failure);

// The file descriptors of the maps of stacks. Null on failure; with allocate().
int* find_stack_stores(const LoadContext& context, void* skeleton, Failure& failure);

// One entry for each of the tool's maps.
Tracer::Map* find_maps(const LoadContext& context, void* skeleton, Failure& failure);

}  // namespace bpftracec::rt
