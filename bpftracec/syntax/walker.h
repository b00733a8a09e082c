// Goes through a tree for those who ask about a few kinds of node. Derive from it and write visit()
// for these kinds:
//
//   struct CallCounter : Walker<CallCounter> {
//     size_t count = 0;
//     void visit(const CallExpr& call) {
//       ++count;
//       walk_children(call);  // go on below this node; leave it out to stop here
//     }
//   };
//   CallCounter counter;
//   counter.walk(script);
//
// For a question that has an answer for every kind, std::visit with overloaded{} is better: it does
// not compile when a new kind is missing.
#pragma once

#include <type_traits>
#include <variant>

#include "bpftracec/syntax/ast.h"

namespace bpftracec::syntax {

template <typename Derived>
class Walker {
 public:
  void walk(const Script& script) {
    walk_all(script.c_definitions);
    walk_all(script.imports);
    walk_all(script.map_declarations);
    walk_all(script.macros);
    walk_all(script.functions);
    walk_all(script.probes);
  }

  void walk(const Expr& expr) {
    std::visit([&](const auto* node) { walk(*node); }, expr);
  }

  void walk(const Statement& statement) {
    std::visit([&](const auto* node) { walk(*node); }, statement);
  }

  void walk(const TypeOrExpr& operand) {
    std::visit([&](const auto& node) { walk(node); }, operand);
  }

  template <typename Node>
  void walk(const Node& node) {
    auto& self = static_cast<Derived&>(*this);
    if constexpr (requires { self.visit(node); }) {
      self.visit(node);
    } else {
      walk_children(node);
    }
  }

 protected:
  // ---- the root ----
  void walk_children(const CDefinition& /*leaf*/) {}
  void walk_children(const MapDeclaration& /*leaf*/) {}
  void walk_children(const Macro& macro) { walk(*macro.body); }
  void walk_children(const Function& function) {
    for (const FunctionParameter& parameter : function.parameters) {
      walk(*parameter.variable);
      walk(parameter.type);
    }
    walk(function.return_type);
    walk(*function.body);
  }
  void walk_children(const Probe& probe) {
    if (probe.predicate) walk(*probe.predicate);
    walk(*probe.body);
  }

  // ---- statements ----
  void walk_children(const Block& block) { walk_all(block.statements); }
  void walk_children(const ExprStatement& statement) { walk(statement.expr); }
  void walk_children(const Assignment& assignment) {
    walk(assignment.target);
    walk(assignment.value);
  }
  void walk_children(const LetStatement& let) {
    walk(*let.variable);
    if (let.type) walk(*let.type);
    if (let.value) walk(*let.value);
  }
  void walk_children(const IfStatement& statement) {
    walk(statement.condition);
    walk(*statement.then_block);
    if (statement.else_block != nullptr) walk(*statement.else_block);
  }
  void walk_children(const WhileStatement& loop) {
    walk(loop.condition);
    walk(*loop.body);
  }
  void walk_children(const UnrollStatement& loop) {
    walk(loop.count);
    walk(*loop.body);
  }
  void walk_children(const ForEachStatement& loop) {
    walk(*loop.variable);
    walk(*loop.map);
    walk(*loop.body);
  }
  void walk_children(const ForRangeStatement& loop) {
    walk(*loop.variable);
    walk(loop.begin);
    walk(loop.end);
    walk(*loop.body);
  }
  void walk_children(const ReturnStatement& statement) {
    if (statement.value) walk(*statement.value);
  }
  void walk_children(const BreakStatement& /*statement*/) {}
  void walk_children(const ContinueStatement& /*statement*/) {}
  void walk_children(const ImportStatement& /*statement*/) {}

  // ---- expressions ----
  void walk_children(const ErrorExpr& /*leaf*/) {}
  void walk_children(const IntegerLiteral& /*leaf*/) {}
  void walk_children(const StringLiteral& /*leaf*/) {}
  void walk_children(const BooleanLiteral& /*leaf*/) {}
  void walk_children(const Identifier& /*leaf*/) {}
  void walk_children(const Variable& /*leaf*/) {}
  void walk_children(const PositionalParameter& /*leaf*/) {}
  void walk_children(const ParameterCount& /*leaf*/) {}
  void walk_children(const MapAccess& map) { walk_all(map.keys); }
  void walk_children(const FieldAccess& access) { walk(access.object); }
  void walk_children(const IndexAccess& access) {
    walk(access.object);
    walk(access.index);
  }
  void walk_children(const CallExpr& call) { walk_all(call.arguments); }
  void walk_children(const UnaryExpr& unary) { walk(unary.operand); }
  void walk_children(const IncrementExpr& increment) { walk(increment.target); }
  void walk_children(const BinaryExpr& binary) {
    walk(binary.lhs);
    walk(binary.rhs);
  }
  void walk_children(const ConditionalExpr& conditional) {
    walk(conditional.condition);
    if (conditional.when_true) walk(*conditional.when_true);
    walk(conditional.when_false);
  }
  void walk_children(const CastExpr& cast) {
    walk(cast.type);
    walk(cast.operand);
  }
  void walk_children(const TupleExpr& tuple) { walk_all(tuple.elements); }
  void walk_children(const RecordExpr& record) {
    for (const RecordField& field : record.fields) walk(field.value);
  }
  void walk_children(const SizeofExpr& node) { walk(node.operand); }
  void walk_children(const OffsetofExpr& node) { walk(node.object); }
  void walk_children(const TypeofExpr& node) { walk(node.operand); }
  void walk_children(const TypeinfoExpr& node) { walk(node.operand); }
  void walk_children(const ComptimeExpr& node) { walk(node.operand); }
  void walk_children(const TypeName& type) {
    if (type.type_of != nullptr) walk(*type.type_of);
  }

 private:
  template <typename List>
  void walk_all(const List& list) {
    for (const auto& item : list) walk(item);
  }
};

}  // namespace bpftracec::syntax
