// uprobe, uretprobe.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/resolve_attach_point.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;

namespace {

void check_symbol(const WrittenAttachPoint& written, const AttachPoint& point) {
  // Names without a directory are looked up in the target's PATH and library cache.
  if (point.target.find('/') == std::string::npos) return;
  switch (written.resolution.world.find_symbol(point.target, point.function)) {
    case world::SymbolLookup::Found:
      return;
    case world::SymbolLookup::NoSuchFile:
      written.report<DiagnosticKind::ProbeFileNotFound>(written.parts[0].range, point.target);
      return;
    case world::SymbolLookup::NoSuchSymbol: {
      Diagnostic& diagnostic = written.report<DiagnosticKind::ProbeSymbolNotFound>(
          written.parts[1].range, point.target, point.function);
      if (!written.resolution.may_hint()) return;
      const std::vector<std::string> names = written.resolution.world.function_names(point.target);
      if (const auto nearest = base::nearest_name(point.function, names)) {
        diagnostic.hint("did you mean '{}'?", *nearest);
      }
      return;
    }
  }
}

// What follows the `+`.
bool resolve_offset(const WrittenAttachPoint& written, std::string_view text, AttachPoint& point) {
  const SourceRange range = written.parts[1].range;
  if (written.kind.kind == ProbeKind::Uretprobe || point.has_wildcards) {
    written.report<DiagnosticKind::OffsetNotAllowed>(
        range, point.has_wildcards ? "an attach point with wildcards" : "a uretprobe");
    return false;
  }
  const std::optional<uint64_t> offset = parse_number(text);
  if (!offset || is_duration(text)) {
    written.report<DiagnosticKind::InvalidOffset>(range, text)
        .hint("a number of bytes from the function's start");
    return false;
  }
  point.offset = *offset;
  if (point.offset != 0) point.name += "+" + std::to_string(point.offset);
  return true;
}

bool check_filled(const WrittenAttachPoint& written, size_t part, std::string_view what) {
  if (!written.parts[part].text.empty()) return true;
  written.report<DiagnosticKind::EmptyProbePart>(written.parts[part].range, written.kind.spelling,
                                                 what);
  return false;
}

}  // namespace

bool resolve_uprobe(const WrittenAttachPoint& written, AttachPoint& point) {
  if (written.parts.size() == 3) {
    written.report<DiagnosticKind::UnsupportedProbePart>(written.parts[1].range,
                                                         "the language of a function");
    return false;
  }
  const std::string shape = std::string(written.kind.spelling) + ":PATH:FUNCTION";
  if (!check_part_count(written, 2, 2, shape)) return false;
  if (!check_filled(written, 0, "a file") || !check_filled(written, 1, "a function")) return false;
  const std::string_view function = written.parts[1].text;
  if (is_digit(function.front())) {
    written.report<DiagnosticKind::UnsupportedProbePart>(written.parts[1].range, "an address");
    return false;
  }
  point.target = written.parts[0].text;
  // Symbols of C++ are mangled and hold no '+'.
  const size_t plus = function.find('+');
  point.function = function.substr(0, plus);
  point.name = join_parts({written.kind.spelling, point.target, point.function});
  // Of files, patterns are those that shells have.
  point.has_wildcards = point.function.find('*') != std::string::npos ||
                        point.target.find_first_of("*?[") != std::string::npos;
  if (plus != std::string_view::npos &&
      !resolve_offset(written, function.substr(plus + 1), point)) {
    return false;
  }
  if (!point.has_parameters && !point.has_wildcards) check_symbol(written, point);
  return true;
}

}  // namespace bpftracec::sema
