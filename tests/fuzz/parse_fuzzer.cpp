// Any bytes as a script: tokens, tree and messages come out, whatever they hold.
#include <cstddef>
#include <cstdint>
#include <string>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/diagnostics/text_renderer.h"
#include "bpftracec/syntax/ast_context.h"
#include "bpftracec/syntax/dump.h"
#include "bpftracec/syntax/lexer.h"
#include "bpftracec/syntax/parser.h"

using namespace bpftracec;  // NOLINT(google-build-using-namespace): nothing includes this

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  diagnostics::SourceFile file("fuzz.bt", std::string(reinterpret_cast<const char*>(data), size));
  syntax::AstContext context;
  diagnostics::DiagnosticSink sink;
  const syntax::Script* script = syntax::parse(file, context, sink);

  // Every byte that is shown is printable, or one of these.
  std::string text = syntax::dump_ast(*script) + diagnostics::render(sink, file);
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') __builtin_trap();
  }
  diagnostics::DiagnosticSink lexer_sink;
  (void)syntax::dump_tokens(syntax::lex(file, context, lexer_sink), file);
  return 0;
}
