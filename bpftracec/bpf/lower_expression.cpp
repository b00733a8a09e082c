#include "bpftracec/bpf/lower_expression.h"

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/overloaded.h"
#include "bpftracec/bpf/aggregation.h"
#include "bpftracec/bpf/core_access.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/lower_compute.h"
#include "bpftracec/bpf/lower_statement.h"
#include "bpftracec/bpf/map_access.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/output.h"
#include "bpftracec/bpf/slot.h"
#include "bpftracec/bpf/stack.h"
#include "bpftracec/bpf/subprogram.h"
#include "bpftracec/bpf/text.h"

namespace bpftracec::bpf {
namespace {

// Texts and tuples have places of their own (text.h, slot.h).
[[noreturn]] void is_in_memory() { base::internal_error("no number where one is expected"); }

llvm::Value* lower(FunctionContext& f, const sema::MapRead& read) {
  const sema::Type& stored = f.program().maps[read.map].value.type;
  return sema::is_castable_aggregation(stored) ? lower_aggregation_read(f, read)
                                               : lower_map_read(f, read);
}

llvm::Value* lower(FunctionContext& f, const sema::MemoryRead& read, const sema::Type& type) {
  llvm::Value* address = to_pointer(f, lower_expression(f, *read.address));
  uint32_t size = type.kind == sema::TypeKind::Pointer ? 8
                  : type.kind == sema::TypeKind::Bool  ? 1
                                                       : type.size;
  llvm::Value* to = f.temporary(8);
  probe_read(f, read.space, to, f.constant(size), address);
  llvm::Value* value = f.load(to, size);
  return type.kind == sema::TypeKind::Bool ? f.extend(f.is_nonzero(value)) : fit(f, value, type);
}

llvm::Value* lower(FunctionContext& f, const sema::Unary& unary, const sema::Type& type) {
  llvm::Value* operand = lower_expression(f, *unary.operand);
  switch (unary.op) {
    case sema::UnaryOp::LogicalNot:
      return f.extend(f.ir.CreateICmpEQ(operand, f.constant(0)));
    case sema::UnaryOp::BitwiseNot:
      return fit(f, f.ir.CreateNot(operand), type);
    case sema::UnaryOp::Negate:
      return fit(f, f.ir.CreateNeg(operand), type);
  }
  base::internal_error("an unknown unary operator");
}

// The value of `lhs` decides whether `rhs` is evaluated.
llvm::Value* lower(FunctionContext& f, const sema::Logical& logical) {
  auto* evaluate_rhs = f.new_block(logical.is_and ? "and_rhs" : "or_rhs");
  auto* done = f.new_block("logical_done");
  llvm::Value* lhs = f.is_nonzero(lower_expression(f, *logical.lhs));
  auto* lhs_block = f.ir.GetInsertBlock();
  f.ir.CreateCondBr(lhs, logical.is_and ? evaluate_rhs : done,
                    logical.is_and ? done : evaluate_rhs);
  f.start(evaluate_rhs);
  llvm::Value* rhs = f.is_nonzero(lower_expression(f, *logical.rhs));
  auto* rhs_block = f.ir.GetInsertBlock();
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.ir.getInt1Ty(), 2);
  result->addIncoming(f.ir.getInt1(!logical.is_and), lhs_block);
  result->addIncoming(rhs, rhs_block);
  return f.extend(result);
}

llvm::Value* lower(FunctionContext& f, const sema::Conditional& conditional,
                   const sema::Type& type) {
  auto* then_block = f.new_block("when_true");
  auto* else_block = f.new_block("when_false");
  auto* done = f.new_block("conditional_done");
  llvm::Value* condition = f.is_nonzero(lower_expression(f, *conditional.condition));
  f.ir.CreateCondBr(condition, then_block, else_block);
  f.start(then_block);
  llvm::Value* when_true = lower_expression(f, *conditional.when_true);
  then_block = f.ir.GetInsertBlock();
  f.go_to(done);
  f.start(else_block);
  llvm::Value* when_false = lower_expression(f, *conditional.when_false);
  else_block = f.ir.GetInsertBlock();
  f.go_to_and_start(done);
  if (type.kind == sema::TypeKind::None) return nullptr;
  auto* result = f.ir.CreatePHI(f.i64_type(), 2);
  result->addIncoming(when_true, then_block);
  result->addIncoming(when_false, else_block);
  return result;
}

llvm::Value* lower(FunctionContext& f, const sema::Convert& convert, const sema::Type& type) {
  const sema::Expr& operand = *convert.operand;
  if (type.kind == sema::TypeKind::Bool) {
    if (operand.type.kind == sema::TypeKind::String) return f.extend(is_nonempty(f, operand));
    return f.extend(f.is_nonzero(lower_expression(f, operand)));
  }
  return fit(f, lower_expression(f, operand), type);
}

llvm::Value* lower_node(FunctionContext& f, const sema::Expr& expr) {
  FunctionContext::Location location(f, expr.range);
  const sema::Type& type = expr.type;
  return std::visit(
      base::overloaded{
          [&](const sema::IntegerConstant& e) -> llvm::Value* { return f.constant(e.value); },
          [&](const sema::StringConstant&) -> llvm::Value* { is_in_memory(); },
          [&](const sema::BuiltinRead& e) -> llvm::Value* {
            return fit(f, lower_builtin(f, e), type);
          },
          [&](const sema::RegisterRead& e) -> llvm::Value* { return load_register(f, e.place); },
          [&](const sema::LateConstantRead& e) -> llvm::Value* {
            return fit(f, f.load_late(e.constant), type);
          },
          [&](const sema::VariableRead& e) -> llvm::Value* {
            return f.load(f.variable(e.variable));
          },
          [&](const sema::MapRead& e) { return lower(f, e); },
          [&](const sema::FieldRead& e) { return lower_field(f, e, type); },
          [&](const sema::MemoryRead& e) { return lower(f, e, type); },
          [&](const sema::MemberAddress& e) -> llvm::Value* { return lower_member_address(f, e); },
          [&](const sema::MemberRead& e) { return lower_member(f, e, type); },
          [&](const sema::KernelHas& e) -> llvm::Value* { return lower_existence(f, e); },
          [&](const sema::KernelSize& e) -> llvm::Value* { return lower_size(f, e); },
          [&](const sema::StringRead&) -> llvm::Value* { is_in_memory(); },
          [&](const sema::StringIndex& e) { return lower_string_index(f, e); },
          [&](const sema::Compute& e) { return fit(f, lower_compute(f, e), type); },
          [&](const sema::Unary& e) { return lower(f, e, type); },
          [&](const sema::Binary& e) { return fit(f, lower_binary(f, e), type); },
          [&](const sema::StringCompare& e) { return lower_string_compare(f, e); },
          [&](const sema::Logical& e) { return lower(f, e); },
          [&](const sema::Conditional& e) { return lower(f, e, type); },
          [&](const sema::Convert& e) { return lower(f, e, type); },
          [&](const sema::Increment& e) { return lower_increment(f, e); },
          [&](const sema::DeleteElement& e) { return lower_delete(f, e); },
          [&](const sema::MapLength& e) { return lower_map_length(f, e); },
          [&](const sema::HasKey& e) { return lower_has_key(f, e); },
          [&](const sema::TupleMake&) -> llvm::Value* { is_in_memory(); },
          [&](const sema::TupleElement& e) -> llvm::Value* {
            return f.load(tuple_element_slot(f, e));
          },
          [&](const sema::StackCapture&) -> llvm::Value* { is_in_memory(); },
          [&](const sema::StackDepth& e) { return lower_stack_depth(f, e); },
          [&](const sema::UserSymbolMake&) -> llvm::Value* { is_in_memory(); },
          [&](const sema::EmitRecord& e) -> llvm::Value* {
            lower_emit_record(f, e);
            return nullptr;
          },
          [&](const sema::BindVariable& e) {
            assign_variable(f, e.variable, *e.value);
            return lower_expression(f, *e.body);
          },
          [&](const sema::Sequence& e) {
            lower_block(f, e.body);
            return lower_expression(f, *e.value);
          },
          [&](const sema::Call& e) -> llvm::Value* {
            llvm::Value* result = lower_call(f, e, type);
            return result != nullptr ? f.load(result) : nullptr;
          },
          [&](const sema::AddressOf& e) -> llvm::Value* {
            llvm::Value* place = e.variable ? f.variable(*e.variable) : f.module.map(*e.map);
            return f.ir.CreatePtrToInt(place, f.i64_type());
          },
      },
      expr.node);
}

}  // namespace

llvm::Value* lower_expression(FunctionContext& f, const sema::Expr& expr) {
  llvm::Value* value = lower_node(f, expr);
  // Where registers are short, values are computed in the order in which they are written, and not
  // moved to where they are used: all that they are made of would have to be kept until then.
  bool is_computed = value != nullptr && !llvm::isa<llvm::Constant>(value);
  return is_computed && f.module.budget().keeps_variables_off ? f.opaque(value) : value;
}

llvm::Value* fit(FunctionContext& f, llvm::Value* value, const sema::Type& type) {
  if (type.kind != sema::TypeKind::Integer || type.size == 8) return value;
  llvm::Value* cut = f.ir.CreateTrunc(value, f.ir.getIntNTy(type.size * 8));
  return type.is_signed ? f.ir.CreateSExt(cut, f.i64_type()) : f.ir.CreateZExt(cut, f.i64_type());
}

llvm::Value* to_pointer(FunctionContext& f, llvm::Value* address) {
  return f.ir.CreateIntToPtr(address, f.pointer_type());
}

}  // namespace bpftracec::bpf
