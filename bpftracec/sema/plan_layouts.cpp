// Where the parts of records, keys and values lie. The comments of program.h and event_abi.h are
// the rules.
#include <algorithm>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/rt/event_abi.h"
#include "bpftracec/sema/program_tables.h"

namespace bpftracec::sema {
namespace {

uint32_t round_up(uint32_t size, uint32_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}

// A field's bytes in the fixed part of a record, and their alignment.
struct FieldShape {
  uint32_t size;
  uint32_t alignment;
  bool is_tail;
};

FieldShape shape_in_record(const Type& type) {
  const bool has_bytes = type.kind == TypeKind::String || type.kind == TypeKind::Buffer;
  if (!has_bytes) return {type.size, is_in_memory(type) ? 8 : type.size, false};
  if (type.size > kInlineTextCapacity) return {sizeof(rt::text_ref), alignof(rt::text_ref), true};
  // Texts are copied eight bytes at a time.
  return {type.kind == TypeKind::Buffer ? slot_size(type) : type.size, 8, false};
}

uint32_t aggregation_size(const MapPlan& plan) {
  switch (plan.value.type.kind) {
    case TypeKind::Count:
      return sizeof(rt::count_value);
    case TypeKind::Sum:
      return sizeof(rt::sum_value);
    case TypeKind::Min:
    case TypeKind::Max:
      return sizeof(rt::extreme_value);
    case TypeKind::Avg:
    case TypeKind::Stats:
      return sizeof(rt::average_value);
    case TypeKind::Hist:
    case TypeKind::Lhist:
    case TypeKind::Tseries:
      return plan.bucket_count * sizeof(uint64_t);
    case TypeKind::Error:
    case TypeKind::None:
    case TypeKind::Bool:
    case TypeKind::Integer:
    case TypeKind::String:
    case TypeKind::Pointer:
    case TypeKind::Array:
    case TypeKind::Struct:
    case TypeKind::Buffer:
    case TypeKind::Inet:
    case TypeKind::Mac:
    case TypeKind::Timestamp:
    case TypeKind::CgroupPath:
    case TypeKind::UserName:
    case TypeKind::Tuple:
    case TypeKind::Stack:
    case TypeKind::Symbol:
      break;
  }
  base::internal_error("not an aggregation");
}

// Every number is known only when the tool starts as soon as one of the bounds is.
uint32_t lhist_buckets(const MapPlan& plan) {
  const auto* min = std::get_if<int64_t>(&plan.lhist_min);
  const auto* max = std::get_if<int64_t>(&plan.lhist_max);
  const auto* step = std::get_if<int64_t>(&plan.lhist_step);
  if (min == nullptr || max == nullptr || step == nullptr) return rt::kMaxLhistBuckets + 2;
  return rt::lhist_bucket_count(*min, *max, *step);
}

}  // namespace

void lay_out(RecordPlan& plan) {
  uint32_t offset = sizeof(rt::record_header);
  plan.max_tail_size = 0;
  for (RecordField& field : plan.fields) {
    const FieldShape shape = shape_in_record(field.type);
    field.offset = round_up(offset, shape.alignment);
    field.size = shape.size;
    field.is_tail = shape.is_tail;
    offset = field.offset + field.size;
    if (field.is_tail) plan.max_tail_size += round_up(field.type.size, 8);
  }
  plan.fixed_size = round_up(offset, 8);
}

void lay_out(MapPlan& plan, const Config& config) {
  plan.key_size = plan.is_scalar ? sizeof(uint32_t) : slot_size(plan.key_type);
  plan.max_entries = plan.is_scalar ? 1 : config.max_map_keys;

  plan.is_per_cpu = is_aggregation(plan.value.type);
  if (plan.value.type.kind == TypeKind::Hist) {
    plan.bucket_count = rt::hist_bucket_count(plan.hist_bits);
  } else if (plan.value.type.kind == TypeKind::Lhist) {
    plan.bucket_count = lhist_buckets(plan);
  }
  if (plan.value.type.kind == TypeKind::Tseries) {
    plan.bucket_count = plan.tseries.count * sizeof(rt::tseries_interval) / sizeof(uint64_t);
  }
  plan.value.offset = 0;
  plan.value.size = plan.is_per_cpu ? aggregation_size(plan) : slot_size(plan.value.type);
  // The element of a scalar map always exists; a word tells whether it was ever set.
  plan.value_size = plan.value.size + (plan.is_scalar ? sizeof(uint64_t) : 0);
}

}  // namespace bpftracec::sema
