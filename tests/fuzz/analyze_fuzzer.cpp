// Any bytes as a script, through all that knows nothing of BPF: a script that is accepted must come
// out as C++ that holds no byte of it outside of literals.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/diagnostics/text_renderer.h"
#include "bpftracec/host/generate_cpp.h"
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
  // What is refused is refused with a reason.
  if (program.has_value() == sink.has_errors()) __builtin_trap();
  (void)diagnostics::render(sink, file);
  if (!program) return 0;

  (void)sema::dump(*program);
  // Literals hold nothing but printable characters.
  for (char c : host::generate_cpp(*program, {.tool_name = "fuzz", .version = "0"})) {
    bool is_printable = c == '\n' || (static_cast<unsigned char>(c) >= 0x20 &&
                                      static_cast<unsigned char>(c) < 0x7F);
    if (!is_printable) __builtin_trap();
  }
  return 0;
}
