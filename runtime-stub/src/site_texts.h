// What `probe` and `func` are where a program is attached in many places: arrays in the object that
// hold a text for each.
#pragma once

#include "attacher.h"

struct bpf_object;

namespace bpftracec::rt {

// Before load: room for `count` sites, where the programs ask for their texts at all.
bool make_site_texts(bpf_object* object, uint32_t count, Failure& failure);

// After load.
bool write_site_text(bpf_object* object, uint32_t number, const Site& site, Failure& failure);

}  // namespace bpftracec::rt
