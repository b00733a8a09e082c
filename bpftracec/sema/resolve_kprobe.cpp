// kprobe, kretprobe, fentry, fexit: functions of the kernel and of its modules, by name or address.
#include <optional>
#include <string>
#include <string_view>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/resolve_attach_point.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using syntax::AttachPointPart;

namespace {

// `0xffffffff81000000`. The tool does not check what is there.
bool resolve_address(const WrittenAttachPoint& written, const AttachPointPart& part,
                     AttachPoint& point) {
  const std::optional<uint64_t> address = parse_number(part.text);
  if (!address || *address == 0 || is_duration(part.text)) {
    written.report<DiagnosticKind::InvalidAddress>(part.range, part.text);
    return false;
  }
  if (!written.resolution.is_unsafe) {
    written.report<DiagnosticKind::UnsafeProbe>(part.range, "a probe at an address")
        .hint(
            "the address is that of one boot of one kernel; a function by its name and an offset "
            "is found everywhere: {}:FUNCTION+OFFSET",
            written.kind.spelling);
    return false;
  }
  point.offset = *address;
  point.name = join_parts({written.kind.spelling, std::to_string(point.offset)});
  return true;
}

// What follows the `+`.
bool resolve_offset(const WrittenAttachPoint& written, const AttachPointPart& part,
                    std::string_view text, AttachPoint& point) {
  if (written.kind.kind == ProbeKind::Kretprobe) {
    written.report<DiagnosticKind::OffsetNotAllowed>(part.range,
                                                     "a " + std::string(written.kind.spelling));
    return false;
  }
  const std::optional<uint64_t> offset = parse_number(text);
  if (!offset || is_duration(text)) {
    written.report<DiagnosticKind::InvalidOffset>(part.range, text)
        .hint("a number of bytes from the function's start");
    return false;
  }
  if (point.has_wildcards) {
    written.report<DiagnosticKind::WildcardWithOffset>(part.range);
    return false;
  }
  point.offset = *offset;
  return true;
}

// System calls have had other names than their own since Linux 4.17.
void hint_at_system_call(Diagnostic& diagnostic, std::string_view name) {
  const std::string_view call = name.substr(std::string_view("sys_").size());
  diagnostic.hint(
      "system calls are functions like '__x64_sys_{}', by architecture; "
      "tracepoint:syscalls:sys_enter_{} is there everywhere",
      call, call);
}

// Functions that the compiler has cut up are named by number, differently in each build.
bool is_part_of_function(std::string_view name) { return name.find('.') != std::string_view::npos; }

void check_function(const WrittenAttachPoint& written, const AttachPoint& point) {
  if (is_part_of_function(point.function)) return;
  const world::World& world = written.resolution.world;
  if (world.find_kernel_function(point.function) != world::FunctionLookup::NoSuchFunction) return;
  Diagnostic& diagnostic = written.report<DiagnosticKind::UnknownKernelFunction>(
      written.parts.back().range, point.function);
  if (point.function.starts_with("sys_")) {
    hint_at_system_call(diagnostic, point.function);
  } else if (written.resolution.may_hint()) {
    const auto nearest = world.nearest_kernel_function(point.function);
    if (nearest) diagnostic.hint("did you mean '{}'?", *nearest);
  }
}

}  // namespace

bool resolve_kprobe(const WrittenAttachPoint& written, AttachPoint& point) {
  const std::string spelling(written.kind.spelling);
  const std::string shape = spelling + ":FUNCTION or " + spelling + ":MODULE:FUNCTION";
  if (!check_part_count(written, 1, 2, shape)) return false;
  const AttachPointPart& function = written.parts.back();
  if (!check_filled(written, function, "a function")) return false;
  if (written.parts.size() == 1 && is_digit(function.text.front()) && !function.has_parameters) {
    return resolve_address(written, function, point);
  }
  if (written.parts.size() == 2) {
    if (!check_filled(written, written.parts.front(), "a module")) return false;
    point.target = written.parts.front().text;
    point.has_wildcards = has_wildcard(written.parts.front());
  }
  point.has_wildcards |= has_wildcard(function);
  // No symbol of the kernel has a '+' in it.
  const size_t plus = function.text.find('+');
  point.function = function.text.substr(0, plus);
  point.name = join_parts({spelling, point.target, point.function});
  if (plus != std::string_view::npos) {
    if (!check_without_parameters(written, function, "a function with an offset")) return false;
    if (!resolve_offset(written, function, function.text.substr(plus + 1), point)) return false;
    if (point.offset != 0) point.name += "+" + std::to_string(point.offset);
  }
  if (!point.has_wildcards && !point.has_parameters) check_function(written, point);
  return true;
}

bool resolve_fentry(const WrittenAttachPoint& written, AttachPoint& point) {
  const std::string spelling(written.kind.spelling);
  const std::string shape = spelling + ":FUNCTION or " + spelling + ":MODULE:FUNCTION";
  if (!check_part_count(written, 1, 2, shape)) return false;
  for (const AttachPointPart& part : written.parts) {
    if (!check_name(written, part, "a function")) return false;
  }
  if (written.parts.size() == 2) point.target = written.parts.front().text;
  point.function = written.parts.back().text;
  if (point.function.find('+') != std::string::npos) {
    written.report<DiagnosticKind::OffsetNotAllowed>(written.parts.back().range, "a " + spelling);
    return false;
  }
  point.name = join_parts(
      {spelling, point.target.empty() ? "vmlinux" : point.target, point.function});
  if (!point.has_parameters) check_function(written, point);
  return true;
}

}  // namespace bpftracec::sema
