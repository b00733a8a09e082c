// tracepoint, rawtracepoint.
#include <algorithm>
#include <iterator>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/resolve_attach_point.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using syntax::AttachPointPart;

namespace {

// Events of these categories have no tracepoint of the same name that a program could attach to
// directly.
constexpr std::string_view kNotRawAttachable[] = {"syscalls", "ftrace",  "kprobes",
                                                  "uprobes",  "eprobes", "synthetic"};

const ProbeResolution::FormatLookup& find_format(ProbeResolution& resolution,
                                                 const std::string& category,
                                                 const std::string& event) {
  const auto [entry, is_new] = resolution.formats.try_emplace({category, event});
  if (!is_new) return entry->second;
  auto answer = resolution.world.tracepoint(category, event);
  if (!answer) {
    entry->second.problem = answer.error().message;
  } else if (*answer) {
    resolution.result.formats.push_back(
        std::make_unique<const world::TracepointFormat>(*std::move(*answer)));
    entry->second.format = resolution.result.formats.back().get();
  }
  return entry->second;
}

void hint_at_event(ProbeResolution& resolution, Diagnostic& diagnostic, const std::string& name) {
  if (!resolution.may_hint()) return;
  if (!resolution.event_names) resolution.event_names = resolution.world.tracepoint_names();
  const std::vector<std::string>& names = *resolution.event_names;
  // The right event in the wrong category, before anything that only looks alike.
  const std::string event = name.substr(name.find(':'));
  const auto same_event = std::ranges::find_if(
      names, [&](const std::string& candidate) { return candidate.ends_with(event); });
  if (same_event != names.end()) {
    diagnostic.hint("did you mean 'tracepoint:{}'?", *same_event);
  } else if (const auto nearest = base::nearest_name(name, names)) {
    diagnostic.hint("did you mean 'tracepoint:{}'?", *nearest);
  }
}

void look_up_format(const WrittenAttachPoint& written, const AttachPoint& point,
                    ResolvedProbe& resolved) {
  if (point.has_parameters) {
    if (written.reads_fields) {
      written.report<DiagnosticKind::FieldsOfParameter>(point.range)
          .hint("its fields are known only where the event is named in the script");
    }
    return;
  }
  const ProbeResolution::FormatLookup& lookup = find_format(written.resolution, point.target,
                                                            point.function);
  resolved.format = lookup.format;
  if (lookup.format != nullptr) return;
  const std::string name = join_parts({point.target, point.function});
  if (!lookup.problem.empty()) {
    if (!written.reads_fields) return;
    written.report<DiagnosticKind::FieldsUnreadable>(point.range, name).hint("{}", lookup.problem);
  } else if (written.reads_fields) {
    hint_at_event(written.resolution,
                  written.report<DiagnosticKind::UnknownTracepointFields>(point.range, name), name);
  } else {
    hint_at_event(written.resolution,
                  written.report<DiagnosticKind::UnknownTracepoint>(point.range, name), name);
  }
}

// With a wildcard, only perf events can tell a program which of them it was (Linux 5.15).
bool is_raw_attachable(const WrittenAttachPoint& written, const AttachPoint& point) {
  if (written.parts[0].has_parameters || has_wildcard(written.parts[0])) return false;
  if (point.has_wildcards && written.reads_probe) return false;
  return std::find(std::begin(kNotRawAttachable), std::end(kNotRawAttachable), point.target) ==
         std::end(kNotRawAttachable);
}

bool check_fields_of_wildcard(const WrittenAttachPoint& written, const AttachPoint& point) {
  if (!written.reads_fields) return true;
  written.report<DiagnosticKind::FieldsOfWildcard>(point.range)
      .hint("name each event, separated by commas");
  return false;
}

}  // namespace

bool resolve_tracepoint(const WrittenAttachPoint& written, AttachPoint& point,
                        ResolvedProbe& resolved) {
  // `tracepoint:*open*`: in every category.
  const bool is_in_any = written.parts.size() == 1 && has_wildcard(written.parts[0]);
  if (!is_in_any && !check_part_count(written, 2, 2, "tracepoint:CATEGORY:EVENT")) return false;
  const AttachPointPart& event = written.parts.back();
  if (!is_in_any && !check_filled(written, written.parts[0], "a category")) return false;
  if (!check_filled(written, event, "an event")) return false;
  point.target = is_in_any ? "*" : written.parts[0].text;
  point.function = event.text;
  point.name = join_parts({written.kind.spelling, point.target, point.function});
  point.has_wildcards = has_wildcard(written.parts[0]) || has_wildcard(event);
  // The stack of a raw tracepoint begins with what calls the program, whose depth differs from
  // kernel to kernel; the other kind has the registers of the event itself.
  const bool is_raw = is_raw_attachable(written, point) && !written.reads_fields &&
                      !written.takes_kernel_stack;
  resolved.kind = is_raw ? ProgramKind::RawTracepoint : ProgramKind::Tracepoint;
  // Zero would hide the event from other users of perf that watch it.
  resolved.default_return = is_raw ? 0 : 1;
  resolved.filters_by_target_pid = true;
  if (point.has_wildcards) return check_fields_of_wildcard(written, point);
  look_up_format(written, point, resolved);
  return true;
}

bool resolve_raw_tracepoint(const WrittenAttachPoint& written, AttachPoint& point) {
  if (!check_part_count(written, 1, 2, "rawtracepoint:EVENT")) return false;
  if (written.parts.size() == 2 && !check_name(written, written.parts.front(), "a module"))
    return false;
  if (!check_name(written, written.parts.back(), "an event")) return false;
  point.target = written.parts.size() == 2 ? written.parts.front().text : "vmlinux";
  point.function = written.parts.back().text;
  point.name = join_parts({written.kind.spelling, point.target, point.function});
  return true;
}

}  // namespace bpftracec::sema
