#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/resolved_probe.h"
#include "bpftracec/syntax/integer_literal.h"
#include "bpftracec/syntax/walker.h"

namespace bpftracec::sema {
namespace {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using syntax::AttachPointPart;

// ---- tables -------------------------------------------------------------------------------------

struct ProbeKindInfo {
  ProbeKind kind;
  std::string_view spelling;
  std::string_view short_spelling;
};

constexpr ProbeKindInfo kProbeKinds[] = {
#define PROBE_KIND(name, spelling, short_spelling) {ProbeKind::name, spelling, short_spelling},
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

struct SoftwareEvent {
  std::string_view name;
  std::string_view alias;
};

constexpr SoftwareEvent kSoftwareEvents[] = {
    {"alignment-faults", ""},  {"bpf-output", ""},     {"context-switches", "cs"},
    {"cpu-clock", "cpu"},      {"cpu-migrations", ""}, {"dummy", ""},
    {"emulation-faults", ""},  {"major-faults", ""},   {"minor-faults", ""},
    {"page-faults", "faults"}, {"task-clock", ""},
};

struct TimeUnit {
  std::string_view name;
  uint64_t nanoseconds;  // 0: a rate
};

constexpr TimeUnit kTimeUnits[] = {
    {"hz", 0}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}};

constexpr uint64_t kMaxRate = 1'000'000'000;
constexpr uint64_t kMaxPeriod = std::numeric_limits<int64_t>::max();

// Events of these categories have no tracepoint of the same name that a program could attach to
// directly.
constexpr std::string_view kNotRawAttachable[] = {"syscalls", "ftrace",  "kprobes",
                                                  "uprobes",  "eprobes", "synthetic"};

// ---- text ---------------------------------------------------------------------------------------

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number in any form of a literal; binary ones as well, which only attach points and parameters
// take.
std::optional<uint64_t> parse_number(std::string_view text) {
  if (text.starts_with("0b") || text.starts_with("0B")) {
    uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 2, end, value, 2);
    return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
  }
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  DiagnosticSink unheard;  // what is wrong is told in the words of the attach point
  return syntax::parse_integer_literal(text, {}, unheard);
}

bool is_duration(std::string_view text) {
  return !text.empty() && !text.starts_with("0x") && !text.starts_with("0X") &&
         std::string_view("smhd").find(text.back()) != std::string_view::npos;
}

std::string join(std::initializer_list<std::string_view> parts) {
  std::string result;
  for (const std::string_view part : parts) {
    if (!result.empty()) result += ':';
    result += part;
  }
  return result;
}

// Whether the body or the predicate reads fields of `args`.
bool reads_fields(const syntax::Probe& probe) {
  struct Search : syntax::Walker<Search> {
    bool found = false;
    void visit(const syntax::Identifier& identifier) { found |= identifier.name == "args"; }
  };
  Search search;
  search.walk(probe);
  return search.found;
}

// ---- the pass -----------------------------------------------------------------------------------

class ProbeResolver {
 public:
  ProbeResolver(const world::World& world, DiagnosticSink& sink) : world_(world), sink_(sink) {}

  ResolvedProbes resolve(const syntax::Script& script) && {
    for (uint32_t index = 0; index < script.probes.size(); ++index) {
      resolve_probe(script.probes[index], index);
    }
    return std::move(result_);
  }

 private:
  void resolve_probe(const syntax::Probe& probe, uint32_t index) {
    reads_fields_ = reads_fields(probe);
    std::set<std::string> names;
    for (const syntax::AttachPoint& attach_point : probe.attach_points) {
      ResolvedProbe resolved{.syntax = &probe, .probe_index = index, .attach_point = {}};
      resolve_attach_point(attach_point, resolved);
      if (!resolved.attach_point) continue;
      // The same twice in one list fires once.
      if (!names.insert(resolved.attach_point->name).second) continue;
      result_.probes.push_back(std::move(resolved));
    }
    if (names.empty()) {
      result_.probes.push_back({.syntax = &probe, .probe_index = index, .attach_point = {}});
    }
  }

  void resolve_attach_point(const syntax::AttachPoint& written, ResolvedProbe& resolved) {
    if (written.parts.empty()) return;
    const std::optional<ProbeKindInfo> info = find_kind(written.parts.front());
    if (!info) return;
    written_ = &written;
    kind_ = *info;
    AttachPoint point{.kind = info->kind, .range = written.range};
    for (const AttachPointPart& part : written.parts) point.has_parameters |= part.has_parameters;
    const std::span<const AttachPointPart> parts = written.parts.subspan(1);
    if (resolve_parts(parts, point, resolved)) resolved.attach_point = std::move(point);
  }

  bool resolve_parts(std::span<const AttachPointPart> parts, AttachPoint& point,
                     ResolvedProbe& resolved) {
    switch (kind_.kind) {
      case ProbeKind::Begin:
      case ProbeKind::End:
        resolved.kind = ProgramKind::RawTracepoint;
        return resolve_special(parts, point);
      case ProbeKind::Tracepoint:
        return resolve_tracepoint(parts, point, resolved);
      case ProbeKind::RawTracepoint:
        resolved.kind = ProgramKind::RawTracepoint;
        resolved.filters_by_target_pid = true;
        return resolve_raw_tracepoint(parts, point);
      case ProbeKind::Uprobe:
        resolved.kind = ProgramKind::Uprobe;
        return resolve_uprobe(parts, point);
      case ProbeKind::Uretprobe:
        resolved.kind = ProgramKind::Uretprobe;
        return resolve_uprobe(parts, point);
      case ProbeKind::Interval:
      case ProbeKind::Profile:
        resolved.kind = ProgramKind::PerfEvent;
        return resolve_timer(parts, point);
      case ProbeKind::Software:
        resolved.kind = ProgramKind::PerfEvent;
        return resolve_software(parts, point);
    }
    base::internal_error("unknown probe kind");
  }

  std::optional<ProbeKindInfo> find_kind(const AttachPointPart& part) {
    if (part.has_parameters) {
      sink_.report<DiagnosticKind::ParameterInProbe>(part.range, "the type of a probe");
      return std::nullopt;
    }
    const std::string name = lower_case(part.text);
    for (const ProbeKindInfo& info : kProbeKinds) {
      const bool is_short = !info.short_spelling.empty() && info.short_spelling == part.text;
      if (is_short || info.spelling == name) return info;
    }
    for (const UnsupportedProbeKind& info : kUnsupportedProbeKinds) {
      const bool is_short = !info.short_spelling.empty() && info.short_spelling == part.text;
      if (!is_short && info.spelling != name) continue;
      sink_.report<DiagnosticKind::UnsupportedProbe>(part.range, info.spelling);
      return std::nullopt;
    }
    if (part.text.find('*') != std::string_view::npos) {
      report_wildcard(part);
      return std::nullopt;
    }
    Diagnostic& diagnostic = sink_.report<DiagnosticKind::UnknownProbe>(part.range, part.text);
    base::NearestName search(name);
    for (const ProbeKindInfo& info : kProbeKinds) search.consider(info.spelling);
    for (const UnsupportedProbeKind& info : kUnsupportedProbeKinds) search.consider(info.spelling);
    if (const auto nearest = search.found()) diagnostic.hint("did you mean '{}'?", *nearest);
    return std::nullopt;
  }

  void report_wildcard(const AttachPointPart& part) {
    sink_.report<DiagnosticKind::WildcardInProbe>(part.range)
        .hint("name each one, separated by commas");
  }

  bool check_part_count(std::span<const AttachPointPart> parts, size_t least, size_t most,
                        std::string_view shape) {
    if (parts.size() >= least && parts.size() <= most) return true;
    const std::string wanted = least == most
                                   ? std::to_string(least)
                                   : std::to_string(least) + " or " + std::to_string(most);
    sink_
        .report<DiagnosticKind::ProbePartCount>(written_->range, kind_.spelling, wanted,
                                                most == 1 ? "part" : "parts", parts.size())
        .hint("its form is {}", shape);
    return false;
  }

  // A part that names something: not empty, no pattern.
  bool check_name(const AttachPointPart& part, std::string_view what) {
    if (part.text.empty()) {
      sink_.report<DiagnosticKind::EmptyProbePart>(part.range, kind_.spelling, what);
      return false;
    }
    if (part.text.find('*') != std::string_view::npos) {
      report_wildcard(part);
      return false;
    }
    return true;
  }

  bool check_without_parameters(const AttachPointPart& part, std::string_view what) {
    if (!part.has_parameters) return true;
    sink_.report<DiagnosticKind::ParameterInProbe>(part.range, what);
    return false;
  }

  // ---- begin, end ----

  bool resolve_special(std::span<const AttachPointPart> parts, AttachPoint& point) {
    const bool is_any = parts.size() == 1 && (parts[0].text == "*" || parts[0].text.empty());
    if (!is_any && !check_part_count(parts, 0, 0, kind_.spelling)) return false;
    point.name = kind_.spelling;
    return true;
  }

  // ---- tracepoint, rawtracepoint ----

  bool resolve_tracepoint(std::span<const AttachPointPart> parts, AttachPoint& point,
                          ResolvedProbe& resolved) {
    if (!check_part_count(parts, 2, 2, "tracepoint:CATEGORY:EVENT")) return false;
    if (!check_name(parts[0], "a category") || !check_name(parts[1], "an event")) return false;
    point.target = parts[0].text;
    point.function = parts[1].text;
    point.name = join({kind_.spelling, point.target, point.function});
    const bool is_raw_attachable = !parts[0].has_parameters &&
                                   std::find(std::begin(kNotRawAttachable),
                                             std::end(kNotRawAttachable),
                                             point.target) == std::end(kNotRawAttachable);
    const bool is_raw = is_raw_attachable && !reads_fields_;
    resolved.kind = is_raw ? ProgramKind::RawTracepoint : ProgramKind::Tracepoint;
    // Zero would hide the event from other users of perf that watch it.
    resolved.default_return = is_raw ? 0 : 1;
    resolved.filters_by_target_pid = true;
    look_up_format(point, resolved);
    return true;
  }

  void look_up_format(const AttachPoint& point, ResolvedProbe& resolved) {
    if (point.has_parameters) {
      if (reads_fields_) {
        sink_.report<DiagnosticKind::FieldsOfParameter>(point.range)
            .hint("its fields are known only where the event is named in the script");
      }
      return;
    }
    const FormatLookup& lookup = find_format(point.target, point.function);
    resolved.format = lookup.format;
    if (lookup.format != nullptr) return;
    const std::string name = join({point.target, point.function});
    if (!lookup.problem.empty()) {
      if (!reads_fields_) return;
      sink_.report<DiagnosticKind::FieldsUnreadable>(point.range, name).hint("{}", lookup.problem);
    } else if (reads_fields_) {
      hint_at_event(sink_.report<DiagnosticKind::UnknownTracepointFields>(point.range, name), name);
    } else {
      hint_at_event(sink_.report<DiagnosticKind::UnknownTracepoint>(point.range, name), name);
    }
  }

  struct FormatLookup {
    const world::TracepointFormat* format = nullptr;
    std::string problem;  // why events cannot be looked up
  };

  const FormatLookup& find_format(const std::string& category, const std::string& event) {
    const auto [entry, is_new] = lookups_.try_emplace({category, event});
    if (!is_new) return entry->second;
    auto answer = world_.tracepoint(category, event);
    if (!answer) {
      entry->second.problem = answer.error().message;
    } else if (*answer) {
      result_.formats.push_back(
          std::make_unique<const world::TracepointFormat>(*std::move(*answer)));
      entry->second.format = result_.formats.back().get();
    }
    return entry->second;
  }

  void hint_at_event(Diagnostic& diagnostic, const std::string& name) {
    if (++hints_ > kMaxHints) return;
    if (!has_event_names_) {
      event_names_ = world_.tracepoint_names();
      has_event_names_ = true;
    }
    // The right event in the wrong category, before anything that only looks alike.
    const std::string event = name.substr(name.find(':'));
    const auto same_event = std::find_if(
        event_names_.begin(), event_names_.end(),
        [&](const std::string& candidate) { return candidate.ends_with(event); });
    if (same_event != event_names_.end()) {
      diagnostic.hint("did you mean 'tracepoint:{}'?", *same_event);
    } else if (const auto nearest = base::nearest_name(name, event_names_)) {
      diagnostic.hint("did you mean 'tracepoint:{}'?", *nearest);
    }
  }

  bool resolve_raw_tracepoint(std::span<const AttachPointPart> parts, AttachPoint& point) {
    if (!check_part_count(parts, 1, 2, "rawtracepoint:EVENT")) return false;
    if (parts.size() == 2 && !check_name(parts.front(), "a module")) return false;
    if (!check_name(parts.back(), "an event")) return false;
    point.target = parts.size() == 2 ? parts.front().text : "vmlinux";
    point.function = parts.back().text;
    point.name = join({kind_.spelling, point.target, point.function});
    return true;
  }

  // ---- uprobe, uretprobe ----

  bool resolve_uprobe(std::span<const AttachPointPart> parts, AttachPoint& point) {
    if (parts.size() == 3) {
      sink_.report<DiagnosticKind::UnsupportedProbePart>(parts[1].range,
                                                         "the language of a function");
      return false;
    }
    const std::string shape = std::string(kind_.spelling) + ":PATH:FUNCTION";
    if (!check_part_count(parts, 2, 2, shape)) return false;
    if (!check_name(parts[0], "a file") || !check_name(parts[1], "a function")) return false;
    const std::string_view function = parts[1].text;
    if (is_digit(function.front())) {
      sink_.report<DiagnosticKind::UnsupportedProbePart>(parts[1].range, "an address");
      return false;
    }
    // Symbols of C++ are mangled and hold no '+'.
    if (function.find('+') != std::string_view::npos) {
      sink_.report<DiagnosticKind::UnsupportedProbePart>(parts[1].range, "an offset");
      return false;
    }
    point.target = parts[0].text;
    point.function = function;
    point.name = join({kind_.spelling, point.target, point.function});
    if (!point.has_parameters) check_symbol(parts, point);
    return true;
  }

  void check_symbol(std::span<const AttachPointPart> parts, const AttachPoint& point) {
    // Names without a directory are looked up in the target's PATH and library cache.
    if (point.target.find('/') == std::string::npos) return;
    switch (world_.find_symbol(point.target, point.function)) {
      case world::SymbolLookup::Found:
        return;
      case world::SymbolLookup::NoSuchFile:
        sink_.report<DiagnosticKind::ProbeFileNotFound>(parts[0].range, point.target);
        return;
      case world::SymbolLookup::NoSuchSymbol: {
        Diagnostic& diagnostic = sink_.report<DiagnosticKind::ProbeSymbolNotFound>(
            parts[1].range, point.target, point.function);
        if (++hints_ > kMaxHints) return;
        const std::vector<std::string> names = world_.function_names(point.target);
        if (const auto nearest = base::nearest_name(point.function, names)) {
          diagnostic.hint("did you mean '{}'?", *nearest);
        }
        return;
      }
    }
  }

  // ---- interval, profile ----

  bool resolve_timer(std::span<const AttachPointPart> parts, AttachPoint& point) {
    const std::string shape = std::string(kind_.spelling) + ":UNIT:NUMBER or " +
                              std::string(kind_.spelling) + ":DURATION";
    if (!check_part_count(parts, 1, 2, shape)) return false;
    for (const AttachPointPart& part : parts) {
      if (!check_name(part, "a time")) return false;
    }
    if (parts.size() == 1) return resolve_duration(parts[0], point);
    return resolve_unit_and_count(parts[0], parts[1], point);
  }

  bool resolve_duration(const AttachPointPart& part, AttachPoint& point) {
    if (!check_without_parameters(part, "a duration without a unit")) return false;
    const auto* unit = find_unit(part.text);
    if (unit != nullptr) {
      sink_.report<DiagnosticKind::ProbePartCount>(written_->range, kind_.spelling, "2", "parts", 1)
          .hint("how many? for example {}:{}:1", kind_.spelling, part.text);
      return false;
    }
    const std::optional<uint64_t> nanoseconds = parse_number(part.text);
    if (!nanoseconds || *nanoseconds > kMaxPeriod) {
      sink_.report<DiagnosticKind::InvalidRate>(part.range, kind_.spelling, part.text)
          .hint("a duration is for example 5s, 10ms or 100us");
      return false;
    }
    if (*nanoseconds < 1000) {
      sink_.report<DiagnosticKind::DurationTooShort>(part.range, *nanoseconds);
      return false;
    }
    point.target = "us";
    point.count = *nanoseconds / 1000;
    point.name = join({kind_.spelling, point.target, std::to_string(point.count)});
    return true;
  }

  static const TimeUnit* find_unit(std::string_view name) {
    const auto* unit = std::find_if(std::begin(kTimeUnits), std::end(kTimeUnits),
                                    [&](const TimeUnit& unit) { return unit.name == name; });
    return unit == std::end(kTimeUnits) ? nullptr : unit;
  }

  bool resolve_unit_and_count(const AttachPointPart& unit_part, const AttachPointPart& count_part,
                              AttachPoint& point) {
    if (!check_without_parameters(unit_part, "the unit of time")) return false;
    const TimeUnit* unit = find_unit(unit_part.text);
    if (unit == nullptr) {
      sink_.report<DiagnosticKind::UnknownTimeUnit>(unit_part.range, unit_part.text)
          .hint("units are hz, s, ms and us");
      return false;
    }
    point.target = unit->name;
    if (count_part.has_parameters) {
      point.count_text = count_part.text;
      point.name = join({kind_.spelling, point.target, point.count_text});
      return true;
    }
    const std::optional<uint64_t> count = parse_number(count_part.text);
    const uint64_t most = unit->nanoseconds == 0 ? kMaxRate : kMaxPeriod / unit->nanoseconds;
    if (!count || *count == 0 || *count > most || is_duration(count_part.text)) {
      sink_.report<DiagnosticKind::InvalidRate>(count_part.range, kind_.spelling, count_part.text)
          .hint("a whole number from 1 to {}", most);
      return false;
    }
    point.count = *count;
    point.name = join({kind_.spelling, point.target, std::to_string(point.count)});
    return true;
  }

  // ---- software ----

  bool resolve_software(std::span<const AttachPointPart> parts, AttachPoint& point) {
    if (!check_part_count(parts, 1, 2, "software:EVENT[:COUNT]")) return false;
    const AttachPointPart& name = parts[0];
    if (!check_without_parameters(name, "the name of a software event")) return false;
    if (!check_name(name, "an event")) return false;
    const auto* event = std::find_if(std::begin(kSoftwareEvents), std::end(kSoftwareEvents),
                                     [&](const SoftwareEvent& candidate) {
                                       return candidate.name == name.text ||
                                              candidate.alias == name.text;
                                     });
    if (event == std::end(kSoftwareEvents)) {
      report_unknown_event(name);
      return false;
    }
    point.target = event->name;
    point.name = join({kind_.spelling, name.text});
    // An empty count is what -l prints, and means the default as "*" does.
    const bool has_count = parts.size() == 2 && !parts[1].text.empty() && parts[1].text != "*";
    if (!has_count) return true;
    if (parts[1].has_parameters) {
      point.count_text = parts[1].text;
      point.name = join({point.name, point.count_text});
      return true;
    }
    const std::optional<uint64_t> count = parse_number(parts[1].text);
    if (!count || *count == 0 || *count > kMaxPeriod || is_duration(parts[1].text)) {
      sink_.report<DiagnosticKind::InvalidEventCount>(parts[1].range, parts[1].text);
      return false;
    }
    point.count = *count;
    point.name = join({point.name, std::to_string(point.count)});
    return true;
  }

  void report_unknown_event(const AttachPointPart& part) {
    Diagnostic& diagnostic = sink_.report<DiagnosticKind::UnknownSoftwareEvent>(part.range,
                                                                                part.text);
    base::NearestName search(part.text);
    for (const SoftwareEvent& event : kSoftwareEvents) search.consider(event.name);
    if (const auto nearest = search.found()) diagnostic.hint("did you mean '{}'?", *nearest);
  }

  // Looking for the nearest of thousands of names takes its time; nobody reads more hints than
  // these.
  static constexpr uint32_t kMaxHints = 20;

  const world::World& world_;
  DiagnosticSink& sink_;
  ResolvedProbes result_;
  std::map<std::pair<std::string, std::string>, FormatLookup> lookups_;
  std::vector<std::string> event_names_;
  bool has_event_names_ = false;
  uint32_t hints_ = 0;

  // Of the attach point at hand.
  const syntax::AttachPoint* written_ = nullptr;
  ProbeKindInfo kind_{};
  bool reads_fields_ = false;
};

}  // namespace

ResolvedProbes resolve_probes(const syntax::Script& script, const world::World& world,
                              DiagnosticSink& sink) {
  return ProbeResolver(world, sink).resolve(script);
}

}  // namespace bpftracec::sema
