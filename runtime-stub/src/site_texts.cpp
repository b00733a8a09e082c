#include "site_texts.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpftracec/rt/event_abi.h"

namespace bpftracec::rt {

namespace {

constexpr size_t kTextSize = 256;

bool make(bpf_object* object, const char* symbol, uint32_t count, Failure& failure) {
  bpf_map* map = bpf_object__find_map_by_name(object, symbol);
  if (map == nullptr || bpf_map__set_max_entries(map, count == 0 ? 1 : count) == 0) return true;
  return failure.set("the tool has no room for the names of %u probes", count);
}

// A text that does not fit has no NUL, which marks it as cut.
bool write(bpf_object* object, const char* symbol, uint32_t number, const char* text,
           Failure& failure) {
  const bpf_map* map = bpf_object__find_map_by_name(object, symbol);
  if (map == nullptr) return true;
  char value[kTextSize] = {};
  memcpy(value, text, strnlen(text, sizeof value));
  if (bpf_map_update_elem(bpf_map__fd(map), &number, value, BPF_ANY) == 0) return true;
  return failure.set("cannot hand the name of %s to the programs: %s", text, error_text(errno));
}

}  // namespace

bool make_site_texts(bpf_object* object, uint32_t count, Failure& failure) {
  return make(object, kSiteNames, count, failure) && make(object, kSiteFunctions, count, failure);
}

bool write_site_text(bpf_object* object, uint32_t number, const Site& site, Failure& failure) {
  return write(object, kSiteNames, number, site.name, failure) &&
         write(object, kSiteFunctions, number, site.function, failure);
}

}  // namespace bpftracec::rt
