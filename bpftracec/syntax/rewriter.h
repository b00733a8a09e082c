// Makes a copy of a tree in which some nodes are others. Derive from it and write rewrite() for the
// kinds that change; copy_children() goes on below a node:
//
//   struct Renamer : Rewriter<Renamer> {
//     using Rewriter::rewrite;
//     const Variable* variable(const Variable& node) { return make(Variable{node.range, "x"}); }
//   };
//
// An expression may become one of any kind. variable() and map() are asked for every variable and
// map, also where the grammar has room for nothing else.
#pragma once

#include <variant>
#include <vector>

#include "bpftracec/syntax/ast.h"
#include "bpftracec/syntax/ast_context.h"

namespace bpftracec::syntax {

template <typename Derived>
class Rewriter {
 public:
  explicit Rewriter(AstContext& context) : context_(context) {}

  // How many nodes have been made so far.
  size_t made() const { return made_; }

  Expr copy(const Expr& expr) {
    return std::visit([&](const auto* node) -> Expr { return self().rewrite(*node); }, expr);
  }

  Statement copy(const Statement& statement) {
    return std::visit([&](const auto* node) -> Statement { return self().rewrite(*node); },
                      statement);
  }

  TypeOrExpr copy(const TypeOrExpr& operand) {
    return std::visit([&](const auto& node) -> TypeOrExpr { return copy(node); }, operand);
  }

  TypeName copy(TypeName type) {
    if (type.type_of != nullptr) {
      type.type_of = make(TypeofExpr{type.type_of->range, copy(type.type_of->operand)});
    }
    return type;
  }

  template <typename T>
  std::optional<T> copy(const std::optional<T>& item) {
    return item ? std::optional<T>(copy(*item)) : std::nullopt;
  }

  template <typename T>
  std::span<const T> copy(std::span<const T> items) {
    std::vector<T> copies;
    copies.reserve(items.size());
    for (const T& item : items) copies.push_back(copy(item));
    return context_.copy(copies);
  }

  const Block* copy(const Block* block) {
    return block != nullptr ? self().rewrite(*block) : nullptr;
  }

  Probe copy(const Probe& probe) {
    Probe result = probe;
    result.predicate = copy(probe.predicate);
    result.body = copy(probe.body);
    return result;
  }

  // ---- expressions ----
  Expr rewrite(const ErrorExpr& node) { return &node; }
  Expr rewrite(const IntegerLiteral& node) { return &node; }
  Expr rewrite(const StringLiteral& node) { return &node; }
  Expr rewrite(const BooleanLiteral& node) { return &node; }
  Expr rewrite(const Identifier& node) { return &node; }
  // A variable of its own each time: what a name stands for is kept by node.
  Expr rewrite(const Variable& node) { return self().variable(node); }
  Expr rewrite(const PositionalParameter& node) { return &node; }
  Expr rewrite(const ParameterCount& node) { return &node; }
  Expr rewrite(const MapAccess& node) { return self().map(node); }
  Expr rewrite(const FieldAccess& node) {
    FieldAccess result = node;
    result.object = copy(node.object);
    return make(result);
  }
  Expr rewrite(const IndexAccess& node) {
    return make(IndexAccess{node.range, copy(node.object), copy(node.index)});
  }
  Expr rewrite(const CallExpr& node) { return copy_children(node); }
  Expr rewrite(const UnaryExpr& node) {
    return make(UnaryExpr{node.range, node.op, copy(node.operand)});
  }
  Expr rewrite(const IncrementExpr& node) {
    return make(IncrementExpr{node.range, copy(node.target), node.is_increment, node.is_prefix});
  }
  Expr rewrite(const BinaryExpr& node) {
    return make(BinaryExpr{node.range, node.op, node.op_range, copy(node.lhs), copy(node.rhs)});
  }
  Expr rewrite(const ConditionalExpr& node) {
    return make(ConditionalExpr{node.range, copy(node.condition), copy(node.when_true),
                                copy(node.when_false)});
  }
  Expr rewrite(const CastExpr& node) {
    return make(CastExpr{node.range, copy(node.type), copy(node.operand)});
  }
  Expr rewrite(const TupleExpr& node) { return make(TupleExpr{node.range, copy(node.elements)}); }
  Expr rewrite(const RecordExpr& node) {
    std::vector<RecordField> fields;
    for (const RecordField& field : node.fields)
      fields.push_back({field.name, field.name_range, copy(field.value)});
    return make(RecordExpr{node.range, context_.copy(fields)});
  }
  Expr rewrite(const SizeofExpr& node) { return make(SizeofExpr{node.range, copy(node.operand)}); }
  Expr rewrite(const OffsetofExpr& node) {
    return make(OffsetofExpr{node.range, copy(node.object), node.path, node.asks_existence});
  }
  Expr rewrite(const TypeofExpr& node) { return make(TypeofExpr{node.range, copy(node.operand)}); }
  Expr rewrite(const TypeinfoExpr& node) {
    return make(TypeinfoExpr{node.range, copy(node.operand)});
  }
  Expr rewrite(const ComptimeExpr& node) {
    return make(ComptimeExpr{node.range, copy(node.operand)});
  }

  // ---- statements; blocks and `if` are both ----
  const Block* rewrite(const Block& node) {
    return make(Block{node.range, copy(node.statements), node.ends_in_value});
  }
  const IfStatement* rewrite(const IfStatement& node) {
    IfStatement result = node;
    result.condition = copy(node.condition);
    result.then_block = copy(node.then_block);
    result.else_block = copy(node.else_block);
    return make(result);
  }
  Statement rewrite(const ExprStatement& node) {
    return make(ExprStatement{node.range, copy(node.expr), node.is_discard});
  }
  Statement rewrite(const Assignment& node) {
    return make(Assignment{node.range, copy(node.target), node.compound_op, copy(node.value)});
  }
  Statement rewrite(const LetStatement& node) {
    LetStatement result = node;
    result.value = copy(node.value);
    result.type = copy(node.type);
    result.variable = self().variable(*node.variable);
    return make(result);
  }
  Statement rewrite(const WhileStatement& node) {
    return make(WhileStatement{node.range, copy(node.condition), copy(node.body)});
  }
  Statement rewrite(const UnrollStatement& node) {
    return make(UnrollStatement{node.range, copy(node.count), copy(node.body)});
  }
  Statement rewrite(const ForEachStatement& node) {
    return make(ForEachStatement{node.range, self().variable(*node.variable), self().map(*node.map),
                                 copy(node.body)});
  }
  Statement rewrite(const ForRangeStatement& node) {
    return make(ForRangeStatement{node.range, self().variable(*node.variable), copy(node.begin),
                                  copy(node.end), copy(node.body)});
  }
  Statement rewrite(const ReturnStatement& node) {
    return make(ReturnStatement{node.range, copy(node.value)});
  }
  Statement rewrite(const BreakStatement& node) { return &node; }
  Statement rewrite(const ContinueStatement& node) { return &node; }
  Statement rewrite(const ImportStatement& node) { return &node; }

  // ---- names, wherever they stand ----
  const Variable* variable(const Variable& node) { return make(node); }
  const MapAccess* map(const MapAccess& node) {
    MapAccess result = node;
    result.keys = copy(node.keys);
    return make(result);
  }

 protected:
  const CallExpr* copy_children(const CallExpr& node) {
    CallExpr result = node;
    result.arguments = copy(node.arguments);
    return make(result);
  }

  template <typename Node>
  const Node* make(const Node& node) {
    ++made_;
    return context_.make(node);
  }

  AstContext& context() { return context_; }

 private:
  Derived& self() { return static_cast<Derived&>(*this); }

  AstContext& context_;
  size_t made_ = 0;
};

}  // namespace bpftracec::syntax
