// usdt: static markers of programs and libraries. The notes that tell where they are, and where
// their arguments lie, are those of the target's files; the tool reads them when it starts.
#include <string>

#include "bpftracec/sema/resolve_attach_point.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;

// With -p the path may be left out; the tool tells if it is missing without.
bool resolve_usdt(const WrittenAttachPoint& written, AttachPoint& point) {
  if (!check_part_count(written, 2, 3, "usdt:PATH:NAME or usdt:PATH:PROVIDER:NAME")) return false;
  const auto& parts = written.parts;
  if (parts.back().text.empty()) {
    written.report<DiagnosticKind::EmptyProbePart>(parts.back().range, written.kind.spelling,
                                                   "a marker");
    return false;
  }
  point.target = parts.front().text;
  if (parts.size() == 3) point.scope = parts[1].text;
  point.function = parts.back().text;
  point.name = join_parts({written.kind.spelling, point.target, point.scope, point.function});
  // One marker may be in many places, and be that of many providers.
  point.has_wildcards = true;
  return true;
}

}  // namespace bpftracec::sema
