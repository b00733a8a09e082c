// What the names of a script stand for: variables by block, maps for the whole script.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/sema/program.h"
#include "bpftracec/syntax/ast.h"

namespace bpftracec::sema {

// A variable of one probe of the script, before the probe is expanded, or of a function, whose
// parameters come first.
struct VariableInfo {
  std::string name;  // without the $
  SourceRange origin;
  const syntax::TypeName* declared_type = nullptr;
};

struct MapInfo {
  std::string name;  // with the @
  SourceRange first_use;
  bool is_scalar = false;
  SourceRange shape_origin;  // the first use that showed whether it has keys
  bool is_assigned = false;
  const syntax::MapDeclaration* declaration = nullptr;  // null for most
};

struct Names {
  // Of each of Script::probes, then of each of Script::functions; by VariableId.
  std::vector<std::vector<VariableInfo>> variables;
  std::vector<MapInfo> maps;  // ordered by name; by MapId

  // Nothing for a variable that has been reported as undefined.
  std::optional<VariableId> variable(const syntax::Variable& use) const;
  MapId map(const syntax::MapAccess& use) const;

  std::unordered_map<const syntax::Variable*, VariableId> variable_uses;
  std::unordered_map<std::string_view, MapId> map_ids;  // by the name without @
};

// Reports what can be said without types: names that nothing defines, maps used with and without
// keys, jumps out of nowhere, code that cannot be reached.
Names resolve_names(const syntax::Script& script, diagnostics::DiagnosticSink& sink);

// `import "stdlib/...";`: the library's functions are there without it.
bool is_library(const syntax::ImportStatement& import);

// An import of C, whose functions a script would call.
bool imports_c(const syntax::ImportStatement& import);

// Whether names may be defined where sema does not look: in what the parser could not read, or in
// definitions that have no meaning yet. A name that seems unknown is no error then.
bool may_define_more(const syntax::Script& script);

// The parts of a key: `@m[a, b]` and `@m[(a, b)]` are the same.
std::span<const syntax::Expr> key_parts(std::span<const syntax::Expr> keys);

// One element that delete() removes.
struct DeleteTarget {
  const syntax::MapAccess* map;
  std::span<const syntax::Expr> keys;  // empty: of a scalar map
};

// What `delete(@m, key)`, `delete(@m)` and the old `delete(@m[k], @n[l], ...)` remove; nothing if
// the arguments are none of these.
std::optional<std::vector<DeleteTarget>> delete_targets(const syntax::CallExpr& call);

}  // namespace bpftracec::sema
