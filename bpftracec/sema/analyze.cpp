#include "bpftracec/sema/analyze.h"

#include <algorithm>
#include <string>
#include <utility>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/build_function.h"
#include "bpftracec/sema/build_program.h"
#include "bpftracec/sema/expand_macros.h"
#include "bpftracec/sema/infer_types.h"
#include "bpftracec/sema/names.h"
#include "bpftracec/sema/read_config.h"
#include "bpftracec/sema/resolved_probe.h"

namespace bpftracec::sema {
namespace {

using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;

// ---- what is left to report once types are known --------------------------------------------------

void report_undefined_maps(const syntax::Script& script, const Names& names, DiagnosticSink& sink) {
  if (may_define_more(script)) return;  // and assign them
  for (const MapInfo& map : names.maps) {
    if (map.is_assigned) continue;
    diagnostics::Diagnostic& diagnostic = sink.report<DiagnosticKind::UndefinedMap>(map.first_use,
                                                                                    map.name);
    base::NearestName search(map.name);
    for (const MapInfo& other : names.maps) {
      if (other.is_assigned) search.consider(other.name);
    }
    if (const auto nearest = search.found()) diagnostic.hint("did you mean '{}'?", *nearest);
  }
}

void warn_of_mixed_signs(const std::string& name, const InferredType& type, DiagnosticSink& sink) {
  const auto clash = type.sign_clash();
  if (!clash) return;
  sink.report<DiagnosticKind::MixedSigns>(clash->unsigned_value, name)
      .note(clash->signed_value, "a signed value is assigned here");
}

void warn_of_mixed_signs(const ScriptContext& script, const ResolvedProbes& probes,
                         DiagnosticSink& sink) {
  for (size_t map = 0; map < script.names.maps.size(); ++map) {
    warn_of_mixed_signs(script.names.maps[map].name, script.types.maps[map].value, sink);
  }
  for (size_t probe = 0; probe < probes.probes.size(); ++probe) {
    const auto& infos = script.names.variables[probes.probes[probe].probe_index];
    for (size_t id = 0; id < infos.size(); ++id) {
      warn_of_mixed_signs("$" + infos[id].name, script.types.variables[probe][id], sink);
    }
  }
}

// ---- definitions ----------------------------------------------------------------------------------

// Those that have no meaning yet.
void report_unsupported_definitions(const syntax::Script& script, DiagnosticSink& sink) {
  const auto report = [&](SourceRange where, std::string_view what) {
    sink.report<DiagnosticKind::UnsupportedSyntax>(where, what);
  };
  for (const auto& import : script.imports) {
    if (imports_c(import)) report(import.range, "imports of C are");
  }
}

// ---- programs and maps ----------------------------------------------------------------------------

std::string_view short_name(ProbeKind kind) {
  switch (kind) {
    case ProbeKind::Begin:
      return "begin";
    case ProbeKind::End:
      return "end";
    case ProbeKind::Self:
      return "self";
    case ProbeKind::Kprobe:
      return "kprobe";
    case ProbeKind::Kretprobe:
      return "kretprobe";
    case ProbeKind::Fentry:
      return "fentry";
    case ProbeKind::Fexit:
      return "fexit";
    case ProbeKind::Tracepoint:
      return "tp";
    case ProbeKind::RawTracepoint:
      return "rawtp";
    case ProbeKind::Uprobe:
      return "uprobe";
    case ProbeKind::Uretprobe:
      return "uretprobe";
    case ProbeKind::Usdt:
      return "usdt";
    case ProbeKind::Interval:
      return "interval";
    case ProbeKind::Profile:
      return "profile";
    case ProbeKind::Software:
      return "software";
    case ProbeKind::Hardware:
      return "hardware";
    case ProbeKind::Watchpoint:
      return "watchpoint";
  }
  base::internal_error("unknown probe kind");
}

// What `bpftool prog` shows, which has room for 15 characters.
std::string program_symbol(ProbeKind kind, size_t number) {
  return std::string(short_name(kind)) + "_" + std::to_string(number);
}

void build_programs(ScriptContext& script, const ResolvedProbes& probes, ProgramTables& tables,
                    DiagnosticSink& sink, Program& whole) {
  std::vector<ProbeProgram>& programs = whole.programs;
  for (size_t number = 0; number < probes.probes.size(); ++number) {
    const ResolvedProbe& probe = probes.probes[number];
    ProbeContext context{script, probe, script.types.variables[number], tables, sink};
    if (probe.function) {
      whole.functions.push_back(build_function(context));
      continue;
    }
    context.program = static_cast<uint32_t>(programs.size());
    ProbeProgram program = build_program(context);
    if (!probe.attach_point) continue;
    program.symbol = program_symbol(probe.attach_point->kind, programs.size() + 1);
    programs.push_back(std::move(program));
  }
}

// A type that is not known has its reason in an error that was reported; then there is no program.
void require_types(const MapPlan& plan) {
  const bool is_known = plan.value.type.kind != TypeKind::Error &&
                        plan.key_type.kind != TypeKind::Error;
  if (!is_known) base::internal_error("no type for map " + plan.name + ", and no error");
}

// What `let @m = type(N)` says of a map: the type's name, what it holds, what it does when it is
// full.
struct DeclaredMapType {
  std::string_view name;
  bool is_per_cpu;
  bool is_lru;
};
constexpr DeclaredMapType kDeclaredMapTypes[] = {{"hash", false, false},
                                                 {"lruhash", false, true},
                                                 {"percpuhash", true, false},
                                                 {"percpulruhash", true, true}};

const DeclaredMapType* find_map_type(std::string_view name) {
  const auto* found = std::ranges::find(kDeclaredMapTypes, name, &DeclaredMapType::name);
  return found != std::end(kDeclaredMapTypes) ? found : nullptr;
}

void report_unknown_map_type(const syntax::MapDeclaration& declaration, DiagnosticSink& sink) {
  diagnostics::Diagnostic& diagnostic = sink.report<DiagnosticKind::UnknownMapType>(
      declaration.map_type_range, declaration.map_type);
  base::NearestName search(declaration.map_type);
  std::string all;
  for (const DeclaredMapType& type : kDeclaredMapTypes) {
    search.consider(type.name);
    all += (all.empty() ? "" : ", ") + std::string(type.name);
  }
  if (const auto nearest = search.found()) {
    diagnostic.hint("did you mean '{}'?", *nearest);
  } else {
    diagnostic.hint("there are {}", all);
  }
}

// Whether a declaration fits what the script puts into the map.
void check_declaration(const syntax::MapDeclaration& declaration, const InferredType* value,
                       DiagnosticSink& sink) {
  constexpr uint64_t kMaxEntries = 1U << 31;
  if (declaration.max_entries == 0 || declaration.max_entries > kMaxEntries) {
    sink.report<DiagnosticKind::MapSize>(declaration.max_entries_range, kMaxEntries,
                                         declaration.max_entries);
  }
  const DeclaredMapType* type = find_map_type(declaration.map_type);
  if (type == nullptr) return report_unknown_map_type(declaration, sink);
  if (value == nullptr || !value->is_known()) return;
  if (type->is_per_cpu == is_aggregation(value->type())) return;
  sink.report<DiagnosticKind::MapTypeForValues>(declaration.map_type_range, declaration.map_type,
                                                spelling(value->type()))
      .note(value->origin(), "it gets this type here")
      .hint("take {}", type->is_per_cpu ? (type->is_lru ? "lruhash" : "hash")
                                        : (type->is_lru ? "percpulruhash" : "percpuhash"));
}

void check_declarations(const syntax::Script& script, const Names& names, const TypeTable& types,
                        DiagnosticSink& sink) {
  for (const syntax::MapDeclaration& declaration : script.map_declarations) {
    const auto map = names.map_ids.find(declaration.name);
    check_declaration(declaration,
                      map != names.map_ids.end() ? &types.maps[map->second].value : nullptr, sink);
  }
}

MapPlan plan_map(const MapInfo& info, const MapTypes& types, const Config& config) {
  MapPlan plan{.name = info.name,
               .symbol = "map_" + info.name.substr(1),
               .range = info.first_use,
               .is_scalar = info.is_scalar};
  if (!info.is_scalar) plan.key_type = types.key.type();
  plan.value.type = types.value.type();
  if (types.histogram) {
    plan.tseries = types.histogram->tseries;
    plan.hist_bits = types.histogram->bits;
    plan.lhist_min = types.histogram->min;
    plan.lhist_max = types.histogram->max;
    plan.lhist_step = types.histogram->step;
  }
  require_types(plan);
  lay_out(plan, config);
  if (info.declaration != nullptr && !plan.is_scalar) {
    plan.max_entries = static_cast<uint32_t>(info.declaration->max_entries);
    plan.has_own_size = true;
    plan.is_lru = find_map_type(info.declaration->map_type)->is_lru;
  }
  return plan;
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// What analyze() does with a script whose macros are expanded.
std::optional<Program> analyze_expanded(const syntax::Script& script,
                                        const diagnostics::SourceFile& file,
                                        const world::World& world, DiagnosticSink& sink,
                                        const AnalyzeOptions& options) {
  Program program;
  program.script_name = options.script_name.empty() ? base_name(file.name()) : options.script_name;
  program.source = file.text();

  // Settings come first: some are limits of types.
  program.config = read_config(script, sink);
  program.config.is_unsafe = options.is_unsafe;
  report_unsupported_definitions(script, sink);
  ResolvedProbes probes = resolve_probes(script, world, sink, options.is_unsafe);
  const Names names = resolve_names(script, sink);

  CTypes c_types(script, file, world, sink);
  program.c_types = c_types.share();
  TypeTable types;
  ScriptContext context{script, program.config, names, types, c_types};
  resolve_functions(context, probes, sink);
  infer_types(context, probes);
  report_undefined_maps(script, names, sink);
  check_declarations(script, names, types, sink);
  warn_of_mixed_signs(context, probes, sink);

  ProgramTables tables;
  // Memory for such texts may have to be counted by CPU in the programs.
  constexpr uint32_t kLargeText = 4096;
  if (program.config.max_strlen >= kLargeText) {
    tables.late_constant(LateConstant::Kind::PossibleCpus);
  }
  build_programs(context, probes, tables, sink, program);
  check_calls(program.functions, context.functions, sink);
  if (sink.has_errors()) return std::nullopt;
  if (context.has_gaps) base::internal_error("a statement was lost without an error");

  for (MapId map = 0; map < names.maps.size(); ++map)
    program.maps.push_back(plan_map(names.maps[map], types.maps[map], program.config));
  std::move(tables).move_into(program);
  return program;
}

}  // namespace

std::optional<Program> analyze(const syntax::Script& script, const diagnostics::SourceFile& file,
                               const world::World& world, DiagnosticSink& sink,
                               const AnalyzeOptions& options) {
  syntax::AstContext nodes;
  ExpandedMacros expanded;
  const syntax::Script whole = expand_macros(script, nodes, sink, expanded);
  std::optional<Program> program = analyze_expanded(whole, file, world, sink, options);
  note_expansions(expanded, sink);
  return program;
}

}  // namespace bpftracec::sema
