// usdt: markers that programs and libraries have in their code.
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "array.h"
#include "binary_files.h"
#include "elf_file.h"
#include "elf_symbols.h"
#include "nearest.h"
#include "uprobe_sites.h"
#include "usdt_notes.h"
#include "usdt_operand.h"
#include "wildcard.h"

namespace bpftracec::rt {

namespace {

// What is looked for, and what was found of it.
struct Search {
  Probe& probe;
  const char* provider;  // empty: any
  Failure& failure;
  Nearest nearest;
  const ElfFile* file = nullptr;
  const char* path = nullptr;
  const UsdtMarker* marker = nullptr;
  bool has_markers = false;
  bool is_readable = true;  // every argument that the program reads
};

// Operands may name variables of the program; programs see their distance from the marker.
bool find_distance(const char* name, size_t size, int64_t& distance, void* context) {
  const Search& search = *static_cast<const Search*>(context);
  uint64_t address = 0;
  if (!find_variable(*search.file, name, size, address)) return false;
  distance = static_cast<int64_t>(address - search.marker->address);
  return true;
}

// The program reads as many arguments as the description's count says.
bool check_operands(Search& search, const usdt_operand* operands, uint32_t count) {
  const UsdtMarker& marker = *search.marker;
  const auto wanted = static_cast<uint32_t>(search.probe.description->count);
  for (uint32_t i = 0; i < wanted; ++i) {
    if (operands[i].kind != UsdtKind::None) continue;
    search.is_readable = false;
    if (i >= count) {
      return search.failure.set("the marker %s:%s of %s has %u arguments, the program reads arg%u",
                                marker.provider, marker.name, search.path, count, i);
    }
    return search.failure.set("arg%u of the marker %s:%s of %s cannot be read, of '%s'", i,
                              marker.provider, marker.name, search.path, marker.arguments);
  }
  return true;
}

bool is_wanted(const Search& search, const UsdtMarker& marker) {
  return (*search.provider == '\0' || matches(search.provider, marker.provider)) &&
         matches(search.probe.function, marker.name);
}

void add_marker(const UsdtMarker& marker, void* context) {
  Search& search = *static_cast<Search*>(context);
  search.has_markers = true;
  if (!is_wanted(search, marker)) {
    search.nearest.consider(marker.name);
    return;
  }
  search.marker = &marker;
  auto* operands = static_cast<usdt_operand*>(allocate(sizeof(usdt_operand) * kUsdtOperands));
  memset(operands, 0, sizeof(usdt_operand) * kUsdtOperands);
  const uint32_t count = parse_usdt_operands(marker.arguments, {find_distance, context}, operands);
  if (!search.is_readable || !check_operands(search, operands, count)) return;
  Site& site = add_site(search.probe);
  char* name = nullptr;
  const char* shown = strchr(search.probe.target, '/') == nullptr ? without_root(search.path)
                                                                  : search.probe.target;
  if (is_file_pattern(search.probe.target)) shown = without_root(search.path);
  if (asprintf(&name, "usdt:%s:%s:%s", shown, marker.provider, marker.name) < 0) return;
  site.name = name;
  site.target = search.path;
  site.function = strdup(marker.name);
  site.offset = marker.offset;
  site.semaphore = marker.semaphore;
  site.operands = operands;
}

bool explain_missing(const Search& search, size_t files) {
  const Probe& probe = search.probe;
  const char* colon = *search.provider == '\0' ? "" : ":";
  if (files == 1) {
    search.failure.set("%s has no marker '%s%s%s'", search.path, search.provider, colon,
                       probe.function);
  } else {
    search.failure.set("none of %zu files has a marker '%s%s%s'", files, search.provider, colon,
                       probe.function);
  }
  if (search.nearest.best() != nullptr) {
    search.failure.hint("did you mean %s?", search.nearest.best());
  } else if (!search.has_markers) {
    search.failure.hint("%s no static markers (USDT) at all",
                        files == 1 ? "it was built with" : "they were built with");
  }
  return false;
}

// `usdt:PROVIDER:NAME` with -p leaves the path out, which the compiler cannot tell from
// `usdt:PATH:NAME`.
bool find_target_files(const AttachContext& context, Search& search, Array<const char*>& paths) {
  if (find_files(context, search.probe.target, paths, search.failure)) return true;
  const bool may_be_provider = context.bindings.target_pid != 0 && *search.provider == '\0' &&
                               strchr(search.probe.target, '/') == nullptr;
  if (!may_be_provider || !find_files(context, "", paths, search.failure)) return false;
  search.provider = search.probe.target;
  return true;
}

bool find(const AttachContext& context, Probe& probe, Failure& failure) {
  Search search{probe, probe.scope, failure, Nearest(probe.function)};
  Array<const char*> paths;
  if (!find_target_files(context, search, paths)) return false;
  failure.clear();
  for (const char* path : paths) {
    ElfFile file;
    search.path = path;
    search.file = &file;
    // Of many files, those that are no programs do not matter.
    if (!file.open(path, failure)) {
      if (paths.size() == 1) return false;
      failure.clear();
      continue;
    }
    for_each_marker(file, add_marker, &search);
    if (!search.is_readable) return false;
  }
  if (probe.site_count == 0) return explain_missing(search, paths.size());
  context.log.note("%s: %u places of markers", probe.name, probe.site_count);
  choose_links(context, probe);
  return true;
}

// With -c, only its command: it is the one whose markers are meant.
bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  const uint32_t target = context.bindings.target_pid;
  const auto pid = target != 0 ? target : static_cast<uint32_t>(context.bindings.child_pid);
  return attach_sites(context, probe, false, pid, failure);
}

bool make_places(bpf_object* object, uint32_t count, Failure& failure) {
  bpf_map* map = bpf_object__find_map_by_name(object, kUsdtPlaces);
  if (map == nullptr || bpf_map__set_max_entries(map, count == 0 ? 1 : count) == 0) return true;
  return failure.set("the tool has no room for the arguments of %u markers", count);
}

bool write_places(bpf_object* object, const Probe& probe, Failure& failure) {
  const bpf_map* map = bpf_object__find_map_by_name(object, kUsdtPlaces);
  for (uint32_t i = 0; map != nullptr && i < probe.site_count; ++i) {
    const uint32_t number = probe.first_site + i;
    const int error = bpf_map_update_elem(bpf_map__fd(map), &number, probe.sites[i].operands,
                                          BPF_ANY);
    if (error != 0) {
      return failure.set("cannot hand the arguments of %s to the programs: %s", probe.name,
                         error_text(error));
    }
  }
  return true;
}

}  // namespace

const Attacher kUsdt = {.stage = Attacher::Stage::Trace,
                        .newest_runs_first = true,
                        .has_interrupts_on = always,
                        .find = find,
                        .attach = attach,
                        .make_places = make_places,
                        .write_places = write_places};

}  // namespace bpftracec::rt
