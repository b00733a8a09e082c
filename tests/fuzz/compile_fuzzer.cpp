// Any bytes as a script, to the BPF object: what LLVM and its verifier make of an accepted script.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "bpftracec/bpf/compile.h"
#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/sema/analyze.h"
#include "bpftracec/syntax/ast_context.h"
#include "bpftracec/syntax/parser.h"
#include "tests/support/world/fixture_world.h"

using namespace bpftracec;  // NOLINT(google-build-using-namespace): nothing includes this

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const testing_support::FixtureWorld world;
  diagnostics::SourceFile file("fuzz.bt", std::string(reinterpret_cast<const char*>(data), size));
  syntax::AstContext context;
  diagnostics::DiagnosticSink sink;
  const syntax::Script* script = syntax::parse(file, context, sink);
  std::optional<sema::Program> program = sema::analyze(*script, file, world, sink);
  if (!program) return 0;

  auto object = bpf::compile_to_object(*program);
  if (!object) {
    // The limits of BPF are told, not met by crashing; what else fails here is ours.
    std::fprintf(stderr, "%s\n", object.error().message.c_str());
  }
  return 0;
}
