// software, hardware: events that perf counts. What they are to the kernel, and their usual counts,
// is in the stub.
#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/resolve_attach_point.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using syntax::AttachPointPart;

namespace {

struct CountedEvent {
  std::string_view name;
  std::string_view alias;
};

constexpr CountedEvent kSoftwareEvents[] = {
    {"alignment-faults", ""},  {"bpf-output", ""},     {"context-switches", "cs"},
    {"cpu-clock", "cpu"},      {"cpu-migrations", ""}, {"dummy", ""},
    {"emulation-faults", ""},  {"major-faults", ""},   {"minor-faults", ""},
    {"page-faults", "faults"}, {"task-clock", ""},
};

constexpr CountedEvent kHardwareEvents[] = {
    {"backend-stalls", ""},   {"branch-instructions", "branches"},
    {"branch-misses", ""},    {"bus-cycles", ""},
    {"cache-misses", ""},     {"cache-references", ""},
    {"cpu-cycles", "cycles"}, {"frontend-stalls", ""},
    {"instructions", ""},     {"ref-cycles", ""},
};

void report_unknown_event(const WrittenAttachPoint& written, const AttachPointPart& part,
                          std::span<const CountedEvent> events) {
  Diagnostic& diagnostic = written.report<DiagnosticKind::UnknownEvent>(part.range, part.text,
                                                                        written.kind.spelling);
  base::NearestName search(part.text);
  for (const CountedEvent& event : events) search.consider(event.name);
  if (const auto nearest = search.found()) diagnostic.hint("did you mean '{}'?", *nearest);
}

bool resolve_count(const WrittenAttachPoint& written, const AttachPointPart& part,
                   AttachPoint& point) {
  if (part.has_parameters) {
    point.count_text = part.text;
    point.name = join_parts({point.name, point.count_text});
    return true;
  }
  const std::optional<uint64_t> count = parse_number(part.text);
  if (!count || *count == 0 || *count > kMaxPeriod || is_duration(part.text)) {
    written.report<DiagnosticKind::InvalidEventCount>(part.range, written.kind.spelling, part.text);
    return false;
  }
  point.count = *count;
  point.name = join_parts({point.name, std::to_string(point.count)});
  return true;
}

}  // namespace

bool resolve_counted_event(const WrittenAttachPoint& written, AttachPoint& point) {
  const bool is_hardware = written.kind.kind == ProbeKind::Hardware;
  const std::span<const CountedEvent> events = is_hardware
                                                   ? std::span<const CountedEvent>(kHardwareEvents)
                                                   : std::span<const CountedEvent>(kSoftwareEvents);
  const std::string shape = std::string(written.kind.spelling) + ":EVENT[:COUNT]";
  if (!check_part_count(written, 1, 2, shape)) return false;
  const AttachPointPart& name = written.parts[0];
  if (!check_without_parameters(written, name, "the name of an event")) return false;
  if (!check_plain_name(written, name, "an event")) return false;
  const auto event = std::ranges::find_if(events, [&](const CountedEvent& candidate) {
    return candidate.name == name.text || candidate.alias == name.text;
  });
  if (event == events.end()) {
    report_unknown_event(written, name, events);
    return false;
  }
  point.target = event->name;
  point.name = join_parts({written.kind.spelling, name.text});
  // An empty count is what -l prints, and means the default as "*" does.
  const bool has_count = written.parts.size() == 2 && !written.parts[1].text.empty() &&
                         written.parts[1].text != "*";
  return !has_count || resolve_count(written, written.parts[1], point);
}

}  // namespace bpftracec::sema
