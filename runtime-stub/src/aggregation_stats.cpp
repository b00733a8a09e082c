#include "aggregation_number.h"
#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

namespace {

// Only the average is divided, as in bpftrace.
AggregationContext undivided(const AggregationContext& context) {
  return {context.map, context.shape, 1};
}

void stats_text(const AggregationContext& context, const std::byte* value, Buffer& to) {
  auto stats = load<average_value>(value);
  to.append(": { .count = ");
  to.append_unsigned(stats.count);
  to.append(", .average = ");
  append_number(context, average(context.map, stats), to);
  to.append(", .total = ");
  append_number(undivided(context), static_cast<uint64_t>(stats.total), to);
  to.append(" }\n");
}

void stats_json(const AggregationContext& context, const std::byte* value, Buffer& to) {
  auto stats = load<average_value>(value);
  to.append("{\"count\": ");
  append_json_unsigned(to, stats.count);
  to.append(", \"average\": ");
  append_number_json(context, average(context.map, stats), to);
  to.append(", \"total\": ");
  append_number_json(undivided(context), static_cast<uint64_t>(stats.total), to);
  to.append('}');
}

}  // namespace

constinit const Aggregation kStats = {
    "stats", false, merge_averages, compare_by<average_of>, stats_text, stats_json, nullptr};

}  // namespace bpftracec::rt
