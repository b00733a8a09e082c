// How the per-CPU values of an aggregation become one, and how that is shown. A tool's map table
// names those that it uses; each is an archive member of its own.
#pragma once

#include <cstdint>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

// What showing an aggregation's value depends on.
struct AggregationContext {
  const MapDescription& map;
  HistogramShape shape;           // without parameters: resolve_shape() has put their values in
  uint64_t divisor;               // of print(@map, top, divisor); 0 or 1: none
  int64_t wall_clock_offset = 0;  // as in Bindings
  uint64_t latest = 0;            // what `latest` gives, the largest of all keys
};

struct Aggregation {
  const char* message_type;  // in JSON: "map", "stats", "hist"
  bool is_histogram;         // shown in rows; nothing at all when the map is empty
  // All values have the layout of event_abi.h; zeroes stand for "nothing seen yet".
  void (*merge)(const MapDescription& map, std::byte* into, const std::byte* from);
  int (*compare)(const MapDescription& map, const std::byte* a, const std::byte* b);
  // What follows the map's name and key, up to the last newline: ": 5\n", ":\n[0]   1 |@@...\n\n".
  void (*text)(const AggregationContext& context, const std::byte* value, Buffer& to);
  void (*json)(const AggregationContext& context, const std::byte* value, Buffer& to);
  // Why the shape that the parameters gave is not usable, null when it is. Null for aggregations
  // that take no parameters. run() asks before it loads.
  const char* (*shape_fault)(const MapDescription& map, const HistogramShape& shape);
  // tseries: the number of the last interval with a value.
  uint64_t (*latest)(const MapDescription& map, const std::byte* value) = nullptr;
};

extern const Aggregation kCount;
extern const Aggregation kSum;
extern const Aggregation kMin;
extern const Aggregation kMax;
extern const Aggregation kAvg;
extern const Aggregation kStats;
extern const Aggregation kHist;
extern const Aggregation kLhist;
extern const Aggregation kTseries;

// `map.histogram` with the values of its parameters.
HistogramShape resolve_shape(const MapDescription& map, const Bindings& bindings);

}  // namespace bpftracec::rt
