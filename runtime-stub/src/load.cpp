#include "load.h"

#include <errno.h>
#include <memory>
#include <new>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "bpftracec/rt/buffer.h"
#include "explain_load.h"
#include "tracefs.h"
#include "tracepoint_btf.h"

namespace bpftracec::rt {

namespace {

struct FreeBtf {
  void operator()(btf* types) const { btf__free(types); }
};
using BtfPointer = std::unique_ptr<btf, FreeBtf>;

// The first probe on the record's event, to name in messages.
Text probe_on(const ToolDescription& tool, const TracepointRecordDescription& record) {
  const auto is_same = [](Text a, const char* b) {
    return strlen(b) == a.size && memcmp(a.data, b, a.size) == 0;
  };
  for (const ProbeDescription& probe : tool.probes) {
    if (is_same(probe.target, record.category) && is_same(probe.function, record.event)) {
      return probe.name;
    }
  }
  return {};
}

bool add_record(const LoadContext& context, const TracepointRecordDescription& record,
                const char* tracefs, btf* types, Failure& failure) {
  Buffer format;
  if (!read_event_format(tracefs, record.category, record.event, format, failure)) {
    failure.clear();
    return true;
  }
  if (add_event_record(types, record, format.text(), context.log, failure)) return true;
  const Text probe = probe_on(context.tool, record);
  failure.prefix("cannot attach %.*s: ", static_cast<int>(probe.size), probe.data);
  return failure.hint("the event's fields are in %s/events/%s/%s/format", tracefs, record.category,
                      record.event);
}

// Whether the elements of maps can be allocated when they are added, which makes a map of per-CPU
// values ten times cheaper to create.
//
// Before Linux 6.1 this could deadlock, and perf_event programs are refused. Since then maps have
// caches of their own (the series around 34dd3bad1a6f, "bpf: Relax the requirement to use
// preallocated hash maps in tracing progs", and ee4ed53c5eb6 for per-CPU maps). But a cache is
// filled up by an interrupt on the same CPU. Where interrupts are off there is, at first, one
// element for each CPU, and all further keys are lost (measured on 6.18: 3 of 300 keys got in from
// an interval, 300 of 300 from a system call).
bool can_allocate_on_demand(const Target& target, const Probes& probes) {
  return target.has(6, 1) && !probes.add_keys_with_interrupts_off();
}

// A cache holds fewer of larger elements, and a burst of new keys empties it: of 1,000 keys of a
// histogram (520 bytes) that one program added, 39 were lost; of 3,000 keys of count(), none
// (Linux 6.18).
constexpr uint32_t kMaxOnDemandValue = 16;

bool is_hash(const bpf_map* map) {
  const bpf_map_type type = bpf_map__type(map);
  return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH;
}

bool fit_map(const LoadContext& context, const MapDescription& description, bool may_allocate,
             bpf_map* map) {
  if (!is_hash(map)) return true;
  const uint32_t entries = description.max_entries != 0 ? description.max_entries
                                                        : context.tool.max_map_keys;
  const bool is_on_demand = may_allocate && description.value_size <= kMaxOnDemandValue;
  context.log.note("map %.*s: %u entries, allocated %s", static_cast<int>(description.name.size),
                   description.name.data, entries, is_on_demand ? "on demand" : "at start");
  const uint32_t flags = bpf_map__map_flags(map) | (is_on_demand ? BPF_F_NO_PREALLOC : 0);
  return bpf_map__set_max_entries(map, entries) == 0 && bpf_map__set_map_flags(map, flags) == 0;
}

// Working memory that is too large for a per-CPU map is a plain array, with an element for each
// CPU.
bool fit_scratch(const LoadContext& context, bpf_object* object, Failure& failure) {
  bpf_map* map = bpf_object__find_map_by_name(object, "scratch");
  if (map == nullptr || bpf_map__type(map) != BPF_MAP_TYPE_ARRAY) return true;
  const uint32_t entries = bpf_map__max_entries(map) * context.target.possible_cpus;
  context.log.note("working memory: %u times %u KiB", entries, bpf_map__value_size(map) / 1024);
  return bpf_map__set_max_entries(map, entries) == 0 ||
         failure.set("the tool's working memory does not take its size");
}

// Of a map's own entries there are as many as the tool has keys, and each may have another stack.
// Allocated at start: see can_allocate_on_demand(), and stacks are large. As much as a 64th of
// memory may be taken if only the usual number is wanted.
bool fit_stacks(const LoadContext& context, bpf_object* object, Failure& failure) {
  constexpr uint64_t kUsualStacks = 32 * 1024;
  const auto memory = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                      static_cast<uint64_t>(getpagesize());
  for (const StackStoreDescription& store : context.tool.stack_stores) {
    bpf_map* map = bpf_object__find_map_by_name(object, store.symbol);
    const uint64_t size = map == nullptr ? 1 : bpf_map__value_size(map) + uint64_t{64};
    uint64_t entries = memory / 64 / size;
    if (entries > kUsualStacks) entries = kUsualStacks;
    if (entries < context.tool.max_map_keys) entries = context.tool.max_map_keys;
    context.log.note("%s: %llu entries", store.symbol, static_cast<unsigned long long>(entries));
    if (map == nullptr || bpf_map__set_max_entries(map, static_cast<uint32_t>(entries)) != 0) {
      return failure.set("the tool's map of stacks does not take its size");
    }
  }
  return true;
}

bool fit_events(const LoadContext& context, bpf_object* object, Failure& failure) {
  if (!context.tool.has_events) return true;
  bpf_map* map = bpf_object__find_map_by_name(object, "events");
  const uint64_t size = ring_buffer_size(context.tool.ring_buffer_bytes,
                                         context.target.possible_cpus, context.tool.largest_record);
  context.log.note("buffer for events: %llu KiB", static_cast<unsigned long long>(size / 1024));
  if (map != nullptr && bpf_map__set_max_entries(map, static_cast<uint32_t>(size)) == 0)
    return true;
  return failure.set("the tool has no buffer for events of %llu bytes",
                     static_cast<unsigned long long>(size));
}

// Of the kernel's types those that the tool needs; null when libbpf has to look for them.
BtfPointer trimmed_types(const LoadContext& context, const char* btf_path) {
  BtfPointer types(btf__new_empty());
  const char* path = btf_path != nullptr ? btf_path : "/sys/kernel/btf/vmlinux";
  if (types && context.tool.read_kernel_types(context.tool, path, types.get())) {
    context.log.note("types: %u of those in %s", btf__type_cnt(types.get()) - 1, path);
    return types;
  }
  context.log.note("types: libbpf looks for them; %s has not all or is no raw BTF", path);
  return nullptr;
}

}  // namespace

bool find_types(const LoadContext& context, const char* tracefs, const char* btf_path,
                char (&types_path)[4096], Failure& failure) {
  types_path[0] = '\0';
  if (btf_path != nullptr && access(btf_path, R_OK) != 0) {
    return failure.set("%s: %s", btf_path, error_text(errno));
  }
  const bool has_records = context.tool.tracepoint_records.size != 0;
  const bool has_kernel_types = context.tool.kernel_types.size != 0;
  BtfPointer types;
  if (has_kernel_types) types = trimmed_types(context, btf_path);
  if (!types && !has_records) {
    // What the file lacks, libbpf will say; without one it looks for the kernel's types by itself.
    if (btf_path != nullptr) snprintf(types_path, sizeof types_path, "%s", btf_path);
    return true;
  }
  if (!types) {
    // libbpf takes all types from the one file that it is given.
    types.reset(btf_path != nullptr ? btf__parse(btf_path, nullptr)
                : has_kernel_types  ? btf__load_vmlinux_btf()
                                    : btf__new_empty());
  }
  if (!types) {
    return failure.set("%s: no type information: %s", btf_path == nullptr ? "BTF" : btf_path,
                       error_text(errno));
  }
  for (const TracepointRecordDescription& record : context.tool.tracepoint_records) {
    if (!add_record(context, record, tracefs, types.get(), failure)) return false;
  }
  const int file = write_types(types.get(), failure);
  snprintf(types_path, sizeof types_path, "/proc/self/fd/%d", file);
  return file >= 0;
}

void* open_object(const LoadContext& context, const char* types_path, Failure& failure) {
  bpf_object_open_opts options = {};
  options.sz = sizeof options;
  options.btf_custom_path = *types_path == '\0' ? nullptr : types_path;
  void* skeleton = context.tool.skeleton.open(&options);
  if (skeleton == nullptr) failure.set("cannot read the tool's BPF object: %s", error_text(errno));
  return skeleton;
}

bool fit_maps(const LoadContext& context, void* skeleton, const Probes& probes, Failure& failure) {
  const bool is_on_demand = can_allocate_on_demand(context.target, probes);
  bpf_object* object = context.tool.skeleton.object(skeleton);
  for (const MapDescription& description : context.tool.maps) {
    bpf_map* map = bpf_object__find_map_by_name(object, description.symbol);
    if (map == nullptr || !fit_map(context, description, is_on_demand, map)) {
      return failure.set("%.*s: the tool's map does not take its size",
                         static_cast<int>(description.name.size), description.name.data);
    }
  }
  return fit_scratch(context, object, failure) && fit_stacks(context, object, failure) &&
         fit_events(context, object, failure);
}

bool load_object(const LoadContext& context, void* skeleton, const Probes& probes,
                 Failure& failure) {
  const int error = context.tool.skeleton.load(skeleton);
  return error == 0 || explain_load(context, probes, error, failure);
}

int* find_stack_stores(const LoadContext& context, void* skeleton, Failure& failure) {
  bpf_object* object = context.tool.skeleton.object(skeleton);
  const uint32_t count = context.tool.stack_stores.size;
  auto* fds = static_cast<int*>(allocate((count + 1) * sizeof(int)));
  for (uint32_t i = 0; i < count; ++i) {
    fds[i] = bpf_object__find_map_fd_by_name(object, context.tool.stack_stores[i].symbol);
    if (fds[i] >= 0) continue;
    failure.set("the tool has no map '%s'", context.tool.stack_stores[i].symbol);
    free(fds);
    return nullptr;
  }
  return fds;
}

Tracer::Map* find_maps(const LoadContext& context, void* skeleton, Failure& failure) {
  bpf_object* object = context.tool.skeleton.object(skeleton);
  const uint32_t count = context.tool.maps.size;
  auto* maps = static_cast<Tracer::Map*>(allocate((count + 1) * sizeof(Tracer::Map)));
  for (uint32_t i = 0; i < count; ++i) {
    const bpf_map* map = bpf_object__find_map_by_name(object, context.tool.maps[i].symbol);
    if (map == nullptr) {
      failure.set("the tool has no map '%s'", context.tool.maps[i].symbol);
      free(maps);
      return nullptr;
    }
    new (&maps[i]) Tracer::Map{bpf_map__fd(map), bpf_map__max_entries(map)};
  }
  return maps;
}

}  // namespace bpftracec::rt
