#include "bpftracec/syntax/ast.h"

namespace bpftracec::syntax {

SourceRange range_of(const Expr& expr) {
  return std::visit([](const auto* node) { return node->range; }, expr);
}

SourceRange range_of(const Statement& statement) {
  return std::visit([](const auto* node) { return node->range; }, statement);
}

}  // namespace bpftracec::syntax
