// software: events of the kernel that perf counts.
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/resolve_attach_point.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using syntax::AttachPointPart;

namespace {

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

void report_unknown_event(const WrittenAttachPoint& written, const AttachPointPart& part) {
  Diagnostic& diagnostic = written.report<DiagnosticKind::UnknownSoftwareEvent>(part.range,
                                                                                part.text);
  base::NearestName search(part.text);
  for (const SoftwareEvent& event : kSoftwareEvents) search.consider(event.name);
  if (const auto nearest = search.found()) diagnostic.hint("did you mean '{}'?", *nearest);
}

}  // namespace

bool resolve_software(const WrittenAttachPoint& written, AttachPoint& point) {
  if (!check_part_count(written, 1, 2, "software:EVENT[:COUNT]")) return false;
  const AttachPointPart& name = written.parts[0];
  if (!check_without_parameters(written, name, "the name of a software event")) return false;
  if (!check_name(written, name, "an event")) return false;
  const auto* event = std::find_if(
      std::begin(kSoftwareEvents), std::end(kSoftwareEvents), [&](const SoftwareEvent& candidate) {
        return candidate.name == name.text || candidate.alias == name.text;
      });
  if (event == std::end(kSoftwareEvents)) {
    report_unknown_event(written, name);
    return false;
  }
  point.target = event->name;
  point.name = join_parts({written.kind.spelling, name.text});
  // An empty count is what -l prints, and means the default as "*" does.
  const bool has_count = written.parts.size() == 2 && !written.parts[1].text.empty() &&
                         written.parts[1].text != "*";
  if (!has_count) return true;
  if (written.parts[1].has_parameters) {
    point.count_text = written.parts[1].text;
    point.name = join_parts({point.name, point.count_text});
    return true;
  }
  const std::optional<uint64_t> count = parse_number(written.parts[1].text);
  if (!count || *count == 0 || *count > kMaxPeriod || is_duration(written.parts[1].text)) {
    written.report<DiagnosticKind::InvalidEventCount>(written.parts[1].range,
                                                      written.parts[1].text);
    return false;
  }
  point.count = *count;
  point.name = join_parts({point.name, std::to_string(point.count)});
  return true;
}

}  // namespace bpftracec::sema
