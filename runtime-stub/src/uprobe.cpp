#include "uprobe.h"

#include <algorithm>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "binary_files.h"
#include "elf_symbols.h"
#include "find_binary.h"
#include "uprobe_sites.h"
#include "wildcard.h"

namespace bpftracec::rt {

namespace {

bool find_place(const Probe& probe, const char* path, FunctionPlace& place, Failure& failure) {
  if (!find_function(path, probe.function, place, failure)) return false;
  const uint64_t offset = probe.description->offset;
  if (offset != 0 && offset >= place.size) {
    return failure.set("the offset is outside of the function: '%s' has %llu bytes", probe.function,
                       static_cast<unsigned long long>(place.size));
  }
  place.offset += offset;
  return true;
}

bool find_one(const AttachContext& context, Probe& probe, Failure& failure) {
  probe.path = find_binary(probe.target, context.bindings.target_pid, failure);
  if (probe.path == nullptr) return false;
  FunctionPlace place;
  if (!find_place(probe, probe.path, place, failure)) return false;
  probe.offset = place.offset;
  Site& site = add_site(probe);
  site.name = probe.name;
  site.target = probe.path;
  site.function = probe.function;
  site.offset = probe.offset;
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

// ---- wildcards ----

struct Search {
  Probe& probe;
  const ElfFile* file = nullptr;
  const char* path = nullptr;
};

void add_function(const char* name, uint64_t address, void* context) {
  Search& search = *static_cast<Search*>(context);
  // .symtab names versions in the symbol's name: "fopen@@GLIBC_2.2.5".
  char* plain = strndup(name, strcspn(name, "@"));
  uint64_t offset = 0;
  if (!matches(search.probe.function, plain) ||
      !search.file->to_file_offset(address, PF_X, offset)) {
    free(plain);
    return;
  }
  Site& site = add_site(search.probe);
  site.target = search.path;
  site.function = plain;
  site.offset = offset;
}

// One file after the other; of several names of one function, the first.
bool is_before(const Site& a, const Site& b) {
  const int order = strcmp(a.target, b.target);
  if (order != 0) return order < 0;
  return a.offset != b.offset ? a.offset < b.offset : strcmp(a.function, b.function) < 0;
}

bool is_same_place(const Site& a, const Site& b) {
  return a.offset == b.offset && strcmp(a.target, b.target) == 0;
}

void name_sites(Probe& probe) {
  std::sort(probe.sites, probe.sites + probe.site_count, is_before);
  const Site* end = std::unique(probe.sites, probe.sites + probe.site_count, is_same_place);
  probe.site_count = static_cast<uint32_t>(end - probe.sites);
  const int kind_size = static_cast<int>(strcspn(probe.name, ":"));
  for (uint32_t i = 0; i < probe.site_count; ++i) {
    Site& site = probe.sites[i];
    char* name = nullptr;
    const char* path = without_root(site.target);
    if (asprintf(&name, "%.*s:%s:%s", kind_size, probe.name, path, site.function) >= 0) {
      site.name = name;
    }
  }
}

bool find_many(const AttachContext& context, Probe& probe, Failure& failure) {
  Array<const char*> paths;
  if (!find_files(context, probe.target, paths, failure)) return false;
  Search search{probe};
  for (const char* path : paths) {
    ElfFile file;
    search.file = &file;
    search.path = path;
    Failure ignored;
    if (!file.open(path, paths.size() == 1 ? failure : ignored)) {
      if (paths.size() == 1) return false;
      continue;  // of many files, those that are no programs do not matter
    }
    for_each_function(file, add_function, &search);
  }
  if (probe.site_count == 0) {
    return failure.set("%s no function like '%s'",
                       paths.size() == 1 ? "the file has" : "these files have", probe.function);
  }
  name_sites(probe);
  context.log.note("%s: %u functions", probe.name, probe.site_count);
  return true;
}

}  // namespace

bool find_uprobe(const AttachContext& context, Probe& probe, Failure& failure) {
  const bool is_found = probe.description->has_wildcards ? find_many(context, probe, failure)
                                                         : find_one(context, probe, failure);
  if (is_found) choose_links(context, probe);
  return is_found;
}

bool attach_uprobe(const AttachContext& context, const Probe& probe, bool is_return,
                   Failure& failure) {
  return attach_sites(context, probe, is_return, context.bindings.target_pid, failure);
}

}  // namespace bpftracec::rt
