#include "tests/unit/bpf/program_builder.h"

#include <algorithm>

#include "bpftracec/rt/event_abi.h"

namespace bpftracec::bpf::testing {
namespace {

uint32_t round_up(uint32_t value, uint32_t to) { return (value + to - 1) / to * to; }

}  // namespace

ExprPtr number(int64_t value, Type type) {
  return make_expr(std::move(type), sema::IntegerConstant{static_cast<uint64_t>(value)});
}

ExprPtr text(std::string value) {
  auto capacity = static_cast<uint32_t>(value.size()) + 1;
  return make_expr(text_type(capacity), sema::StringConstant{std::move(value)});
}

ExprPtr builtin(sema::Builtin builtin) {
  return make_expr(uint_type(), sema::BuiltinRead{builtin});
}

ExprPtr comm() { return make_expr(text_type(16), sema::BuiltinRead{sema::Builtin::Comm}); }

ExprPtr argument(uint32_t index) {
  return make_expr(uint_type(), sema::BuiltinRead{sema::Builtin::Argument, index});
}

ExprPtr variable(sema::VariableId id, Type type) {
  return make_expr(std::move(type), sema::VariableRead{id});
}

ExprPtr late(sema::LateConstantId id, Type type) {
  return make_expr(std::move(type), sema::LateConstantRead{id});
}

ExprPtr field(sema::TracepointRecordId record, uint32_t index, Type type, ExprPtr element) {
  return make_expr(std::move(type), sema::FieldRead{record, index, std::move(element)});
}

ExprPtr read_text(ExprPtr address, uint32_t capacity, sema::AddressSpace space,
                  ExprPtr max_length) {
  return make_expr(text_type(capacity),
                   sema::StringRead{std::move(address), std::move(max_length), space});
}

ExprPtr binary(BinaryOp op, ExprPtr lhs, ExprPtr rhs, Type type) {
  return make_expr(std::move(type), sema::Binary{op, std::move(lhs), std::move(rhs), {}});
}

ExprPtr divide(BinaryOp op, ExprPtr lhs, ExprPtr rhs, sema::SiteId site, Type type) {
  return make_expr(std::move(type), sema::Binary{op, std::move(lhs), std::move(rhs), site});
}

ExprPtr compare(BinaryOp op, ExprPtr lhs, ExprPtr rhs) {
  return binary(op, std::move(lhs), std::move(rhs), bool_type());
}

ExprPtr same_text(ExprPtr lhs, ExprPtr rhs) {
  return make_expr(bool_type(), sema::StringCompare{std::move(lhs), std::move(rhs), true});
}

ExprPtr convert(ExprPtr operand, Type type) {
  return make_expr(std::move(type), sema::Convert{std::move(operand)});
}

ExprPtr choose(ExprPtr condition, ExprPtr when_true, ExprPtr when_false) {
  Type type = when_true->type;
  return make_expr(std::move(type), sema::Conditional{std::move(condition), std::move(when_true),
                                                      std::move(when_false)});
}

ExprPtr key_of(std::vector<ExprPtr> keys) {
  if (keys.empty()) return nullptr;
  if (keys.size() == 1) return std::move(keys.front());
  std::vector<sema::TupleMember> members;
  members.reserve(keys.size());
  for (const ExprPtr& key : keys) members.push_back({"", key->type});
  return make_expr(sema::tuple_type(std::move(members)), sema::TupleMake{std::move(keys)});
}

ExprPtr map_read(sema::MapId map, Type type, std::vector<ExprPtr> keys) {
  return make_expr(std::move(type), sema::MapRead{map, key_of(std::move(keys))});
}

ExprPtr increment(sema::MapId map, std::vector<ExprPtr> keys, sema::SiteId site) {
  sema::Increment node;
  node.map = map;
  node.key = key_of(std::move(keys));
  node.is_increment = true;
  node.is_prefix = false;
  node.site = site;
  return make_expr(int_type(), std::move(node));
}

sema::Statement assign(sema::VariableId id, ExprPtr value) {
  return make_statement(sema::AssignVariable{id, std::move(value)});
}

sema::Statement assign_map(sema::MapId map, std::vector<ExprPtr> keys, ExprPtr value,
                           sema::SiteId site) {
  return make_statement(sema::AssignMap{map, key_of(std::move(keys)), std::move(value), site});
}

sema::Statement aggregate(sema::MapId map, std::vector<ExprPtr> keys, ExprPtr value,
                          sema::SiteId site) {
  return make_statement(
      sema::UpdateAggregation{map, key_of(std::move(keys)), std::move(value), site});
}

sema::Statement evaluate(ExprPtr value) { return make_statement(sema::Evaluate{std::move(value)}); }

sema::Statement emit(sema::RecordId record, std::vector<ExprPtr> arguments) {
  Type none;
  return evaluate(make_expr(none, sema::EmitRecord{record, std::move(arguments)}));
}

ProgramBuilder::ProgramBuilder() {
  program.script_name = "test.bt";
  late_constant(sema::LateConstant::Kind::PidNamespaceDevice, "pid_ns_dev");
  late_constant(sema::LateConstant::Kind::PidNamespaceInode, "pid_ns_ino");
  late_constant(sema::LateConstant::Kind::HasBootClock, "has_boot_clock", 4);
  late_constant(sema::LateConstant::Kind::StartTime, "start_ns");
  late_constant(sema::LateConstant::Kind::TargetPid, "target_pid", 4);
  late_constant(sema::LateConstant::Kind::PossibleCpus, "possible_cpus", 4);
}

sema::LateConstantId ProgramBuilder::late_constant(sema::LateConstant::Kind kind,
                                                   const std::string& symbol, uint32_t size,
                                                   uint32_t index) {
  program.late_constants.push_back({kind, index, size, symbol});
  return static_cast<sema::LateConstantId>(program.late_constants.size() - 1);
}

sema::SiteId ProgramBuilder::site(sema::Site::Kind kind) {
  program.sites.push_back({.kind = kind});
  return static_cast<sema::SiteId>(program.sites.size() - 1);
}

sema::MapId ProgramBuilder::map(const std::string& name, const std::vector<Type>& keys,
                                const Type& value) {
  sema::MapPlan plan;
  plan.name = "@" + name;
  plan.symbol = "map_" + name;
  plan.is_scalar = keys.empty();
  std::vector<sema::TupleMember> parts;
  for (const Type& key : keys) parts.push_back({"", key});
  if (keys.size() == 1) plan.key_type = keys.front();
  if (keys.size() > 1) plan.key_type = sema::tuple_type(std::move(parts));
  plan.key_size = sema::slot_size(plan.key_type);
  if (plan.is_scalar) plan.key_size = 4;
  uint32_t size = sema::slot_size(value);
  switch (value.kind) {
    case TypeKind::Min:
    case TypeKind::Max:
    case TypeKind::Avg:
    case TypeKind::Stats:
      size = 16;
      break;
    case TypeKind::Hist:
      plan.bucket_count = rt::hist_bucket_count(0);
      size = plan.bucket_count * 8;
      break;
    case TypeKind::Lhist:
      plan.lhist_min = int64_t{0};
      plan.lhist_max = int64_t{100};
      plan.lhist_step = int64_t{10};
      plan.bucket_count = rt::lhist_bucket_count(0, 100, 10);
      size = plan.bucket_count * 8;
      break;
    default:
      break;
  }
  plan.is_per_cpu = value.kind >= TypeKind::Count;
  plan.value = {value, 0, size};
  plan.value_size = size + (plan.is_scalar ? 8 : 0);
  plan.max_entries = plan.is_scalar ? 1 : program.config.max_map_keys;
  program.maps.push_back(plan);
  return static_cast<sema::MapId>(program.maps.size() - 1);
}

sema::RecordId ProgramBuilder::record(sema::RecordKind kind, const std::vector<Type>& fields) {
  sema::RecordPlan plan;
  plan.kind = kind;
  uint32_t offset = 4;
  for (const Type& type : fields) {
    sema::RecordField field;
    field.type = type;
    bool is_text = type.kind == TypeKind::String;
    field.is_tail = is_text && type.size > sema::kInlineTextCapacity;
    field.size = field.is_tail ? 8 : type.size;
    offset = round_up(offset, field.is_tail ? 4 : is_text ? 1 : std::min(field.size, 8U));
    field.offset = offset;
    offset += field.size;
    if (field.is_tail) plan.max_tail_size += type.size;
    plan.fields.push_back(field);
  }
  plan.fixed_size = round_up(offset, 8);
  program.records.push_back(plan);
  return static_cast<sema::RecordId>(program.records.size() - 1);
}

sema::ProbeProgram& ProgramBuilder::probe(sema::Block body, sema::ProgramKind kind) {
  sema::ProbeProgram probe;
  probe.symbol = "probe_" + std::to_string(probes_++);
  probe.attach_point.kind = sema::ProbeKind::RawTracepoint;
  probe.attach_point.name = "rawtracepoint:test";
  probe.kind = kind;
  probe.body = std::move(body);
  program.programs.push_back(std::move(probe));
  return program.programs.back();
}

}  // namespace bpftracec::bpf::testing
