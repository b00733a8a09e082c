// uprobe, uretprobe.
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

}  // namespace

bool resolve_uprobe(const WrittenAttachPoint& written, AttachPoint& point) {
  if (written.parts.size() == 3) {
    written.report<DiagnosticKind::UnsupportedProbePart>(written.parts[1].range,
                                                         "the language of a function");
    return false;
  }
  const std::string shape = std::string(written.kind.spelling) + ":PATH:FUNCTION";
  if (!check_part_count(written, 2, 2, shape)) return false;
  if (!check_name(written, written.parts[0], "a file") ||
      !check_name(written, written.parts[1], "a function"))
    return false;
  const std::string_view function = written.parts[1].text;
  if (is_digit(function.front())) {
    written.report<DiagnosticKind::UnsupportedProbePart>(written.parts[1].range, "an address");
    return false;
  }
  // Symbols of C++ are mangled and hold no '+'.
  if (function.find('+') != std::string_view::npos) {
    written.report<DiagnosticKind::UnsupportedProbePart>(written.parts[1].range, "an offset");
    return false;
  }
  point.target = written.parts[0].text;
  point.function = function;
  point.name = join_parts({written.kind.spelling, point.target, point.function});
  if (!point.has_parameters) check_symbol(written, point);
  return true;
}

}  // namespace bpftracec::sema
