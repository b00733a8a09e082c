#include "bpftracec/sema/c_types.h"

#include "bpftracec/syntax/parser.h"
#include "bpftracec/syntax/walker.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using diagnostics::SourceFile;
using world::CType;
using world::CTypeKind;

namespace {

std::shared_ptr<const world::CTypeCatalog> catalog_of(const syntax::Script& script,
                                                      const SourceFile& file,
                                                      const world::World& world) {
  world::CSource source{file.name(), file.text(), {}};
  for (const syntax::CDefinition& definition : script.c_definitions)
    source.parts.push_back(definition.range);
  return world.c_types(source);
}

// Names are resolved before macros are expanded, so a replacement can have none of these.
struct NameFinder : syntax::Walker<NameFinder> {
  bool has_found = false;
  void visit(const syntax::Variable&) { has_found = true; }
  void visit(const syntax::MapAccess&) { has_found = true; }
  void visit(const syntax::Block&) { has_found = true; }
  void visit(const syntax::IfStatement&) { has_found = true; }
};

bool is_integer_size(uint64_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

}  // namespace

CTypes::CTypes(const syntax::Script& script, const SourceFile& file, const world::World& world,
               DiagnosticSink& sink)
    : catalog_(catalog_of(script, file, world)) {
  report_diagnostics(file, sink);
}

void CTypes::report_diagnostics(const SourceFile& /*file*/, DiagnosticSink& sink) {
  for (const world::CDiagnostic& fault : catalog_->diagnostics()) {
    const bool is_error = fault.severity == world::CSeverity::Error;
    has_errors_ = has_errors_ || is_error;
    Diagnostic& diagnostic = is_error
                                 ? sink.report<DiagnosticKind::CError>(fault.range, fault.text)
                                 : sink.report<DiagnosticKind::CWarning>(fault.range, fault.text);
    if (!fault.file.empty()) diagnostic.hint("{}:{}:{}", fault.file, fault.line, fault.column);
  }
}

const CType* CTypes::find(world::CTag tag, std::string_view name) {
  const auto [entry, is_new] = types_.try_emplace({tag, std::string(name)}, nullptr);
  if (is_new) entry->second = catalog_->find_type(tag, name);
  return entry->second;
}

std::optional<world::CEnumerator> CTypes::find_enumerator(std::string_view name) {
  const auto found = enumerators_.find(name);
  if (found != enumerators_.end()) return found->second;
  return enumerators_.emplace(name, catalog_->find_enumerator(name)).first->second;
}

// ---- types --------------------------------------------------------------------------------------

Type CTypes::convert(const CType& type, AddressSpace space) const {
  switch (type.kind) {
    case CTypeKind::Integer:
      if (type.is_bool) return bool_type();
      if (!is_integer_size(type.size)) return {};
      return integer_type(static_cast<uint32_t>(type.size), type.is_signed);
    case CTypeKind::Pointer:
      return convert_pointer(type, space);
    case CTypeKind::Array:
      return convert_array(type, space);
    case CTypeKind::Struct:
    case CTypeKind::Union: {
      const CType& definition = *catalog_->complete(&type);
      return {.kind = TypeKind::Struct,
              .size = static_cast<uint32_t>(definition.size),
              .space = space,
              .c_name = world::spelling(type),
              .c_type = &definition};
    }
    case CTypeKind::Enum:
      return convert_enum(*catalog_->complete(&type));
    case CTypeKind::Void:
    case CTypeKind::Float:
    case CTypeKind::Function:
      break;
  }
  return {};
}

Type CTypes::convert_pointer(const CType& type, AddressSpace space) const {
  if (type.tag == world::PointerTag::User) space = AddressSpace::User;
  const CType& target = *type.target;
  // Where a per-CPU pointer leads depends on the CPU, and nobody knows what other tags mean.
  const bool can_follow = type.tag != world::PointerTag::Percpu &&
                          type.tag != world::PointerTag::Other;
  Type element = can_follow ? convert(target, space) : Type{};
  const bool is_incomplete = element.kind == TypeKind::Struct && !element.c_type->is_complete;
  std::shared_ptr<const Type> shared;
  if (element.kind == TypeKind::Bool) element = integer_type(1, false);  // a byte like any other
  // What a text in memory is, str() tells; its size is not known here.
  if (element.kind != TypeKind::None && !is_incomplete) {
    shared = std::make_shared<const Type>(std::move(element));
  }
  const bool is_void = target.kind == CTypeKind::Void && target.typedef_name.empty();
  return pointer_type(is_void ? "" : world::spelling(target), space, std::move(shared));
}

Type CTypes::convert_array(const CType& type, AddressSpace space) const {
  const CType& target = *type.target;
  if (type.is_flexible) {
    Type element = convert(target, space);
    if (element.kind == TypeKind::None) return {};
    return pointer_type(world::spelling(target), space,
                        std::make_shared<const Type>(std::move(element)));
  }
  const auto size = static_cast<uint32_t>(type.size);
  if (target.kind == CTypeKind::Integer && target.is_char) {
    // bpftrace leaves room for a NUL behind what Clang describes, but not behind what BTF does.
    return string_type(size + (type.origin == world::CTypeOrigin::Kernel ? 0 : 1));
  }
  Type element = convert(target, space);
  if (element.kind == TypeKind::None) return {};
  return {.kind = TypeKind::Array,
          .size = size,
          .count = static_cast<uint32_t>(type.count),
          .space = space,
          .element = std::make_shared<const Type>(std::move(element))};
}

Type CTypes::convert_enum(const CType& type) const {
  if (!is_integer_size(type.size)) return integer_type(4, type.is_signed);
  Type result = integer_type(static_cast<uint32_t>(type.size), type.is_signed);
  std::vector<Enumerator> enumerators;
  for (const world::CEnumerator& enumerator : catalog_->enumerators(type))
    enumerators.push_back({enumerator.name, enumerator.value});
  // Constants without a type of their own are numbers.
  if (enumerators.empty() || (type.name.empty() && type.typedef_name.empty())) return result;
  result.c_name = world::spelling(type);
  result.enumerators = std::make_shared<const std::vector<Enumerator>>(std::move(enumerators));
  return result;
}

// ---- macros -------------------------------------------------------------------------------------

const syntax::Expr* CTypes::expand(const syntax::Identifier& use, const world::CMacro& macro) {
  const auto [entry, is_new] = expansions_.try_emplace(&use);
  if (is_new) entry->second = parse(use, macro);
  return entry->second ? &*entry->second : nullptr;
}

std::optional<syntax::Expr> CTypes::parse(const syntax::Identifier& use,
                                          const world::CMacro& macro) {
  const SourceFile replacement(macro.name, macro.text);
  const auto expr = syntax::parse_expression(replacement, macro_nodes_, use.range);
  if (!expr) return std::nullopt;
  NameFinder names;
  names.walk(*expr);
  return names.has_found ? std::nullopt : expr;
}

}  // namespace bpftracec::sema
