#include "tests/unit/host/sample_program.h"

#include "runtime-stub/include/bpftracec/rt/event_abi.h"

namespace bpftracec::host {

namespace {

using namespace sema;

Type aggregation(TypeKind kind, bool is_signed = false) {
  return {.kind = kind, .is_signed = is_signed, .size = 8};
}

Type pointer() { return {.kind = TypeKind::Pointer, .size = 8}; }

ProbeProgram probe(ProbeKind kind, ProgramKind program, const std::string& text) {
  ProbeProgram result;
  result.symbol = "probe_" + std::to_string(static_cast<int>(kind));
  result.attach_point.kind = kind;
  result.attach_point.name = "name:" + text;
  result.attach_point.target = "/usr/bin/" + text;
  result.attach_point.function = text;
  result.kind = program;
  return result;
}

void add_probes(Program& program, const std::string& text) {
  auto& probes = program.programs;
  probes.push_back(probe(ProbeKind::Begin, ProgramKind::RawTracepoint, text));
  probes.push_back(probe(ProbeKind::End, ProgramKind::RawTracepoint, text));
  probes.push_back(probe(ProbeKind::Tracepoint, ProgramKind::Tracepoint, text));
  probes.push_back(probe(ProbeKind::RawTracepoint, ProgramKind::RawTracepoint, text));
  probes.push_back(probe(ProbeKind::Uprobe, ProgramKind::Uprobe, text));
  probes.push_back(probe(ProbeKind::Uretprobe, ProgramKind::Uretprobe, text));
  probes.push_back(probe(ProbeKind::Interval, ProgramKind::PerfEvent, text));
  probes.push_back(probe(ProbeKind::Profile, ProgramKind::PerfEvent, text));
  probes.push_back(probe(ProbeKind::Software, ProgramKind::PerfEvent, text));
  probes.push_back(probe(ProbeKind::Hardware, ProgramKind::PerfEvent, text));
  probes.push_back(probe(ProbeKind::Watchpoint, ProgramKind::PerfEvent, text));
  probes.push_back(probe(ProbeKind::Self, ProgramKind::RawTracepoint, text));
  probes.back().attach_point.count = UINT64_MAX;
  probes.back().attach_point.count_text = "$3";
  probes.back().attach_point.has_parameters = true;
}

MapPlan scalar(const std::string& name, const Type& type, uint32_t value_size) {
  MapPlan map;
  map.name = "@" + name;
  map.symbol = "map_" + name;
  map.is_scalar = true;
  map.key_size = 4;
  map.value = {type, 0, value_size};
  map.value_size = value_size + 8;
  map.is_per_cpu = is_aggregation(type);
  map.max_entries = 1;
  return map;
}

void add_maps(Program& program, const std::string& text) {
  auto& maps = program.maps;
  maps.push_back(scalar("a", integer_type(4, true), 8));
  maps.push_back(scalar("b", string_type(17), 24));
  maps.push_back(scalar("c", aggregation(TypeKind::Count), 8));
  maps.push_back(scalar("d", aggregation(TypeKind::Stats, true), 16));
  maps.push_back(scalar("e", aggregation(TypeKind::Hist), 0));
  maps.back().hist_bits = 2;
  maps.back().bucket_count = rt::hist_bucket_count(2);
  maps.back().value.size = maps.back().bucket_count * 8;
  maps.back().value_size = maps.back().value.size + 8;
  maps.push_back(scalar("f", aggregation(TypeKind::Lhist), 0));
  maps.back().lhist_min = INT64_MIN;
  maps.back().lhist_max = LateConstantId{0};
  maps.back().lhist_step = int64_t{10};
  maps.back().bucket_count = 12;
  maps.back().value.size = 96;
  maps.back().value_size = 104;

  MapPlan keyed = scalar("g", aggregation(TypeKind::Max, true), 16);
  keyed.name = "@" + text;
  keyed.is_scalar = false;
  keyed.key_type = sema::tuple_type(
      {{"", string_type(16)}, {"", integer_type(4, false)}, {"", bool_type()}, {"", pointer()}});
  keyed.key_size = 40;
  keyed.value_size = 16;
  keyed.max_entries = 4096;
  maps.push_back(keyed);
}

void add_records(Program& program, const std::string& text) {
  RecordPlan record;
  record.kind = RecordKind::Printf;
  record.fields = {{integer_type(1, false), 4, 1, false}, {integer_type(2, true), 6, 2, false},
                   {integer_type(8, true), 8, 8, false},  {string_type(16), 16, 16, false},
                   {string_type(1024), 32, 8, true},      {bool_type(), 40, 1, false},
                   {string_type(3), 48, 3, false}};
  record.fixed_size = 56;
  record.max_tail_size = 1024;
  FormatPiece literal;
  literal.text = text;
  FormatPiece conversion;
  conversion.conversion = 'd';
  conversion.flags = "-+ #0";
  conversion.width = 5;
  conversion.precision = 0;
  conversion.argument = 1;
  FormatPiece string_conversion;
  string_conversion.conversion = 's';
  string_conversion.argument = 4;
  record.format = {literal, conversion, string_conversion, literal};
  program.records.push_back(record);

  RecordPlan value;
  value.kind = RecordKind::PrintValue;
  value.fields = {{pointer(), 8, 8, false}};
  value.fixed_size = 16;
  program.records.push_back(value);

  RecordPlan print;
  print.kind = RecordKind::PrintMap;
  print.fields = {{integer_type(8, false), 8, 8, false}, {integer_type(8, false), 16, 8, false}};
  print.fixed_size = 24;
  print.map = 6;
  program.records.push_back(print);

  RecordPlan simple;
  simple.fixed_size = 8;
  simple.map = 3;
  simple.kind = RecordKind::Clear;
  program.records.push_back(simple);
  simple.kind = RecordKind::Zero;
  program.records.push_back(simple);
  simple.kind = RecordKind::Time;
  simple.time_format = text;
  program.records.push_back(simple);
  simple.kind = RecordKind::Exit;
  program.records.push_back(simple);
  simple.fields = {{integer_type(4, true), 4, 4, false}};
  program.records.push_back(simple);
}

void add_late_constants(Program& program) {
  using Kind = LateConstant::Kind;
  program.late_constants = {{Kind::ParameterInteger, 1, 8, "param_1"},
                            {Kind::ParameterText, 2, 64, "param_text_2"},
                            {Kind::ParameterCount, 0, 8, "param_count"},
                            {Kind::ChildPid, 0, 8, "child_pid"},
                            {Kind::TargetPid, 0, 4, "target_pid"},
                            {Kind::PossibleCpus, 0, 4, "possible_cpus"},
                            {Kind::StartTime, 0, 8, "start_ns"},
                            {Kind::HasBootClock, 0, 4, "has_boot_clock"},
                            {Kind::PidNamespaceDevice, 0, 8, "pid_namespace_device"},
                            {Kind::PidNamespaceInode, 0, 8, "pid_namespace_inode"}};
}

}  // namespace

Program sample_program(const std::string& text) {
  Program program;
  program.script_name = text;
  // Always three lines, whatever the text: places depend on it.
  std::string line = text;
  for (char& c : line) c = c == '\n' ? ' ' : c;
  program.source = "first\n" + line + "\nlast\n";
  program.config.str_trunc_trailer = text;
  add_probes(program, text);
  add_maps(program, text);
  add_records(program, text);
  add_late_constants(program);
  program.tracepoint_records.push_back({text, text, "tracepoint_record_0", {}});
  program.tracepoint_records.push_back({"sched", "sched_switch", "tracepoint_record_1", {}});
  program.tracepoint_records.back().fields.push_back({.name = text, .type = integer_type(4, true)});
  program.sites.push_back({Site::Kind::MapUpdate, {6, 7}, MapId{6}});
  program.sites.push_back({Site::Kind::DivideByZero, {0, 6}, {}});
  return program;
}

Program counting_program() {
  Program program;
  program.script_name = "count.bt";
  program.programs.push_back(probe(ProbeKind::Tracepoint, ProgramKind::Tracepoint, "x"));
  MapPlan map = scalar("count", aggregation(TypeKind::Count), 8);
  map.is_scalar = false;
  map.key_type = string_type(16);
  map.key_size = 16;
  map.value_size = 8;
  map.max_entries = 4096;
  program.maps.push_back(map);
  return program;
}

}  // namespace bpftracec::host
