// interval, profile.
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "bpftracec/sema/resolve_attach_point.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;
using syntax::AttachPointPart;

namespace {

struct TimeUnit {
  std::string_view name;
  uint64_t nanoseconds;  // 0: a rate
};

constexpr TimeUnit kTimeUnits[] = {
    {"hz", 0}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}};

constexpr uint64_t kMaxRate = 1'000'000'000;

const TimeUnit* find_unit(std::string_view name) {
  const auto* unit = std::find_if(std::begin(kTimeUnits), std::end(kTimeUnits),
                                  [&](const TimeUnit& unit) { return unit.name == name; });
  return unit == std::end(kTimeUnits) ? nullptr : unit;
}

bool resolve_duration(const WrittenAttachPoint& written, const AttachPointPart& part,
                      AttachPoint& point) {
  if (!check_without_parameters(written, part, "a duration without a unit")) return false;
  const auto* unit = find_unit(part.text);
  if (unit != nullptr) {
    written
        .report<DiagnosticKind::ProbePartCount>(written.range, written.kind.spelling, "2", "parts",
                                                1)
        .hint("how many? for example {}:{}:1", written.kind.spelling, part.text);
    return false;
  }
  const std::optional<uint64_t> nanoseconds = parse_number(part.text);
  if (!nanoseconds || *nanoseconds > kMaxPeriod) {
    written.report<DiagnosticKind::InvalidRate>(part.range, written.kind.spelling, part.text)
        .hint("a duration is for example 5s, 10ms or 100us");
    return false;
  }
  if (*nanoseconds < 1000) {
    written.report<DiagnosticKind::DurationTooShort>(part.range, *nanoseconds);
    return false;
  }
  point.target = "us";
  point.count = *nanoseconds / 1000;
  point.name = join_parts({written.kind.spelling, point.target, std::to_string(point.count)});
  return true;
}

bool resolve_unit_and_count(const WrittenAttachPoint& written, const AttachPointPart& unit_part,
                            const AttachPointPart& count_part, AttachPoint& point) {
  if (!check_without_parameters(written, unit_part, "the unit of time")) return false;
  const TimeUnit* unit = find_unit(unit_part.text);
  if (unit == nullptr) {
    written.report<DiagnosticKind::UnknownTimeUnit>(unit_part.range, unit_part.text)
        .hint("units are hz, s, ms and us");
    return false;
  }
  point.target = unit->name;
  if (count_part.has_parameters) {
    point.count_text = count_part.text;
    point.name = join_parts({written.kind.spelling, point.target, point.count_text});
    return true;
  }
  const std::optional<uint64_t> count = parse_number(count_part.text);
  const uint64_t most = unit->nanoseconds == 0 ? kMaxRate : kMaxPeriod / unit->nanoseconds;
  if (!count || *count == 0 || *count > most || is_duration(count_part.text)) {
    written
        .report<DiagnosticKind::InvalidRate>(count_part.range, written.kind.spelling,
                                             count_part.text)
        .hint("a whole number from 1 to {}", most);
    return false;
  }
  point.count = *count;
  point.name = join_parts({written.kind.spelling, point.target, std::to_string(point.count)});
  return true;
}

}  // namespace

bool resolve_timer(const WrittenAttachPoint& written, AttachPoint& point) {
  const std::string shape = std::string(written.kind.spelling) + ":UNIT:NUMBER or " +
                            std::string(written.kind.spelling) + ":DURATION";
  if (!check_part_count(written, 1, 2, shape)) return false;
  for (const AttachPointPart& part : written.parts) {
    if (!check_plain_name(written, part, "a time")) return false;
  }
  if (written.parts.size() == 1) return resolve_duration(written, written.parts[0], point);
  return resolve_unit_and_count(written, written.parts[0], written.parts[1], point);
}

}  // namespace bpftracec::sema
