// The events of a tracefs tree, from its files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/base/result.h"
#include "bpftracec/world/record.h"

namespace bpftracec::world {

// `events` is the tree's `events` directory. Names that could not be an event's (with slashes,
// "..") are not looked up: they come from the script.
base::Result<std::optional<TracepointFormat>> read_tracepoint(const std::string& events,
                                                              std::string_view category,
                                                              std::string_view event);

// "category:event", sorted.
std::vector<std::string> list_tracepoints(const std::string& events);

}  // namespace bpftracec::world
