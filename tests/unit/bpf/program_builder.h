// Typed programs written by hand: sema's part is played here, so that a test says exactly what is
// compiled.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf::testing {

using sema::BinaryOp;
using sema::ExprPtr;
using sema::Type;
using sema::TypeKind;

// ---- types ----

inline Type int_type(uint32_t size = 8, bool is_signed = true) {
  return {.kind = TypeKind::Integer, .is_signed = is_signed, .size = size};
}
inline Type uint_type(uint32_t size = 8) { return int_type(size, false); }
inline Type bool_type() { return {.kind = TypeKind::Bool, .size = 1}; }
inline Type text_type(uint32_t capacity) { return {.kind = TypeKind::String, .size = capacity}; }
inline Type aggregation_type(TypeKind kind, bool is_signed = true) {
  return {.kind = kind, .is_signed = is_signed, .size = 8};
}

// ---- expressions ----

template <typename Node>
ExprPtr make_expr(Type type, Node node) {
  auto expr = std::make_unique<sema::Expr>();
  expr->type = std::move(type);
  expr->node = std::move(node);
  return expr;
}

template <typename... Exprs>
std::vector<ExprPtr> list(Exprs... exprs) {
  std::vector<ExprPtr> result;
  (result.push_back(std::move(exprs)), ...);
  return result;
}

ExprPtr number(int64_t value, Type type = int_type());
ExprPtr text(std::string value);
ExprPtr builtin(sema::Builtin builtin);
ExprPtr comm();
ExprPtr argument(uint32_t index);
ExprPtr variable(sema::VariableId id, Type type);
ExprPtr late(sema::LateConstantId id, Type type = int_type());
ExprPtr field(sema::TracepointRecordId record, uint32_t index, Type type,
              ExprPtr element = nullptr);
ExprPtr read_text(ExprPtr address, uint32_t capacity,
                  sema::AddressSpace space = sema::AddressSpace::Kernel,
                  ExprPtr max_length = nullptr);
ExprPtr binary(BinaryOp op, ExprPtr lhs, ExprPtr rhs, Type type = int_type());
ExprPtr divide(BinaryOp op, ExprPtr lhs, ExprPtr rhs, sema::SiteId site, Type type = int_type());
ExprPtr compare(BinaryOp op, ExprPtr lhs, ExprPtr rhs);
ExprPtr same_text(ExprPtr lhs, ExprPtr rhs);
ExprPtr convert(ExprPtr operand, Type type);
ExprPtr choose(ExprPtr condition, ExprPtr when_true, ExprPtr when_false);
// One key as it is, several as a tuple.
ExprPtr key_of(std::vector<ExprPtr> keys);
ExprPtr map_read(sema::MapId map, Type type, std::vector<ExprPtr> keys = {});
ExprPtr increment(sema::MapId map, std::vector<ExprPtr> keys, sema::SiteId site);

// ---- statements ----

template <typename Node>
sema::Statement make_statement(Node node) {
  sema::Statement statement;
  statement.node = std::move(node);
  return statement;
}

sema::Statement assign(sema::VariableId id, ExprPtr value);
sema::Statement assign_map(sema::MapId map, std::vector<ExprPtr> keys, ExprPtr value,
                           sema::SiteId site);
sema::Statement aggregate(sema::MapId map, std::vector<ExprPtr> keys, ExprPtr value,
                          sema::SiteId site);
sema::Statement evaluate(ExprPtr value);
sema::Statement emit(sema::RecordId record, std::vector<ExprPtr> arguments);

template <typename... Statements>
sema::Block block(Statements... statements) {
  sema::Block result;
  (result.push_back(std::move(statements)), ...);
  return result;
}

// ---- programs ----

class ProgramBuilder {
 public:
  ProgramBuilder();

  sema::Program program;

  // Late constants that nearly everything may ask for are there from the start.
  sema::LateConstantId late_constant(sema::LateConstant::Kind kind, const std::string& symbol,
                                     uint32_t size = 8, uint32_t index = 0);
  sema::SiteId site(sema::Site::Kind kind = sema::Site::Kind::MapUpdate);
  // Keys and value in the layout that sema gives them.
  sema::MapId map(const std::string& name, const std::vector<Type>& keys, const Type& value);
  // Fields in the layout that sema gives them; texts longer than 64 bytes go to the tail.
  sema::RecordId record(sema::RecordKind kind, const std::vector<Type>& fields);
  sema::ProbeProgram& probe(sema::Block body,
                            sema::ProgramKind kind = sema::ProgramKind::RawTracepoint);

 private:
  uint32_t probes_ = 0;
};

}  // namespace bpftracec::bpf::testing
