// watchpoint.
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "bpftracec/sema/resolve_attach_point.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using syntax::AttachPointPart;

namespace {

// What the debug registers of x86-64 can tell apart, with the letters in alphabetical order.
constexpr std::string_view kModes[] = {"w", "rw", "x"};

bool resolve_address(const WrittenAttachPoint& written, const AttachPointPart& part,
                     AttachPoint& point) {
  if (!check_plain_name(written, part, "an address")) return false;
  point.target = part.text;
  if (part.has_parameters) return true;
  const std::optional<uint64_t> address = parse_number(part.text);
  if (address && *address != 0 && !is_duration(part.text)) {
    point.target = std::to_string(*address);
    return true;
  }
  Diagnostic& diagnostic = written.report<DiagnosticKind::InvalidWatchpoint>(part.range, "address",
                                                                             part.text);
  if (!address) diagnostic.hint("an address is a number, such as 0x7ffe0010");
  return false;
}

bool resolve_length(const WrittenAttachPoint& written, const AttachPointPart& part,
                    AttachPoint& point) {
  if (!check_plain_name(written, part, "a length")) return false;
  if (part.has_parameters) {
    point.count_text = part.text;
    return true;
  }
  const std::optional<uint64_t> length = parse_number(part.text);
  if (length && (*length == 1 || *length == 2 || *length == 4 || *length == 8)) {
    point.count = *length;
    return true;
  }
  written.report<DiagnosticKind::InvalidWatchpoint>(part.range, "length", part.text)
      .hint("so many bytes can be watched: 1, 2, 4, 8");
  return false;
}

bool resolve_mode(const WrittenAttachPoint& written, const AttachPointPart& part,
                  AttachPoint& point) {
  if (!check_plain_name(written, part, "a mode")) return false;
  if (!check_without_parameters(written, part, "the mode of a watchpoint")) return false;
  point.function = part.text;
  std::ranges::sort(point.function);
  if (std::ranges::find(kModes, point.function) == std::end(kModes)) {
    written.report<DiagnosticKind::InvalidWatchpoint>(part.range, "mode", part.text)
        .hint("modes are w (writes), rw (reads and writes) and x (runs)");
    return false;
  }
  if (point.function == "x" && point.count_text.empty() && point.count != 8) {
    written.report<DiagnosticKind::InvalidWatchpoint>(part.range, "mode", part.text)
        .hint("what is run is watched with a length of 8");
    return false;
  }
  return true;
}

}  // namespace

bool resolve_watchpoint(const WrittenAttachPoint& written, AttachPoint& point) {
  if (!check_part_count(written, 3, 3, "watchpoint:ADDRESS:LENGTH:MODE")) return false;
  const bool is_right = resolve_address(written, written.parts[0], point);
  if (!resolve_length(written, written.parts[1], point) ||
      !resolve_mode(written, written.parts[2], point) || !is_right) {
    return false;
  }
  const std::string length = point.count_text.empty() ? std::to_string(point.count)
                                                      : point.count_text;
  point.name = join_parts({written.kind.spelling, point.target, length, point.function});
  return true;
}

}  // namespace bpftracec::sema
