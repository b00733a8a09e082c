#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/resolve_attach_point.h"
#include "bpftracec/syntax/walker.h"

namespace bpftracec::sema {
namespace {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using syntax::AttachPointPart;

// ---- the kind -----------------------------------------------------------------------------------

constexpr ProbeKindInfo kProbeKinds[] = {
#define PROBE_KIND(name, spelling, short_spelling) {ProbeKind::name, spelling, short_spelling},
#include "bpftracec/world/probe_kind.def"
};

struct OldProbeKind {
  ProbeKind kind;
  std::string_view spelling;
};

constexpr OldProbeKind kOldProbeKinds[] = {
#define OLD_PROBE_KIND(name, spelling) {ProbeKind::name, spelling},
#include "bpftracec/world/probe_kind.def"
};

struct UnsupportedProbeKind {
  std::string_view spelling;
  std::string_view short_spelling;
};

constexpr UnsupportedProbeKind kUnsupportedProbeKinds[] = {
#define UNSUPPORTED_PROBE_KIND(spelling, short_spelling) {spelling, short_spelling},
#include "bpftracec/world/probe_kind.def"
};

struct GoneProbeKind {
  std::string_view spelling;
  std::string_view short_spelling;
  std::string_view instead;
};

constexpr GoneProbeKind kGoneProbeKinds[] = {
#define GONE_PROBE_KIND(spelling, short_spelling, instead) {spelling, short_spelling, instead},
#include "bpftracec/world/probe_kind.def"
};

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_named(const auto& info, std::string_view written, std::string_view in_lower_case) {
  const bool is_short = !info.short_spelling.empty() && info.short_spelling == written;
  return is_short || info.spelling == in_lower_case;
}

std::optional<ProbeKindInfo> find_kind(DiagnosticSink& sink, const AttachPointPart& part) {
  if (part.has_parameters) {
    sink.report<DiagnosticKind::ParameterInProbe>(part.range, "the type of a probe");
    return std::nullopt;
  }
  const std::string name = lower_case(part.text);
  for (const ProbeKindInfo& info : kProbeKinds) {
    if (is_named(info, part.text, name)) return info;
  }
  for (const GoneProbeKind& info : kGoneProbeKinds) {
    if (!is_named(info, part.text, name)) continue;
    sink.report<DiagnosticKind::GoneProbe>(part.range, info.spelling)
        .hint("write {}", info.instead);
    return std::nullopt;
  }
  for (const OldProbeKind& old : kOldProbeKinds) {
    if (old.spelling == name) return kProbeKinds[static_cast<size_t>(old.kind)];
  }
  for (const UnsupportedProbeKind& info : kUnsupportedProbeKinds) {
    if (!is_named(info, part.text, name)) continue;
    sink.report<DiagnosticKind::UnsupportedProbe>(part.range, info.spelling);
    return std::nullopt;
  }
  if (part.text.find('*') != std::string_view::npos) {
    report_wildcard(sink, part);
    return std::nullopt;
  }
  Diagnostic& diagnostic = sink.report<DiagnosticKind::UnknownProbe>(part.range, part.text);
  base::NearestName search(name);
  for (const ProbeKindInfo& info : kProbeKinds) search.consider(info.spelling);
  for (const UnsupportedProbeKind& info : kUnsupportedProbeKinds) search.consider(info.spelling);
  if (const auto nearest = search.found()) diagnostic.hint("did you mean '{}'?", *nearest);
  return std::nullopt;
}

// ---- attach points ------------------------------------------------------------------------------

// Whether the body or the predicate has this word.
bool mentions(const syntax::Probe& probe, std::string_view word) {
  struct Search : syntax::Walker<Search> {
    explicit Search(std::string_view wanted) : wanted(wanted) {}
    std::string_view wanted;
    bool found = false;
    void visit(const syntax::Identifier& identifier) { found |= identifier.name == wanted; }
  };
  Search search(word);
  search.walk(probe);
  return search.found;
}

// Whether the body or the predicate asks for the kernel's stack.
bool takes_kernel_stack(const syntax::Probe& probe) {
  struct Search : syntax::Walker<Search> {
    bool found = false;
    void visit(const syntax::Identifier& identifier) { found |= identifier.name == "kstack"; }
    void visit(const syntax::CallExpr& call) {
      found |= call.name == "kstack";
      walk_children(call);
    }
  };
  Search search;
  search.walk(probe);
  return search.found;
}

// What a probe's program wants of its event.
struct Wants {
  bool fields;
  bool probe;
  bool kernel_stack;
};

bool resolve_parts(const WrittenAttachPoint& written, AttachPoint& point, ResolvedProbe& resolved) {
  switch (written.kind.kind) {
    case ProbeKind::Begin:
    case ProbeKind::End:
      resolved.kind = ProgramKind::RawTracepoint;
      return resolve_special(written, point);
    case ProbeKind::Self:
      resolved.kind = ProgramKind::RawTracepoint;
      return resolve_self(written, point);
    case ProbeKind::Kprobe:
      resolved.kind = ProgramKind::Kprobe;
      resolved.filters_by_target_pid = true;
      return resolve_kprobe(written, point);
    case ProbeKind::Kretprobe:
      resolved.kind = ProgramKind::Kretprobe;
      resolved.filters_by_target_pid = true;
      return resolve_kprobe(written, point);
    case ProbeKind::Fentry:
      resolved.kind = ProgramKind::Fentry;
      resolved.filters_by_target_pid = true;
      return resolve_fentry(written, point);
    case ProbeKind::Fexit:
      resolved.kind = ProgramKind::Fexit;
      resolved.filters_by_target_pid = true;
      return resolve_fentry(written, point);
    case ProbeKind::Tracepoint:
      return resolve_tracepoint(written, point, resolved);
    case ProbeKind::RawTracepoint:
      resolved.kind = ProgramKind::RawTracepoint;
      resolved.filters_by_target_pid = true;
      return resolve_raw_tracepoint(written, point);
    case ProbeKind::Uprobe:
      resolved.kind = ProgramKind::Uprobe;
      return resolve_uprobe(written, point);
    case ProbeKind::Uretprobe:
      resolved.kind = ProgramKind::Uretprobe;
      return resolve_uprobe(written, point);
    case ProbeKind::Usdt:
      resolved.kind = ProgramKind::Uprobe;
      return resolve_usdt(written, point);
    case ProbeKind::Interval:
    case ProbeKind::Profile:
      resolved.kind = ProgramKind::PerfEvent;
      return resolve_timer(written, point);
    case ProbeKind::Software:
    case ProbeKind::Hardware:
      resolved.kind = ProgramKind::PerfEvent;
      return resolve_counted_event(written, point);
    case ProbeKind::Watchpoint:
      resolved.kind = ProgramKind::PerfEvent;
      return resolve_watchpoint(written, point);
  }
  base::internal_error("unknown probe kind");
}

void resolve_attach_point(ProbeResolution& resolution, const syntax::AttachPoint& attach_point,
                          const Wants& wants, ResolvedProbe& resolved) {
  if (attach_point.parts.empty()) return;
  const auto kind = find_kind(resolution.sink, attach_point.parts.front());
  if (!kind) return;
  const WrittenAttachPoint written{.resolution = resolution,
                                   .kind = *kind,
                                   .range = attach_point.range,
                                   .parts = attach_point.parts.subspan(1),
                                   .reads_fields = wants.fields,
                                   .reads_probe = wants.probe,
                                   .takes_kernel_stack = wants.kernel_stack};
  AttachPoint point{.kind = kind->kind, .range = attach_point.range};
  for (const AttachPointPart& part : attach_point.parts) {
    point.has_parameters |= part.has_parameters;
  }
  if (resolve_parts(written, point, resolved)) resolved.attach_point = std::move(point);
}

void resolve_probe(ProbeResolution& resolution, const syntax::Probe& probe, uint32_t index) {
  const Wants wants{.fields = mentions(probe, "args"),
                    .probe = mentions(probe, "probe"),
                    .kernel_stack = takes_kernel_stack(probe)};
  std::set<std::string> names;
  std::vector<ResolvedProbe>& probes = resolution.result.probes;
  for (const syntax::AttachPoint& attach_point : probe.attach_points) {
    ResolvedProbe resolved{
        .syntax = &probe, .probe_index = index, .function = {}, .attach_point = {}};
    resolve_attach_point(resolution, attach_point, wants, resolved);
    if (!resolved.attach_point) continue;
    // The same twice in one list fires once.
    if (!names.insert(resolved.attach_point->name).second) continue;
    probes.push_back(std::move(resolved));
  }
  if (names.empty()) {
    probes.push_back({.syntax = &probe, .probe_index = index, .function = {}, .attach_point = {}});
  }
}

}  // namespace

bool resolve_special(const WrittenAttachPoint& written, AttachPoint& point) {
  const auto& parts = written.parts;
  const bool is_any = parts.size() == 1 && (parts[0].text == "*" || parts[0].text.empty());
  if (!is_any && !check_part_count(written, 0, 0, written.kind.spelling)) return false;
  point.name = written.kind.spelling;
  return true;
}

bool resolve_self(const WrittenAttachPoint& written, AttachPoint& point) {
  if (!check_part_count(written, 2, 2, "self:signal:SIGUSR1")) return false;
  const auto& parts = written.parts;
  for (const AttachPointPart& part : parts) {
    if (!check_without_parameters(written, part, "a signal")) return false;
    if (!check_plain_name(written, part, "a signal")) return false;
  }
  const std::string event = join_parts({parts[0].text, parts[1].text});
  if (event != "signal:SIGUSR1") {
    written.report<DiagnosticKind::UnknownSelfEvent>({parts[0].range.begin, parts[1].range.end},
                                                     event);
    return false;
  }
  point.name = join_parts({written.kind.spelling, event});
  return true;
}

ResolvedProbes resolve_probes(const syntax::Script& script, const world::World& world,
                              DiagnosticSink& sink, bool is_unsafe) {
  ProbeResolution resolution{world, sink, is_unsafe};
  for (uint32_t index = 0; index < script.probes.size(); ++index) {
    resolve_probe(resolution, script.probes[index], index);
  }
  return std::move(resolution.result);
}

}  // namespace bpftracec::sema
