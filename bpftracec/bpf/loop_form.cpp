#include "bpftracec/bpf/loop_form.h"

#include <algorithm>

#include "bpftracec/base/overloaded.h"
#include "bpftracec/bpf/first_use.h"

namespace bpftracec::bpf {
namespace {

// Up to here the verifier's work for a plain loop is small whatever the body is, and nothing has to
// be shared through memory.
constexpr uint64_t kMaxPlainTurns = 16;

}  // namespace

std::optional<uint64_t> constant_turns(const sema::ForRange& loop) {
  const auto* begin = std::get_if<sema::IntegerConstant>(&loop.begin->node);
  const auto* end = std::get_if<sema::IntegerConstant>(&loop.end->node);
  if (begin == nullptr || end == nullptr) return std::nullopt;
  if (static_cast<int64_t>(begin->value) >= static_cast<int64_t>(end->value)) return 0;
  return end->value - begin->value;
}

LoopForms::LoopForms(const sema::Code& code, const sema::Expr* predicate, LoopHelpers helpers)
    : code_(code),
      predicate_(predicate),
      helpers_(helpers),
      uses_(code.variables.size(), Use{&code.body}) {
  walk(code.body, 0);
}

bool LoopForms::is_callback(const sema::ForRange& loop) const {
  return helpers_ == LoopHelpers::All && constant_turns(loop).value_or(UINT64_MAX) > kMaxPlainTurns;
}

void LoopForms::walk(const sema::Block& block, uint32_t depth) {
  for (const sema::Statement& statement : block) walk(statement, depth);
}

void LoopForms::walk(const sema::Statement& statement, uint32_t depth) {
  std::visit(base::overloaded{
                 [&](const sema::If& s) {
                   walk(s.then_block, depth);
                   walk(s.else_block, depth);
                 },
                 [&](const sema::While& s) { walk(s.body, depth); },
                 [&](const sema::Unroll& s) { walk(s.body, depth); },
                 [&](const sema::ForRange& s) {
                   if (is_callback(s)) {
                     uses_loop_helper_ = true;
                     add_callback(s.variable, s.body, depth + 1);
                   } else {
                     walk(s.body, depth);
                   }
                 },
                 [&](const sema::ForMap& s) { add_callback(s.variable, s.body, depth + 1); },
                 [&](const sema::Block& s) { walk(s, depth); },
                 [](const auto&) {},
             },
             statement.node);
}

// Outer callbacks come before inner ones, so that the innermost one is remembered as the user.
void LoopForms::add_callback(sema::VariableId variable, const sema::Block& body, uint32_t depth) {
  depth_ = std::max(depth_, depth);
  for (sema::VariableId id = 0; id < uses_.size(); ++id) {
    if (id != variable && !mentions(body, id)) continue;
    Use& use = uses_[id];
    use.body = &body;
    use.is_shared = use.is_shared || id < code_.parameter_count ||
                    (predicate_ != nullptr && mentions(*predicate_, id)) ||
                    mentions_outside(code_.body, body, id);
  }
  walk(body, depth);
}

}  // namespace bpftracec::bpf
