// Any script without syntax errors: its usual form has the same tree, and is its own usual form.
#include <cstddef>
#include <cstdint>
#include <string>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/syntax/ast_context.h"
#include "bpftracec/syntax/dump.h"
#include "bpftracec/syntax/format.h"
#include "bpftracec/syntax/lexer.h"
#include "bpftracec/syntax/parser.h"

using namespace bpftracec;  // NOLINT(google-build-using-namespace): nothing includes this

namespace {

struct Formatted {
  bool is_right;
  std::string tree;
  std::string text;
};

Formatted format(std::string script_text) {
  const diagnostics::SourceFile file("fuzz.bt", std::move(script_text));
  syntax::AstContext context;
  diagnostics::DiagnosticSink sink;
  const syntax::Script* script = syntax::parse(file, context, sink);
  if (sink.has_errors()) return {false, {}, {}};
  return {true, syntax::dump_ast(*script),
          syntax::format(*script, syntax::lex(file, context, sink), file)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Formatted first = format(std::string(reinterpret_cast<const char*>(data), size));
  if (!first.is_right) return 0;
  const Formatted second = format(first.text);
  if (!second.is_right || second.tree != first.tree || second.text != first.text) __builtin_trap();
  return 0;
}
