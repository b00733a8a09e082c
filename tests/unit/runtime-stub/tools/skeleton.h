// The functions around a skeleton called `tool`, as generated tools have them.
#pragma once

#include <cstddef>

#include "bpftracec/rt/tool.h"
#include "tool.skel.h"

namespace {

void* open_object(const bpf_object_open_opts* options) { return tool__open_opts(options); }
int load_object(void* skeleton) { return tool__load(static_cast<tool*>(skeleton)); }
void destroy_object(void* skeleton) { tool__destroy(static_cast<tool*>(skeleton)); }
bpf_object* object_of(void* skeleton) { return static_cast<tool*>(skeleton)->obj; }

}  // namespace
