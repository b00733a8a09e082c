// A script, analysed against the fixture world.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/sema/analyze.h"
#include "bpftracec/syntax/ast_context.h"

namespace bpftracec::sema {

class Analyzed {
 public:
  explicit Analyzed(std::string text);

  // Fails the test when there is none.
  const Program& program() const;
  bool has_program() const { return program_.has_value(); }

  // What was reported, in source order.
  std::vector<diagnostics::DiagnosticKind> reported() const;
  // The text that the number-th report is about.
  std::string_view reported_text(size_t number) const;

  // The spelling of the type of a variable of any program, of a map's value, of a part of its key.
  std::string variable(const std::string& name) const;
  std::string map(const std::string& name) const;
  std::string key(const std::string& name, size_t part = 0) const;
  const MapPlan& map_plan(const std::string& name) const;

 private:
  diagnostics::SourceFile file_;
  syntax::AstContext context_;
  diagnostics::DiagnosticSink sink_;
  std::optional<Program> program_;
};

// The type that `$x` has after `BEGIN { statements }`.
std::string type_of_x(const std::string& statements);

}  // namespace bpftracec::sema
