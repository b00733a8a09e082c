// A script and all that was made of it, for tests.
#pragma once

#include <string>
#include <vector>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/syntax/ast_context.h"
#include "bpftracec/syntax/dump.h"
#include "bpftracec/syntax/lexer.h"
#include "bpftracec/syntax/parser.h"

namespace bpftracec::syntax {

using diagnostics::DiagnosticKind;

struct Parsed {
  explicit Parsed(std::string text)
      : file("test.bt", std::move(text)), script(parse(file, context, sink)) {}

  std::vector<DiagnosticKind> kinds() const {
    std::vector<DiagnosticKind> kinds;
    for (const diagnostics::Diagnostic* diagnostic : sink.in_source_order())
      kinds.push_back(diagnostic->kind);
    return kinds;
  }

  diagnostics::SourceFile file;
  AstContext context;
  diagnostics::DiagnosticSink sink;
  const Script* script;
};

struct Lexed {
  explicit Lexed(std::string text)
      : file("test.bt", std::move(text)), tokens(lex(file, context, sink)) {}

  diagnostics::SourceFile file;
  AstContext context;
  diagnostics::DiagnosticSink sink;
  std::vector<Token> tokens;
};

}  // namespace bpftracec::syntax
