// The C types and constants that a script names, as types and expressions of the language.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/sema/type.h"
#include "bpftracec/syntax/ast.h"
#include "bpftracec/syntax/ast_context.h"
#include "bpftracec/world/world.h"

namespace bpftracec::sema {

class CTypes {
 public:
  // Reads the script's definitions, if there are any, and reports what is wrong with them.
  CTypes(const syntax::Script& script, const diagnostics::SourceFile& file,
         const world::World& world, diagnostics::DiagnosticSink& sink);

  const world::CTypeCatalog& catalog() const { return *catalog_; }
  std::shared_ptr<const world::CTypeCatalog> share() const { return catalog_; }
  // Clang has complained: what seems unknown may have been meant to be defined there.
  bool has_errors() const { return has_errors_; }

  // The complete type, if anybody knows it. Looked up once.
  const world::CType* find(world::CTag tag, std::string_view name);
  std::optional<world::CEnumerator> find_enumerator(std::string_view name);

  // What the language makes of a type: None where it makes nothing of it (void, functions, floating
  // point). Pointers in it lead into `space` unless the kernel says that they lead to user space.
  Type convert(const world::CType& type, AddressSpace space) const;

  // The replacement of a macro where it is used, every part at the place of the use. Null if it is
  // not one expression without variables and maps.
  const syntax::Expr* expand(const syntax::Identifier& use, const world::CMacro& macro);
  // Macros that are being expanded: within itself, a macro's name means what it meant before.
  std::vector<std::string_view> macros_in_use;

 private:
  void report_diagnostics(const diagnostics::SourceFile& file, diagnostics::DiagnosticSink& sink);
  Type convert_pointer(const world::CType& type, AddressSpace space) const;
  Type convert_array(const world::CType& type, AddressSpace space) const;
  Type convert_enum(const world::CType& type) const;
  std::optional<syntax::Expr> parse(const syntax::Identifier& use, const world::CMacro& macro);

  std::shared_ptr<const world::CTypeCatalog> catalog_;
  bool has_errors_ = false;
  std::map<std::pair<world::CTag, std::string>, const world::CType*> types_;
  std::map<std::string, std::optional<world::CEnumerator>, std::less<>> enumerators_;
  syntax::AstContext macro_nodes_;
  std::unordered_map<const syntax::Identifier*, std::optional<syntax::Expr>> expansions_;
};

}  // namespace bpftracec::sema
