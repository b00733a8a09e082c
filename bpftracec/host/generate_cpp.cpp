#include "bpftracec/host/generate_cpp.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/host/make_plan.h"
#include "bpftracec/host/templates.h"

namespace bpftracec::host {

namespace {

using base::internal_error;

// ---- layouts ------------------------------------------------------------------------------------

// The compiler that builds the tool checks that both sides of the ring buffer mean the same bytes.
void write_struct(CppWriter& out, const StructPlan& plan) {
  out.open("struct alignas(8) ", plan.name, " {");
  for (const MemberPlan& member : plan.members) {
    if (member.array_size != 0) {
      out.line(member.type, " ", member.name, "[", member.array_size, "];");
    } else {
      out.line(member.type, " ", member.name, ";");
    }
  }
  out.close("};");
  out.line("static_assert(sizeof(", plan.name, ") == ", plan.size, ");");
  for (const MemberPlan& member : plan.members)
    out.line("static_assert(offsetof(", plan.name, ", ", member.name, ") == ", member.offset, ");");
  out.empty_line();
}

CppCode details_suffix(const std::optional<CppIdentifier>& details) {
  return details ? CppCode(", &", *details) : CppCode("");
}

CppCode field_code(const FieldPlan& field) {
  return CppCode("{&", field.value_type, ", offsetof(", field.structure, ", ", field.member,
                 "), sizeof(", field.structure, "::", field.member, "), ", field.capacity, ", ",
                 field.is_tail, details_suffix(field.details), "}");
}

CppCode optional_field_code(const std::optional<FieldPlan>& field) {
  return field ? field_code(*field) : CppCode("{nullptr, 0, 0}");
}

void write_layouts(CppWriter& out, const HostPlan& plan) {
  for (const RecordPlan& record : plan.records) write_struct(out, record.layout);
  for (const MapPlan& map : plan.maps) {
    if (map.key_layout) write_struct(out, *map.key_layout);
    write_struct(out, map.value_layout);
  }
}

void write_stacks(CppWriter& out, const HostPlan& plan) {
  for (const StackPlan& stack : plan.stacks) {
    out.line("constexpr StackDescription ", stack.name, " = {StackMode::", stack.mode, ", ",
             stack.store, "};");
  }
  if (!plan.stacks.empty()) out.empty_line();
}

void write_enums(CppWriter& out, const HostPlan& plan) {
  for (const EnumPlan& plan_of_enum : plan.enums) {
    out.open("constexpr EnumeratorDescription ", plan_of_enum.name, "Values[] = {");
    for (const EnumeratorPlan& enumerator : plan_of_enum.enumerators)
      out.line("{", CppLiteral(enumerator.name), ", ", enumerator.value, "},");
    out.close("};");
    out.line("constexpr EnumDescription ", plan_of_enum.name, " = {", plan_of_enum.name,
             "Values};");
  }
  if (!plan.enums.empty()) out.empty_line();
}

void write_formats(CppWriter& out, const HostPlan& plan) {
  for (const FormatPlan& format : plan.formats)
    out.line("constexpr FormatDescription ", format.name, " = {", CppLiteral(format.text), "};");
  if (!plan.formats.empty()) out.empty_line();
}

void write_tuples(CppWriter& out, const HostPlan& plan) {
  write_enums(out, plan);
  write_formats(out, plan);
  write_stacks(out, plan);
  if (plan.tuples.empty()) return;
  for (const TuplePlan& tuple : plan.tuples) {
    if (tuple.members.empty()) {
      out.line("constexpr TupleDescription ", tuple.name, " = {};");
      continue;
    }
    out.open("constexpr TupleMember ", tuple.name, "Members[] = {");
    for (const TupleMemberPlan& member : tuple.members) {
      out.line("{", CppLiteral(member.name), ", {&", member.value_type, ", ", member.offset, ", ",
               member.size, ", ", member.capacity, ", false", details_suffix(member.details),
               "}},");
    }
    out.close("};");
    out.line("constexpr TupleDescription ", tuple.name, " = {", tuple.name, "Members};");
  }
  out.empty_line();
}

// ---- records ------------------------------------------------------------------------------------

void write_pieces(CppWriter& out, const RecordPlan& record, size_t index) {
  if (record.pieces.empty()) return;
  out.open("constexpr FormatPiece kPieces", index, "[] = {");
  for (const PiecePlan& piece : record.pieces) {
    CppCode field = piece.field ? field_code(*piece.field) : CppCode("{}");
    out.line("{", CppLiteral(piece.text), ", ", piece.conversion, ", ", CppLiteral(piece.flags),
             ", ", piece.width, ", ", piece.precision, ", ", piece.integer_size, ", ", field, "},");
  }
  out.close("};");
}

struct HandlerNames {
  CppIdentifier handler;
  CppIdentifier details;
};

HandlerNames handler_names(sema::RecordKind kind) {
  switch (kind) {
    case sema::RecordKind::Printf:
      return {CppIdentifier("handle_printf"), CppIdentifier("PrintfDetails")};
    case sema::RecordKind::PrintValue:
      return {CppIdentifier("handle_print_value"), CppIdentifier("PrintValueDetails")};
    case sema::RecordKind::PrintMap:
      return {CppIdentifier("handle_print_map"), CppIdentifier("PrintMapDetails")};
    case sema::RecordKind::Clear:
      return {CppIdentifier("handle_clear"), CppIdentifier("MapDetails")};
    case sema::RecordKind::Zero:
      return {CppIdentifier("handle_zero"), CppIdentifier("MapDetails")};
    case sema::RecordKind::Time:
      return {CppIdentifier("handle_time"), CppIdentifier("TimeDetails")};
    case sema::RecordKind::Exit:
      return {CppIdentifier("handle_exit"), CppIdentifier("ExitDetails")};
    case sema::RecordKind::Cat:
      return {CppIdentifier("handle_cat"), CppIdentifier("PrintfDetails")};
    case sema::RecordKind::System:
      return {CppIdentifier("handle_system"), CppIdentifier("PrintfDetails")};
    case sema::RecordKind::Errorf:
    case sema::RecordKind::Warnf:
      return {CppIdentifier("handle_script_message"), CppIdentifier("ScriptMessageDetails")};
    case sema::RecordKind::Join:
      return {CppIdentifier("handle_join"), CppIdentifier("JoinDetails")};
    case sema::RecordKind::UserStack:
      return {CppIdentifier("handle_user_stack"), CppIdentifier("NoDetails")};
  }
  internal_error("unknown kind of record");
}

const FieldPlan& field_at(const RecordPlan& record, size_t index) {
  if (index >= record.fields.size()) internal_error("a record lacks a field");
  return record.fields[index];
}

CppCode offset_code(const FieldPlan& field) {
  return CppCode("offsetof(", field.structure, ", ", field.member, ")");
}

CppCode pieces_code(const RecordPlan& record, size_t index) {
  return record.pieces.empty() ? CppCode("{}") : CppCode("kPieces", index);
}

// What stands between the braces of the record's details.
CppCode details_code(const RecordPlan& record, size_t index) {
  switch (record.kind) {
    case sema::RecordKind::Printf:
    case sema::RecordKind::Cat:
    case sema::RecordKind::System:
      return pieces_code(record, index);
    case sema::RecordKind::Errorf:
    case sema::RecordKind::Warnf:
      return CppCode(pieces_code(record, index), ", ", record.kind == sema::RecordKind::Errorf,
                     ", ", record.line, ", ", record.column, ", ", record.end_column);
    case sema::RecordKind::Join:
      return CppCode(field_code(field_at(record, 0)), ", ", CppLiteral(record.separator));
    case sema::RecordKind::PrintValue:
      return field_code(field_at(record, 0));
    case sema::RecordKind::PrintMap:
      return CppCode(record.map, ", ", offset_code(field_at(record, 0)), ", ",
                     offset_code(field_at(record, 1)));
    case sema::RecordKind::Clear:
    case sema::RecordKind::Zero:
      return CppCode(record.map);
    case sema::RecordKind::Time:
      return CppCode(CppLiteral(record.time_format));
    case sema::RecordKind::Exit:
      return record.fields.empty() ? CppCode("{nullptr, 0, 0}") : field_code(record.fields[0]);
    case sema::RecordKind::UserStack:
      return CppCode("");
  }
  internal_error("unknown kind of record");
}

void write_records(CppWriter& out, const HostPlan& plan) {
  if (plan.records.empty()) return;
  for (size_t index = 0; index < plan.records.size(); ++index) {
    const RecordPlan& record = plan.records[index];
    write_pieces(out, record, index);
    out.line("constexpr ", handler_names(record.kind).details, " kDetails", index, " = {",
             details_code(record, index), "};");
  }
  out.open("constexpr RecordDescription kRecords[] = {");
  for (size_t index = 0; index < plan.records.size(); ++index) {
    const RecordPlan& record = plan.records[index];
    out.line("{", handler_names(record.kind).handler, ", &kDetails", index, ", sizeof(",
             record.layout.name, ")},");
  }
  out.close("};");
  out.empty_line();
}

// ---- maps ---------------------------------------------------------------------------------------

CppCode histogram_code(const HistogramPlan& plan) {
  return CppCode("{", plan.bits, ", ", plan.bounds[0], ", ", plan.bounds[1], ", ", plan.bounds[2],
                 ", ", plan.parameters[0], ", ", plan.parameters[1], ", ", plan.parameters[2], "}");
}

void write_map(CppWriter& out, const MapPlan& map, size_t index) {
  out.open("{");
  out.line(".name = ", CppLiteral(map.name), ",");
  out.line(".symbol = ", CppLiteral(map.symbol), ",");
  out.line(".is_scalar = ", map.is_scalar, ",");
  out.line(".is_per_cpu = ", map.is_per_cpu, ",");
  if (map.key_layout) {
    out.line(".key = kKey", index, ",");
    out.line(".key_size = sizeof(", map.key_layout->name, "),");
  } else {
    out.line(".key = {},");
    out.line(".key_size = ", map.key_size, ",");
  }
  out.line(".value_size = sizeof(", map.value_layout.name, "),");
  out.line(".value = ", optional_field_code(map.value), ",");
  out.line(".aggregation = ", map.aggregation ? CppCode("&", *map.aggregation) : CppCode("nullptr"),
           ",");
  out.line(".is_signed = ", map.is_signed, ",");
  out.line(".histogram = ", histogram_code(map.histogram), ",");
  if (map.max_entries != 0) out.line(".max_entries = ", map.max_entries, ",");
  out.close("},");
}

void write_maps(CppWriter& out, const HostPlan& plan) {
  if (plan.maps.empty()) return;
  for (size_t index = 0; index < plan.maps.size(); ++index) {
    const MapPlan& map = plan.maps[index];
    if (!map.key_layout) continue;
    out.open("constexpr Field kKey", index, "[] = {");
    for (const FieldPlan& part : map.key) out.line(field_code(part), ",");
    out.close("};");
  }
  out.open("constexpr MapDescription kMaps[] = {");
  for (size_t index = 0; index < plan.maps.size(); ++index) write_map(out, plan.maps[index], index);
  out.close("};");
  out.empty_line();
}

// ---- probes and the rest ------------------------------------------------------------------------

void write_probes(CppWriter& out, const HostPlan& plan) {
  if (plan.probes.empty()) return;
  for (size_t index = 0; index < plan.probes.size(); ++index) {
    const auto& parameters = plan.probes[index].attach_point->parameters;
    if (!parameters || parameters->empty()) continue;
    out.open("constexpr const char* kParametersOf", index, "[] = {");
    for (const std::string& name : *parameters) out.line(CppLiteral(name), ",");
    out.close("};");
  }
  out.open("constexpr ProbeDescription kProbes[] = {");
  for (const ProbePlan& probe : plan.probes) {
    const sema::AttachPoint& point = *probe.attach_point;
    out.open("{");
    out.line(".symbol = ", CppLiteral(probe.symbol), ",");
    out.line(".name = ", CppLiteral(point.name), ",");
    out.line(".attacher = &", probe.attacher, ",");
    out.line(".target = ", CppLiteral(point.target), ",");
    out.line(".function = ", CppLiteral(point.function), ",");
    out.line(".count = ", point.count, ",");
    out.line(".count_text = ", CppLiteral(point.count_text), ",");
    out.line(".has_parameters = ", point.has_parameters, ",");
    if (point.offset != 0) out.line(".offset = ", point.offset, ",");
    if (!point.scope.empty()) out.line(".scope = ", CppLiteral(point.scope), ",");
    if (point.has_wildcards) out.line(".has_wildcards = true,");
    if (point.parameters) {
      out.line(".needs_parameters = true,");
      if (!point.parameters->empty())
        out.line(".parameters = kParametersOf", &probe - plan.probes.data(), ",");
    }
    out.close("},");
  }
  out.close("};");
  out.empty_line();
}

void write_tracepoint_records(CppWriter& out, const sema::Program& program) {
  const auto& records = program.tracepoint_records;
  if (records.empty()) return;
  for (size_t index = 0; index < records.size(); ++index) {
    if (records[index].fields.empty()) continue;
    out.open("constexpr const char* kTracepointFields", index, "[] = {");
    for (const sema::TracepointField& field : records[index].fields)
      out.line(CppLiteral(field.name), ",");
    out.close("};");
  }
  out.open("constexpr TracepointRecordDescription kTracepointRecords[] = {");
  for (size_t index = 0; index < records.size(); ++index) {
    const sema::TracepointRecord& record = records[index];
    CppCode fields = record.fields.empty() ? CppCode("{}") : CppCode("kTracepointFields", index);
    out.line("{", CppLiteral(record.category), ", ", CppLiteral(record.event), ", ",
             CppLiteral(record.struct_name), ", ", fields, "},");
  }
  out.close("};");
  out.empty_line();
}

// Those without a name are only ever parts of others.
void write_kernel_types(CppWriter& out, const sema::Program& program) {
  if (program.kernel_records.empty()) return;
  std::set<std::pair<std::string_view, std::string_view>> types;
  for (const sema::KernelRecord& record : program.kernel_records) {
    if (record.name.empty()) continue;
    types.emplace(record.name, record.is_typedef ? "Typedef"
                               : record.is_union ? "Union"
                                                 : "Struct");
  }
  out.open("constexpr KernelTypeName kKernelTypes[] = {");
  for (const auto& [name, kind] : types)
    out.line("{", CppLiteral(name), ", KernelTypeName::Kind::", CppIdentifier(kind), "},");
  out.close("};");
  out.empty_line();
}

void write_parameters(CppWriter& out, const HostPlan& plan) {
  if (plan.parameters.empty()) return;
  out.open("constexpr ParameterDescription kParameters[] = {");
  for (const ParameterPlan& parameter : plan.parameters)
    out.line("{", parameter.index, ", ", parameter.is_integer, ", ", parameter.is_text, "},");
  out.close("};");
  out.empty_line();
}

CppIdentifier site_kind(sema::Site::Kind kind) {
  switch (kind) {
    case sema::Site::Kind::MapUpdate:
      return CppIdentifier("MapUpdate");
    case sema::Site::Kind::DivideByZero:
      return CppIdentifier("DivideByZero");
    case sema::Site::Kind::Signal:
      return CppIdentifier("Signal");
    case sema::Site::Kind::LoopLimit:
      return CppIdentifier("LoopLimit");
    case sema::Site::Kind::Stack:
      return CppIdentifier("Stack");
  }
  internal_error("unknown kind of site");
}

void write_sites(CppWriter& out, const HostPlan& plan) {
  if (plan.sites.empty()) return;
  out.open("constexpr SiteDescription kSites[] = {");
  for (const SitePlan& site : plan.sites) {
    out.line("{SiteDescription::Kind::", site_kind(site.kind), ", ", site.line, ", ", site.column,
             ", ", site.end_column, ", ", CppLiteral(site.source_line), ", ", site.map, "},");
  }
  out.close("};");
  out.empty_line();
}

CppIdentifier option_kind(sema::OptionPlan::Kind kind) {
  switch (kind) {
    case sema::OptionPlan::Kind::Bool:
      return CppIdentifier("Bool");
    case sema::OptionPlan::Kind::Integer:
      return CppIdentifier("Integer");
    case sema::OptionPlan::Kind::Text:
      return CppIdentifier("Text");
  }
  internal_error("unknown kind of option");
}

void write_options(CppWriter& out, const sema::Program& program) {
  if (program.options.empty()) return;
  out.open("constexpr OptionDescription kOptions[] = {");
  for (const sema::OptionPlan& option : program.options) {
    out.line("{OptionDescription::Kind::", option_kind(option.kind), ", ", CppLiteral(option.name),
             ", ", CppLiteral(option.help), ", ", option.number, ", ", option.is_signed, ", ",
             CppLiteral(option.text), "},");
  }
  out.close("};");
  out.empty_line();
}

void write_stack_stores(CppWriter& out, const sema::Program& program) {
  if (program.stack_stores.empty()) return;
  out.open("constexpr StackStoreDescription kStackStores[] = {");
  for (const sema::StackStore& store : program.stack_stores)
    out.line("{", CppLiteral(store.symbol), ", ", store.frames, ", ", store.has_build_ids, "},");
  out.close("};");
  out.empty_line();
}

void write_others(CppWriter& out, const HostPlan& plan) {
  write_stack_stores(out, *plan.program);
  write_tracepoint_records(out, *plan.program);
  write_kernel_types(out, *plan.program);
  write_parameters(out, plan);
  write_sites(out, plan);
  write_options(out, *plan.program);
}

// ---- the object's data --------------------------------------------------------------------------

// The function of the stub that writes a text.
CppCode copy_function(sema::LateConstant::Kind kind) {
  using Kind = sema::LateConstant::Kind;
  if (kind == Kind::ProbeName) return CppCode("copy_probe_name");
  if (kind == Kind::ProbeFunction) return CppCode("copy_probe_function");
  if (kind == Kind::OptionText) return CppCode("copy_option_text");
  if (kind == Kind::ParameterValue) return CppCode("copy_printed_parameter");
  return CppCode("copy_text_parameter");
}

size_t option_index(const sema::Program& program, const sema::LateConstant& constant) {
  const auto found = std::ranges::find(program.options, constant.name, &sema::OptionPlan::name);
  return static_cast<size_t>(found - program.options.begin());
}

CppCode binding_code(const sema::Program& program, const sema::LateConstant& constant) {
  using Kind = sema::LateConstant::Kind;
  switch (constant.kind) {
    case Kind::ParameterInteger:
      return CppCode("integer_parameter(bindings, ", constant.index, ")");
    case Kind::ParameterCount:
      return CppCode("bindings.parameter_count");
    case Kind::ChildPid:
      return CppCode("bindings.child_pid");
    case Kind::TargetPid:
      return CppCode("bindings.target_pid");
    case Kind::StartTime:
      return CppCode("bindings.start_ns");
    case Kind::PossibleCpus:
      return CppCode("bindings.possible_cpus");
    case Kind::TaiOffset:
      return CppCode("bindings.tai_offset");
    case Kind::CgroupId:
      return CppCode("cgroup_id(bindings, ", CppLiteral(constant.name), ")");
    case Kind::OptionNumber:
      return CppCode("bindings.options[", option_index(program, constant), "].number");
    case Kind::HasBootClock:
      return CppCode("bindings.has_boot_clock");
    case Kind::PidNamespaceDevice:
      return CppCode("bindings.pid_namespace_device");
    case Kind::PidNamespaceInode:
      return CppCode("bindings.pid_namespace_inode");
    case Kind::HasAttachCookies:
      return CppCode("bindings.has_attach_cookies");
    case Kind::OptionText:
    case Kind::KernelAddress:
      return CppCode("kernel_address(bindings, ", CppLiteral(constant.name), ")");
    case Kind::ParameterText:
    case Kind::ParameterValue:
    case Kind::ProbeName:
    case Kind::ProbeFunction:
      break;
  }
  internal_error("unknown kind of late constant");
}

void write_binding(CppWriter& out, const sema::Program& program,
                   const sema::LateConstant& constant) {
  CppIdentifier symbol(constant.symbol);
  out.line("static_assert(sizeof data->", symbol, " == ", constant.size, ");");
  if (sema::is_text(constant)) {
    const size_t index = constant.kind == sema::LateConstant::Kind::OptionText
                             ? option_index(program, constant)
                             : constant.index;
    out.line(copy_function(constant.kind), "(bindings, ", index,
             ", reinterpret_cast<char*>(&data->", symbol, "), ", constant.size, ");");
  } else {
    out.line("data->", symbol, " = ", binding_code(program, constant), ";");
  }
}

void write_bind(CppWriter& out, const sema::Program& program) {
  if (program.late_constants.empty()) return;
  out.open("void bind_object(void* skeleton, [[maybe_unused]] const Bindings& bindings) {");
  out.line("auto* data = static_cast<tool*>(skeleton)->rodata;");
  for (const sema::LateConstant& constant : program.late_constants)
    write_binding(out, program, constant);
  out.close("}");
  out.empty_line();
}

void write_counters(CppWriter& out, const sema::Program& program) {
  bool has_records = !program.records.empty();
  bool has_sites = !program.sites.empty();
  out.open("Counters counters_of([[maybe_unused]] void* skeleton) {");
  out.line("Counters counters = {nullptr, nullptr, nullptr};");
  if (has_records || has_sites) out.line("auto* data = static_cast<tool*>(skeleton)->bss;");
  // The skeleton spells 64-bit integers as the object's debug information does, which may be a type
  // of another name.
  if (has_records) {
    out.line("static_assert(sizeof data->lost_events == sizeof(uint64_t));");
    out.line("counters.lost_events = reinterpret_cast<const volatile uint64_t*>",
             "(&data->lost_events);");
  }
  if (has_sites) {
    out.line("static_assert(sizeof data->site_counts == sizeof(uint64_t) * ", program.sites.size(),
             ");");
    out.line("static_assert(sizeof data->site_codes == sizeof(int64_t) * ", program.sites.size(),
             ");");
    out.line("counters.site_counts = reinterpret_cast<const volatile uint64_t*>",
             "(&data->site_counts);");
    out.line("counters.site_codes = reinterpret_cast<const volatile int64_t*>",
             "(&data->site_codes);");
  }
  out.line("return counters;");
  out.close("}");
  out.empty_line();
}

// ---- the description ----------------------------------------------------------------------------

// The size of the largest record if a buffer of usual size may not hold a few of them.
uint32_t large_record(const sema::Program& program) {
  constexpr uint32_t kUsual = 64 * 1024;
  uint32_t largest = 0;
  for (const sema::RecordPlan& record : program.records)
    largest = std::max(largest, record.fixed_size + record.max_tail_size);
  return largest > kUsual ? largest : 0;
}

void write_description(CppWriter& out, const HostPlan& plan, const GenerateOptions& options) {
  const sema::Program& program = *plan.program;
  const sema::Config& config = program.config;
  // An empty array cannot be written.
  auto table = [](bool is_empty, const auto& name) {
    return is_empty ? CppCode("{}") : CppCode(name);
  };
  bool prints_maps = !plan.maps.empty() && config.print_maps_on_exit;
  out.open("constexpr ToolDescription kTool = {");
  out.line(".name = ", CppLiteral(options.tool_name), ",");
  out.line(".version = ", CppLiteral(options.version), ",");
  out.line(".script_name = ", CppLiteral(program.script_name), ",");
  out.line(".skeleton = {open_object, load_object, destroy_object, object_of, ",
           program.late_constants.empty() ? CppCode("nullptr") : CppCode("bind_object"),
           ", counters_of},");
  out.line(".probes = ", table(plan.probes.empty(), "kProbes"), ",");
  out.line(".maps = ", table(plan.maps.empty(), "kMaps"), ",");
  out.line(".records = ", table(plan.records.empty(), "kRecords"), ",");
  out.line(".tracepoint_records = ",
           table(program.tracepoint_records.empty(), "kTracepointRecords"), ",");
  out.line(".parameters = ", table(plan.parameters.empty(), "kParameters"), ",");
  out.line(".sites = ", table(plan.sites.empty(), "kSites"), ",");
  out.line(".truncation_trailer = ", CppLiteral(config.str_trunc_trailer), ",");
  out.line(".max_map_keys = ", config.max_map_keys, ",");
  if (config.max_probes != sema::Config{}.max_probes) {
    out.line(".max_probes = ", config.max_probes, ",");
  }
  out.line(".ring_buffer_bytes = ", config.ring_buffer_bytes, ",");
  if (const uint32_t size = large_record(program); size != 0) {
    out.line(".largest_record = ", size, ",");
  }
  out.line(".print_maps_on_exit = ", config.print_maps_on_exit, ",");
  out.line(".fails_on_missing_probes = ", config.fails_on_missing_probes, ",");
  out.line(".has_events = ", !plan.records.empty(), ",");
  if (!program.kernel_records.empty()) {
    out.line(".kernel_types = kKernelTypes,");
    out.line(".read_kernel_types = read_kernel_types,");
  }
  if (!program.options.empty()) out.line(".options = kOptions,");
  if (config.is_unsafe) out.line(".is_unsafe = true,");
  if (config.max_cat_bytes != sema::Config().max_cat_bytes) {
    out.line(".max_cat_bytes = ", config.max_cat_bytes, ",");
  }
  if (!program.stack_stores.empty()) out.line(".stack_stores = kStackStores,");
  if (plan.names_user_addresses && config.demangles) out.line(".demangle = demangle,");
  out.line(".print_maps = ", prints_maps ? CppCode("print_maps") : CppCode("nullptr"), ",");
  out.close("};");
}

void write_includes(CppWriter& out, const HostPlan& plan, const GenerateOptions& options) {
  if (!plan.maps.empty()) out.line("#include \"bpftracec/rt/aggregation.h\"");
  if (!plan.probes.empty()) out.line("#include \"bpftracec/rt/attach.h\"");
  if (!plan.maps.empty() || !plan.records.empty()) {
    out.line("#include \"bpftracec/rt/format.h\"");
  }
  if (!plan.maps.empty()) out.line("#include \"bpftracec/rt/print_map.h\"");
  if (!plan.stacks.empty() || plan.names_addresses) {
    out.line("#include \"bpftracec/rt/stacks.h\"");
  }
  out.line("#include \"bpftracec/rt/tool.h\"");
  out.line("#include ", CppLiteral(options.skeleton_header));
}

// ---- the template -------------------------------------------------------------------------------

using Sections = std::map<std::string_view, std::string>;

// The section that a line of the template stands for: "//@name@".
std::string_view section_of(std::string_view line) {
  constexpr std::string_view kMark = "//@";
  if (!line.starts_with(kMark) || !line.ends_with('@')) return {};
  return line.substr(kMark.size(), line.size() - kMark.size() - 1);
}

std::string fill_template(std::string_view text, const Sections& sections) {
  std::string result;
  while (!text.empty()) {
    size_t length = text.find('\n');
    if (length == std::string_view::npos) internal_error("a template's last line has no end");
    std::string_view line = text.substr(0, length);
    text.remove_prefix(length + 1);
    std::string_view name = section_of(line);
    if (name.empty()) {
      result += line;
      result += '\n';
      continue;
    }
    auto section = sections.find(name);
    if (section == sections.end()) internal_error("a template names an unknown section");
    result += section->second;
  }
  return result;
}

template <typename Write, typename... Arguments>
std::string written_by(Write write, const Arguments&... arguments) {
  CppWriter out;
  write(out, arguments...);
  return out.text();
}

}  // namespace

std::string generate_cpp(const sema::Program& program, const GenerateOptions& options) {
  const HostPlan plan = make_plan(program);
  const Sections sections = {
      {"includes", written_by(write_includes, plan, options)},
      {"layouts", written_by(write_layouts, plan)},
      {"tuples", written_by(write_tuples, plan)},
      {"records", written_by(write_records, plan)},
      {"maps", written_by(write_maps, plan)},
      {"probes", written_by(write_probes, plan)},
      {"others", written_by(write_others, plan)},
      {"bind", written_by(write_bind, program)},
      {"counters", written_by(write_counters, program)},
      {"description", written_by(write_description, plan, options)},
  };
  return fill_template(kToolCpp, sections);
}

}  // namespace bpftracec::host
