#include "bpftracec/bpf/first_use.h"

#include <algorithm>

#include "bpftracec/base/overloaded.h"

namespace bpftracec::bpf {
namespace {

using base::overloaded;

// Whether an expression or statement names the variable, anywhere in it.
class Mentions {
 public:
  explicit Mentions(sema::VariableId variable, const sema::Block* without = nullptr)
      : variable_(variable), without_(without) {}

  bool in(const sema::ExprPtr& expr) const { return expr != nullptr && in(*expr); }

  bool in(const std::vector<sema::ExprPtr>& exprs) const {
    return std::ranges::any_of(exprs, [this](const sema::ExprPtr& expr) { return in(expr); });
  }

  bool in(const sema::Block& block) const {
    return std::ranges::any_of(block, [this](const sema::Statement& s) { return in(s); });
  }

  bool in(const sema::Expr& expr) const {
    return std::visit(
        overloaded{
            [](const sema::IntegerConstant&) { return false; },
            [](const sema::StringConstant&) { return false; },
            [](const sema::BuiltinRead&) { return false; },
            [](const sema::RegisterRead&) { return false; },
            [](const sema::LateConstantRead&) { return false; },
            [this](const sema::VariableRead& e) { return e.variable == variable_; },
            [this](const sema::MapRead& e) { return in(e.key); },
            [this](const sema::FieldRead& e) { return in(e.index); },
            [this](const sema::MemoryRead& e) { return in(e.address); },
            [this](const sema::MemberAddress& e) { return in(e.base); },
            [this](const sema::MemberRead& e) { return in(e.base); },
            [](const sema::KernelHas&) { return false; },
            [](const sema::KernelSize&) { return false; },
            [this](const sema::StringRead& e) { return in(e.address) || in(e.max_length); },
            [this](const sema::StringIndex& e) { return in(e.text) || in(e.index); },
            [this](const sema::Compute& e) { return in(e.arguments); },
            [this](const sema::Unary& e) { return in(e.operand); },
            [this](const sema::Binary& e) { return in(e.lhs) || in(e.rhs); },
            [this](const sema::StringCompare& e) { return in(e.lhs) || in(e.rhs); },
            [this](const sema::Logical& e) { return in(e.lhs) || in(e.rhs); },
            [this](const sema::Conditional& e) {
              return in(e.condition) || in(e.when_true) || in(e.when_false);
            },
            [this](const sema::Convert& e) { return in(e.operand); },
            [this](const sema::Increment& e) { return e.variable == variable_ || in(e.key); },
            [this](const sema::DeleteElement& e) { return in(e.key); },
            [](const sema::MapLength&) { return false; },
            [this](const sema::HasKey& e) { return in(e.key); },
            [this](const sema::TupleMake& e) { return in(e.elements); },
            [this](const sema::TupleElement& e) { return in(e.tuple); },
            [](const sema::StackCapture&) { return false; },
            [this](const sema::StackDepth& e) { return in(e.stack); },
            [this](const sema::UserSymbolMake& e) { return in(e.address); },
            [this](const sema::EmitRecord& e) { return in(e.arguments); },
            [this](const sema::BindVariable& e) {
              return e.variable == variable_ || in(e.value) || in(e.body);
            },
            [this](const sema::Sequence& e) { return in(e.body) || in(e.value); },
            [this](const sema::Call& e) { return in(e.arguments); },
            [this](const sema::AddressOf& e) { return e.variable == variable_; },
        },
        expr.node);
  }

  bool in(const sema::Statement& statement) const {
    return std::visit(
        overloaded{
            [this](const sema::Evaluate& s) { return in(s.value); },
            [this](const sema::AssignVariable& s) {
              return s.variable == variable_ || in(s.value);
            },
            [this](const sema::AssignMap& s) { return in(s.key) || in(s.value); },
            [this](const sema::UpdateAggregation& s) { return in(s.key) || in(s.value); },
            [this](const sema::If& s) {
              return in(s.condition) || in(s.then_block) || in(s.else_block);
            },
            [this](const sema::While& s) { return in(s.condition) || in(s.body); },
            [this](const sema::Unroll& s) { return in(s.body); },
            [this](const sema::ForRange& s) {
              return in(s.begin) || in(s.end) || in_loop(s.variable, s.body);
            },
            [this](const sema::ForMap& s) { return in_loop(s.variable, s.body); },
            [this](const sema::Return& s) { return in(s.value); },
            [](const sema::LeaveProgram&) { return false; },
            [](const sema::Break&) { return false; },
            [](const sema::Continue&) { return false; },
            [this](const sema::Block& block) { return in(block); },
        },
        statement.node);
  }

 private:
  bool in_loop(sema::VariableId variable, const sema::Block& body) const {
    return &body != without_ && (variable == variable_ || in(body));
  }

  sema::VariableId variable_;
  const sema::Block* without_;  // the body of a loop that does not count
};

}  // namespace

bool mentions(const sema::Expr& expr, sema::VariableId variable) {
  return Mentions(variable).in(expr);
}

bool mentions(const sema::Block& block, sema::VariableId variable) {
  return Mentions(variable).in(block);
}

bool mentions_outside(const sema::Block& whole, const sema::Block& body,
                      sema::VariableId variable) {
  return Mentions(variable, &body).in(whole);
}

bool is_assigned_before_use(const sema::Block& block, sema::VariableId variable) {
  const Mentions mentions(variable);
  auto names_it = [&](const sema::Statement& s) { return mentions.in(s); };
  auto first = std::ranges::find_if(block, names_it);
  if (first == block.end()) return true;
  if (const auto* assignment = std::get_if<sema::AssignVariable>(&first->node)) {
    return assignment->variable == variable && !mentions.in(assignment->value);
  }
  if (std::any_of(std::next(first), block.end(), names_it)) return false;
  auto starts_in = [&](const sema::Block& inner) {
    return is_assigned_before_use(inner, variable);
  };
  return std::visit(
      overloaded{
          [&](const sema::If& s) {
            return !mentions.in(s.condition) && starts_in(s.then_block) && starts_in(s.else_block);
          },
          [&](const sema::While& s) { return !mentions.in(s.condition) && starts_in(s.body); },
          [&](const sema::Unroll& s) { return starts_in(s.body); },
          [&](const sema::Block& inner) { return starts_in(inner); },
          [](const auto&) { return false; },
      },
      first->node);
}

}  // namespace bpftracec::bpf
