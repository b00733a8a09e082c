// Attach points with all that the build host can say about them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/sema/program.h"
#include "bpftracec/syntax/ast.h"
#include "bpftracec/world/world.h"

namespace bpftracec::sema {

// One attach point of one probe; becomes one program. Or a function, which has no attach point.
struct ResolvedProbe {
  const syntax::Probe* syntax;  // null for a function
  uint32_t probe_index;         // in Script::probes, which Script::functions follow
  std::optional<FunctionId> function = {};
  // Nothing for a function, and when it is wrong, which has been reported: the probe's body is
  // checked as far as that goes without it.
  std::optional<AttachPoint> attach_point;
  ProgramKind kind = ProgramKind::RawTracepoint;
  bool filters_by_target_pid = false;
  int64_t default_return = 0;
  // Tracepoints whose fields are read. Null: they are not known here, which has been reported.
  const world::TracepointFormat* format = nullptr;
};

struct ResolvedProbes {
  std::vector<ResolvedProbe> probes;  // in source order
  std::vector<std::unique_ptr<const world::TracepointFormat>> formats;
};

ResolvedProbes resolve_probes(const syntax::Script& script, const world::World& world,
                              diagnostics::DiagnosticSink& sink, bool is_unsafe);

}  // namespace bpftracec::sema
