// An expression that has been typed, with what the rules of its surroundings still need to know
// about how it was written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bpftracec/sema/program.h"

namespace bpftracec::sema {

ExprPtr make_expr(Type type, SourceRange range, decltype(Expr::node) node);

// An expression of the error type.
ExprPtr error_expr(SourceRange range);

ExprPtr integer_constant(SourceRange range, uint64_t bits, Type type);
ExprPtr string_constant(SourceRange range, std::string value);

// `expr` as a `type`, with a Convert node unless it has that type or is a constant.
ExprPtr convert(ExprPtr expr, const Type& type);

// The value of a constant as a number of its own type, or nothing.
const IntegerConstant* as_integer_constant(const Expr& expr);
const StringConstant* as_string_constant(const Expr& expr);

class Operand {
 public:
  explicit Operand(ExprPtr expr) : expr_(std::move(expr)) {}

  static Operand error(SourceRange range) { return Operand(error_expr(range)); }

  const Type& type() const { return expr_->type; }
  TypeKind kind() const { return expr_->type.kind; }
  SourceRange range() const { return expr_->range; }
  bool is_error() const { return kind() == TypeKind::Error; }
  const Expr& expr() const { return *expr_; }

  // The value, for building on. Not for parameters and what may hold them: those go through
  // take() of probe_context.h.
  ExprPtr take() && { return std::move(expr_); }

  // Written as a constant, or folded from such: its type is only the smallest that holds it.
  bool is_literal = false;
  // An integer that is never negative and comes from literals only: takes the sign of what it
  // meets.
  bool adapts = false;
  // `$N`: a number as long as nothing around it wants a text. The LateConstantRead in `expr` names
  // no constant yet.
  std::optional<uint32_t> parameter;
  // What a tuple is written with, until something around it tells which types the members have:
  // a parameter may still become a text, and a literal take the sign of what it meets. The
  // TupleMake in `expr` is empty then.
  std::vector<Operand> elements;
  // The value of a map of this aggregation, read as an integer where that is possible.
  std::optional<Type> aggregation;

 private:
  ExprPtr expr_;
};

// The type as messages name it: what stats() has gathered is "stats_t", not the record it reads as.
std::string spelling(const Operand& operand);
// The same for where a literal is wanted: says if this is none.
std::string spelling_beside_literal(const Operand& operand);

// Whether arithmetic takes it: integers and what is read as one.
bool is_integer_like(const Type& type);

}  // namespace bpftracec::sema
