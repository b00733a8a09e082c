#include "bpftracec/host/make_plan.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/diagnostics/source_file.h"

namespace bpftracec::host {

namespace {

using base::internal_error;
using sema::Type;
using sema::TypeKind;

CppIdentifier numbered(std::string_view stem, size_t number) {
  return CppIdentifier(std::string(stem) + std::to_string(number));
}

// ---- values -------------------------------------------------------------------------------------

// Stacks without names need no tables of symbols.
CppIdentifier stack_type_of(const Type& type) {
  if (type.stack_mode == sema::StackMode::Raw) return CppIdentifier("kRawStackType");
  if (type.stack_mode == sema::StackMode::BuildId) return CppIdentifier("kBuildIdStackType");
  return CppIdentifier(type.space == sema::AddressSpace::Kernel ? "kKernelStackType"
                                                                : "kUserStackType");
}

CppIdentifier stack_mode(sema::StackMode mode) {
  switch (mode) {
    case sema::StackMode::Bpftrace:
      return CppIdentifier("Bpftrace");
    case sema::StackMode::Perf:
      return CppIdentifier("Perf");
    case sema::StackMode::Raw:
      return CppIdentifier("Raw");
    case sema::StackMode::BuildId:
      return CppIdentifier("BuildId");
  }
  internal_error("unknown mode of a stack");
}

CppIdentifier value_type_of(const Type& type) {
  switch (type.kind) {
    case TypeKind::Bool:
      return CppIdentifier("kBoolType");
    case TypeKind::Integer:
      if (type.enumerators != nullptr) {
        return CppIdentifier(type.is_signed ? "kSignedEnumType" : "kUnsignedEnumType");
      }
      return CppIdentifier(type.is_signed ? "kSignedType" : "kUnsignedType");
    case TypeKind::Pointer:
      return CppIdentifier("kPointerType");
    case TypeKind::String:
      return CppIdentifier("kTextType");
    case TypeKind::Tuple:
      if (type.is_array) return CppIdentifier("kArrayType");
      return CppIdentifier(sema::is_record(type) ? "kRecordType" : "kTupleType");
    case TypeKind::Stack:
      return stack_type_of(type);
    case TypeKind::Symbol:
      return CppIdentifier(type.space == sema::AddressSpace::Kernel ? "kKernelSymbolType"
                                                                    : "kUserSymbolType");
    case TypeKind::None:
      return CppIdentifier("kNullType");
    case TypeKind::Buffer:
      return CppIdentifier("kBufferType");
    case TypeKind::Inet:
      return CppIdentifier("kInetType");
    case TypeKind::Mac:
      return CppIdentifier("kMacType");
    case TypeKind::Timestamp:
      return CppIdentifier("kTimestampType");
    case TypeKind::CgroupPath:
      return CppIdentifier("kCgroupPathType");
    case TypeKind::UserName:
      return CppIdentifier("kUserNameType");
    case TypeKind::Error:
    case TypeKind::Array:
    case TypeKind::Struct:
    case TypeKind::Count:
    case TypeKind::Sum:
    case TypeKind::Min:
    case TypeKind::Max:
    case TypeKind::Avg:
    case TypeKind::Stats:
    case TypeKind::Hist:
    case TypeKind::Lhist:
    case TypeKind::Tseries:
      break;
  }
  internal_error("a value of this type cannot be stored or shown: " + sema::spelling(type));
}

CppIdentifier integer_of_size(uint32_t size, bool is_signed) {
  if (size != 1 && size != 2 && size != 4 && size != 8) internal_error("odd size of an integer");
  return CppIdentifier((is_signed ? "int" : "uint") + std::to_string(size * 8) + "_t");
}

uint32_t capacity_of(const Type& type) { return type.kind == TypeKind::String ? type.size : 0; }

// A member that holds a value of `type` in `size` bytes.
MemberPlan member_for(const Type& type, CppIdentifier name, uint32_t offset, uint32_t size) {
  if (sema::is_in_memory(type)) return {CppIdentifier("char"), std::move(name), size, offset};
  bool is_signed = type.kind == TypeKind::Integer && type.is_signed;
  return {integer_of_size(size, is_signed), std::move(name), 0, offset};
}

// What descriptions say more of a type: tuples, enums, formats, stacks. One for each.
class Tuples {
 public:
  Tuples(HostPlan& plan, const sema::Program& program)
      : plan_(plan),
        plans_(plan.tuples),
        enums_(plan.enums),
        formats_(plan.formats),
        stacks_(plan.stacks),
        program_(program) {}

  // What a field of this type refers to; nothing where the type says all.
  std::optional<CppIdentifier> details_of(const Type& type) {
    note_names(type);
    if (type.enumerators != nullptr) return details_of_enum(type);
    if (type.kind == TypeKind::Timestamp || type.kind == TypeKind::CgroupPath) {
      return details_of_format(type.format);
    }
    if (type.kind == TypeKind::Stack) return details_of_stack(type);
    if (type.kind != TypeKind::Tuple) return std::nullopt;
    for (size_t i = 0; i < types_.size(); ++i) {
      if (types_[i] == type) return plans_[i].name;
    }
    TuplePlan plan{CppIdentifier("kTuple"), {}};
    for (const sema::TupleMember& member : *type.members) {
      plan.members.push_back({member.name, value_type_of(member.type), member.offset, member.size,
                              capacity_of(member.type), details_of(member.type)});
    }
    // Only now, when those inside have their numbers.
    plan.name = numbered("kTuple", plans_.size());
    types_.push_back(type);
    plans_.push_back(std::move(plan));
    return plans_.back().name;
  }

 private:
  CppIdentifier details_of_format(const std::string& text) {
    const auto known = std::ranges::find(formats_, text, &FormatPlan::text);
    if (known != formats_.end()) return known->name;
    formats_.push_back({numbered("kFormat", formats_.size()), text});
    return formats_.back().name;
  }

  CppIdentifier details_of_enum(const Type& type) {
    for (size_t i = 0; i < enum_types_.size(); ++i) {
      if (enum_types_[i] == type) return enums_[i].name;
    }
    EnumPlan plan{numbered("kEnum", enums_.size()), {}};
    for (const sema::Enumerator& enumerator : *type.enumerators)
      plan.enumerators.push_back({enumerator.name, enumerator.value});
    enum_types_.push_back(type);
    enums_.push_back(std::move(plan));
    return enums_.back().name;
  }

  void note_names(const Type& type) {
    if (type.kind != TypeKind::Stack && type.kind != TypeKind::Symbol) return;
    plan_.names_addresses = true;
    if (type.space == sema::AddressSpace::User) plan_.names_user_addresses = true;
  }

  CppIdentifier details_of_stack(const Type& type) {
    for (size_t i = 0; i < stack_types_.size(); ++i) {
      if (stack_types_[i] == type) return stacks_[i].name;
    }
    StackPlan plan{numbered("kStack", stacks_.size()), stack_mode(type.stack_mode)};
    const bool has_build_ids = type.stack_mode == sema::StackMode::BuildId;
    for (size_t i = 0; i < program_.stack_stores.size(); ++i) {
      const sema::StackStore& store = program_.stack_stores[i];
      const bool is_ours = store.frames == type.count && store.has_build_ids == has_build_ids;
      if (is_ours) plan.store = static_cast<uint32_t>(i);
    }
    stack_types_.push_back(type);
    stacks_.push_back(std::move(plan));
    return stacks_.back().name;
  }

  HostPlan& plan_;
  std::vector<TuplePlan>& plans_;
  std::vector<EnumPlan>& enums_;
  std::vector<FormatPlan>& formats_;
  std::vector<StackPlan>& stacks_;
  const sema::Program& program_;
  std::vector<Type> stack_types_;
  std::vector<Type> enum_types_;
  std::vector<Type> types_;
};

FieldPlan field_for(const Type& type, const CppIdentifier& structure, const CppIdentifier& member,
                    bool is_tail, Tuples& tuples) {
  return {value_type_of(type), structure, member,
          capacity_of(type),   is_tail,   tuples.details_of(type)};
}

// Puts a member of `size` bytes at its offset. What lies before it is filled up: sema aligns texts
// more than C++ would.
void add_member(StructPlan& layout, uint32_t& end, MemberPlan member, uint32_t size) {
  if (member.offset < end) internal_error("members of a structure overlap");
  if (member.offset > end) {
    layout.members.push_back({CppIdentifier("char"), numbered("padding_", layout.members.size()),
                              member.offset - end, end});
  }
  end = member.offset + size;
  layout.members.push_back(std::move(member));
}

// ---- records ------------------------------------------------------------------------------------

RecordPlan plan_layout(const sema::RecordPlan& record, size_t index, Tuples& tuples) {
  RecordPlan plan{record.kind, {numbered("Record", index), {}, record.fixed_size}, {}, {}, {}};
  uint32_t end = 0;
  add_member(plan.layout, end, {CppIdentifier("record_header"), CppIdentifier("header"), 0, 0},
             sizeof(uint32_t));
  for (const sema::RecordField& field : record.fields) {
    CppIdentifier name = numbered("argument_", plan.fields.size());
    add_member(plan.layout, end,
               field.is_tail ? MemberPlan{CppIdentifier("text_ref"), name, 0, field.offset}
                             : member_for(field.type, name, field.offset, field.size),
               field.size);
    plan.fields.push_back(field_for(field.type, plan.layout.name, name, field.is_tail, tuples));
    if (field.is_parameter) plan.fields.back().value_type = CppIdentifier("kParameterType");
  }
  return plan;
}

// Conversions of buffers are types in the stub, so that only tools with buffers carry them.
const char* buffer_type_for(char conversion) {
  switch (conversion) {
    case 'r':
      return "kBufferType";
    case 'R':
      return "kEscapedBufferType";
    case 'H':
      return "kHexBufferType";
    default:
      return nullptr;
  }
}

PiecePlan plan_piece(const sema::FormatPiece& piece, const RecordPlan& record) {
  PiecePlan plan;
  plan.text = piece.text;
  if (piece.conversion == 0) return plan;
  plan.conversion = piece.conversion;
  plan.flags = piece.flags;
  if (piece.width) plan.width = static_cast<int32_t>(*piece.width);
  if (piece.precision) plan.precision = static_cast<int32_t>(*piece.precision);
  plan.integer_size = piece.integer_size;
  if (piece.argument >= record.fields.size()) internal_error("a conversion without its argument");
  plan.field = record.fields[piece.argument];
  if (const char* type = buffer_type_for(piece.conversion)) {
    plan.field->value_type = CppIdentifier(type);
    plan.conversion = 's';
  }
  return plan;
}

RecordPlan plan_record(const sema::RecordPlan& record, size_t index, Tuples& tuples) {
  RecordPlan plan = plan_layout(record, index, tuples);
  for (const sema::FormatPiece& piece : record.format)
    plan.pieces.push_back(plan_piece(piece, plan));
  plan.time_format = record.time_format;
  plan.separator = record.separator;
  if (record.map) plan.map = *record.map;
  return plan;
}

// ---- maps ---------------------------------------------------------------------------------------

// The aggregations' constants and structures in the stub.
struct AggregationNames {
  const char* object;
  const char* value;  // null: counters
};

AggregationNames aggregation_names(TypeKind kind) {
  switch (kind) {
    case TypeKind::Count:
      return {"kCount", "count_value"};
    case TypeKind::Sum:
      return {"kSum", "sum_value"};
    case TypeKind::Min:
      return {"kMin", "extreme_value"};
    case TypeKind::Max:
      return {"kMax", "extreme_value"};
    case TypeKind::Avg:
      return {"kAvg", "average_value"};
    case TypeKind::Stats:
      return {"kStats", "average_value"};
    case TypeKind::Hist:
      return {"kHist", nullptr};
    case TypeKind::Lhist:
      return {"kLhist", nullptr};
    case TypeKind::Tseries:
      return {"kTseries", nullptr};
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
  internal_error("not an aggregation");
}

MemberPlan value_member(const sema::MapPlan& map) {
  CppIdentifier name("value");
  const sema::Slot& slot = map.value;
  if (!sema::is_aggregation(slot.type)) {
    return member_for(slot.type, name, slot.offset, slot.size);
  }
  const char* structure = aggregation_names(slot.type.kind).value;
  if (structure == nullptr) {
    return {CppIdentifier("uint64_t"), name, map.bucket_count, slot.offset};
  }
  return {CppIdentifier(structure), name, 0, slot.offset};
}

void plan_key(const sema::MapPlan& map, size_t index, Tuples& tuples, MapPlan& plan) {
  if (map.is_scalar) return;
  StructPlan layout{numbered("Key", index), {}, map.key_size};
  uint32_t end = 0;
  for (const sema::Slot& slot : sema::key_slots(map)) {
    CppIdentifier name = numbered("part_", plan.key.size());
    add_member(layout, end, member_for(slot.type, name, slot.offset, slot.size), slot.size);
    plan.key.push_back(field_for(slot.type, layout.name, name, false, tuples));
  }
  plan.key_layout = std::move(layout);
}

HistogramPlan plan_histogram(const sema::MapPlan& map, const sema::Program& program) {
  HistogramPlan plan;
  if (map.value.type.kind == TypeKind::Hist) plan.bits = map.hist_bits;
  if (map.value.type.kind == TypeKind::Tseries) {
    plan.bits = static_cast<uint32_t>(map.tseries.function);
    plan.bounds = {static_cast<int64_t>(map.tseries.interval), map.tseries.count, 1};
  }
  if (map.value.type.kind != TypeKind::Lhist) return plan;
  const std::array<const sema::LateInteger*, 3> bounds = {&map.lhist_min, &map.lhist_max,
                                                          &map.lhist_step};
  for (size_t index = 0; index < bounds.size(); ++index) {
    if (const auto* constant = std::get_if<sema::LateConstantId>(bounds[index])) {
      plan.parameters[index] = program.late_constants[*constant].index;
    } else {
      plan.bounds[index] = std::get<int64_t>(*bounds[index]);
    }
  }
  return plan;
}

MapPlan plan_map(const sema::MapPlan& map, size_t index, const sema::Program& program,
                 Tuples& tuples) {
  StructPlan value_layout{numbered("Value", index), {value_member(map)}, map.value_size};
  if (map.is_scalar) {
    value_layout.members.push_back({CppIdentifier("uint64_t"), CppIdentifier("is_set"), 0,
                                    map.value_size - static_cast<uint32_t>(sizeof(uint64_t))});
  }
  MapPlan plan{.name = map.name,
               .symbol = map.symbol,
               .is_scalar = map.is_scalar,
               .is_per_cpu = map.is_per_cpu,
               .key_layout = {},
               .value_layout = std::move(value_layout),
               .key_size = map.key_size,
               .key = {},
               .value = {},
               .aggregation = {},
               .is_signed = map.value.type.is_signed,
               .histogram = plan_histogram(map, program),
               .max_entries = map.has_own_size ? map.max_entries : 0};
  plan_key(map, index, tuples, plan);
  if (sema::is_aggregation(map.value.type)) {
    plan.aggregation = CppIdentifier(aggregation_names(map.value.type.kind).object);
  } else {
    plan.value = field_for(map.value.type, plan.value_layout.name, CppIdentifier("value"), false,
                           tuples);
  }
  return plan;
}

// ---- probes and what they need ------------------------------------------------------------------

CppIdentifier attacher_of(sema::ProbeKind kind) {
  switch (kind) {
    case sema::ProbeKind::Begin:
      return CppIdentifier("kBeginProbe");
    case sema::ProbeKind::End:
      return CppIdentifier("kEndProbe");
    case sema::ProbeKind::Self:
      return CppIdentifier("kSelfProbe");
    case sema::ProbeKind::Kprobe:
      return CppIdentifier("kKprobe");
    case sema::ProbeKind::Kretprobe:
      return CppIdentifier("kKretprobe");
    case sema::ProbeKind::Fentry:
      return CppIdentifier("kFentryProbe");
    case sema::ProbeKind::Fexit:
      return CppIdentifier("kFexitProbe");
    case sema::ProbeKind::Tracepoint:
      return CppIdentifier("kTracepointProbe");
    case sema::ProbeKind::RawTracepoint:
      return CppIdentifier("kRawTracepointProbe");
    case sema::ProbeKind::Uprobe:
      return CppIdentifier("kUprobe");
    case sema::ProbeKind::Uretprobe:
      return CppIdentifier("kUretprobe");
    case sema::ProbeKind::Usdt:
      return CppIdentifier("kUsdt");
    case sema::ProbeKind::Interval:
      return CppIdentifier("kIntervalProbe");
    case sema::ProbeKind::Profile:
      return CppIdentifier("kProfileProbe");
    case sema::ProbeKind::Software:
      return CppIdentifier("kSoftwareProbe");
    case sema::ProbeKind::Hardware:
      return CppIdentifier("kHardwareProbe");
    case sema::ProbeKind::Watchpoint:
      return CppIdentifier("kWatchpoint");
  }
  internal_error("unknown kind of probe");
}

using Parameters = std::map<uint32_t, ParameterPlan>;

// Notes each `$N` in a text of an attach point.
void note_parameters(std::string_view text, bool ParameterPlan::* use, Parameters& parameters) {
  for (size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    uint32_t index = 0;
    // More than nine digits are no parameter that anybody could pass.
    for (size_t next = at + 1; next < text.size() && next < at + 10; ++next) {
      if (text[next] < '0' || text[next] > '9') break;
      index = index * 10 + static_cast<uint32_t>(text[next] - '0');
    }
    if (index == 0) continue;
    parameters[index].index = index;
    parameters[index].*use = true;
  }
}

std::vector<ParameterPlan> plan_parameters(const sema::Program& program) {
  Parameters parameters;
  for (const sema::LateConstant& constant : program.late_constants) {
    bool is_integer = constant.kind == sema::LateConstant::Kind::ParameterInteger;
    bool is_text = constant.kind == sema::LateConstant::Kind::ParameterText ||
                   constant.kind == sema::LateConstant::Kind::ParameterValue;
    if (!is_integer && !is_text) continue;
    ParameterPlan& parameter = parameters[constant.index];
    parameter.index = constant.index;
    parameter.is_integer = parameter.is_integer || is_integer;
    parameter.is_text = parameter.is_text || is_text;
  }
  for (const sema::ProbeProgram& probe : program.programs) {
    const sema::AttachPoint& point = probe.attach_point;
    if (!point.has_parameters) continue;
    note_parameters(point.target, &ParameterPlan::is_text, parameters);
    note_parameters(point.scope, &ParameterPlan::is_text, parameters);
    note_parameters(point.function, &ParameterPlan::is_text, parameters);
    note_parameters(point.count_text, &ParameterPlan::is_integer, parameters);
  }
  std::vector<ParameterPlan> plans;
  for (const auto& [index, parameter] : parameters) plans.push_back(parameter);
  return plans;
}

SitePlan plan_site(const sema::Site& site, const diagnostics::SourceFile& source) {
  diagnostics::SourcePosition begin = source.position(site.range.begin);
  diagnostics::SourcePosition end = source.position(site.range.end);
  SitePlan plan{site.kind, begin.line, begin.column, 0, {}, 0};
  if (end.line == begin.line) plan.end_column = end.column;
  plan.source_line = source.text(source.line_around(site.range.begin));
  if (site.map) plan.map = *site.map;
  return plan;
}

// Where messages of the script's own say that they come from.
void plan_place(const sema::RecordPlan& record, const diagnostics::SourceFile& source,
                RecordPlan& plan) {
  diagnostics::SourcePosition begin = source.position(record.range.begin);
  diagnostics::SourcePosition end = source.position(record.range.end);
  plan.line = begin.line;
  plan.column = begin.column;
  if (end.line == begin.line) plan.end_column = end.column;
}

bool has_place(const sema::RecordPlan& record) {
  return record.kind == sema::RecordKind::Errorf || record.kind == sema::RecordKind::Warnf;
}

}  // namespace

HostPlan make_plan(const sema::Program& program) {
  HostPlan plan;
  plan.program = &program;
  Tuples tuples(plan, program);
  for (const sema::RecordPlan& record : program.records)
    plan.records.push_back(plan_record(record, plan.records.size(), tuples));
  for (const sema::MapPlan& map : program.maps)
    plan.maps.push_back(plan_map(map, plan.maps.size(), program, tuples));
  for (const sema::ProbeProgram& probe : program.programs)
    plan.probes.push_back(
        {probe.symbol, attacher_of(probe.attach_point.kind), &probe.attach_point});
  plan.parameters = plan_parameters(program);
  const bool has_places = std::ranges::any_of(program.records, has_place);
  if (has_places || !program.sites.empty()) {
    const diagnostics::SourceFile source(program.script_name, program.source);
    for (size_t index = 0; index < program.records.size(); ++index) {
      const sema::RecordPlan& record = program.records[index];
      if (has_place(record)) plan_place(record, source, plan.records[index]);
    }
    for (const sema::Site& site : program.sites) plan.sites.push_back(plan_site(site, source));
  }
  return plan;
}

}  // namespace bpftracec::host
