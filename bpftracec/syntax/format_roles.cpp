#include "bpftracec/syntax/format_roles.h"

#include "bpftracec/syntax/walker.h"

namespace bpftracec::syntax {
namespace {

class RoleFinder : public Walker<RoleFinder> {
 public:
  FormatRoles find(const Script& script) && {
    for (const CDefinition& definition : script.c_definitions) add_item(definition.range);
    for (const ConfigSetting& setting : script.config) {
      roles_.statements.insert(setting.range.begin);
    }
    for (const ImportStatement& import : script.imports) add_item(import.range);
    for (const MapDeclaration& declaration : script.map_declarations) add_item(declaration.range);
    for (const Macro& macro : script.macros) {
      add_item(macro.range);
      add_block(*macro.body, BlockKind::Value);
    }
    for (const Function& function : script.functions) {
      add_item(function.range);
      for (const FunctionParameter& parameter : function.parameters) walk(parameter.type);
      walk(function.return_type);
      add_block(*function.body, BlockKind::Statements);
    }
    for (const Probe& probe : script.probes) {
      add_item(probe.range);
      if (probe.predicate) walk(*probe.predicate);
      add_block(*probe.body, BlockKind::Probe);
    }
    return std::move(roles_);
  }

  // ---- expressions ----

  // Blocks that are met by walking are parts of expressions; those of statements are gone into by
  // add_statement().
  void visit(const Block& block) { add_block(block, BlockKind::Value); }
  void visit(const IfStatement& statement) { add_if(statement, BlockKind::Value); }
  void visit(const BinaryExpr& node) {
    roles_.binary.emplace(node.op_range.begin, node.op);
    walk_children(node);
  }
  void visit(const UnaryExpr& node) {
    roles_.prefix.insert(node.range.begin);
    walk_children(node);
  }
  void visit(const IncrementExpr& node) {
    if (node.is_prefix) roles_.prefix.insert(node.range.begin);
    walk_children(node);
  }
  void visit(const TypeName& type) {
    roles_.types.emplace(type.range.begin, type.range.end);
    walk_children(type);
  }
  void visit(const CastExpr& cast) {
    roles_.cast_ends.insert(cast.type.range.end);
    walk_children(cast);
  }

 private:
  void add_item(SourceRange range) { roles_.items.insert(range.begin); }

  void add_block(const Block& block, BlockKind kind) {
    roles_.blocks.emplace(block.range.begin, kind);
    const BlockKind inner = kind == BlockKind::Value ? kind : BlockKind::Statements;
    for (const Statement& statement : block.statements) {
      roles_.statements.insert(range_of(statement).begin);
      const bool is_last = &statement == &block.statements.back();
      add_statement(statement, is_last ? inner : BlockKind::Statements);
    }
  }

  // `kind` is that of the blocks which are the statement's value.
  void add_statement(const Statement& statement, BlockKind kind) {
    if (const auto* const* node = std::get_if<const IfStatement*>(&statement)) {
      add_if(**node, kind);
    } else if (const auto* const* block = std::get_if<const Block*>(&statement)) {
      add_block(**block, kind);
    } else if (const auto* const* loop = std::get_if<const WhileStatement*>(&statement)) {
      walk((*loop)->condition);
      add_block(*(*loop)->body, BlockKind::Statements);
    } else if (const auto* const* unroll = std::get_if<const UnrollStatement*>(&statement)) {
      walk((*unroll)->count);
      add_block(*(*unroll)->body, BlockKind::Statements);
    } else if (const auto* const* each = std::get_if<const ForEachStatement*>(&statement)) {
      add_block(*(*each)->body, BlockKind::Statements);
    } else if (const auto* const* range = std::get_if<const ForRangeStatement*>(&statement)) {
      walk((*range)->begin);
      walk((*range)->end);
      add_block(*(*range)->body, BlockKind::Statements);
    } else {
      walk(statement);
    }
  }

  void add_if(const IfStatement& statement, BlockKind kind) {
    walk(statement.condition);
    add_block(*statement.then_block, kind);
    if (statement.else_block == nullptr) return;
    if (const IfStatement* next = as_else_if(*statement.else_block)) return add_if(*next, kind);
    add_block(*statement.else_block, kind);
  }

  // The block of an `else if` is not written.
  static const IfStatement* as_else_if(const Block& block) {
    if (block.statements.size() != 1) return nullptr;
    const auto* const* next = std::get_if<const IfStatement*>(&block.statements.front());
    return next != nullptr && (*next)->range == block.range ? *next : nullptr;
  }

  FormatRoles roles_;
};

}  // namespace

FormatRoles find_roles(const Script& script) { return RoleFinder().find(script); }

}  // namespace bpftracec::syntax
