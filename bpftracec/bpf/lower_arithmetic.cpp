// Binary operators on integers, bools and pointers.
#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/failures.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/lower_expression.h"

namespace bpftracec::bpf {
namespace {

bool is_signed(const sema::Type& type) {
  return type.kind == sema::TypeKind::Integer && type.is_signed;
}

// -1 for a negative value, else 0.
llvm::Value* sign(FunctionContext& f, llvm::Value* value) {
  return f.ir.CreateAShr(value, f.constant(63));
}

// Negates `value` where `sign` is -1.
llvm::Value* negate_if(FunctionContext& f, llvm::Value* value, llvm::Value* sign) {
  return f.ir.CreateSub(f.ir.CreateXor(value, sign), sign);
}

llvm::Value* remainder(FunctionContext& f, llvm::Value* lhs, llvm::Value* rhs, bool is_signed) {
  if (!is_signed) return f.ir.CreateURem(lhs, rhs);
  llvm::Value* lhs_sign = sign(f, lhs);
  llvm::Value* magnitude = f.ir.CreateURem(negate_if(f, lhs, lhs_sign),
                                           negate_if(f, rhs, sign(f, rhs)));
  return negate_if(f, magnitude, lhs_sign);
}

// Division and modulo. A zero divisor gives 1.
llvm::Value* lower_division(FunctionContext& f, const sema::Binary& binary, llvm::Value* lhs,
                            llvm::Value* rhs) {
  bool has_sign = is_signed(binary.lhs->type);
  auto compute = [&] {
    return binary.op == sema::BinaryOp::Divide ? divide(f, lhs, rhs, has_sign)
                                               : remainder(f, lhs, rhs, has_sign);
  };
  if (!binary.site) return compute();

  auto* by_zero = f.new_block("divide_by_zero");
  auto* regular = f.new_block("divide");
  auto* done = f.new_block("divide_done");
  f.branch_if_unlikely(f.ir.CreateICmpEQ(rhs, f.constant(0)), by_zero, regular);
  f.start(by_zero);
  record_failure(f, *binary.site, f.constant(0));
  by_zero = f.ir.GetInsertBlock();
  f.go_to(done);
  f.start(regular);
  llvm::Value* quotient = compute();
  regular = f.ir.GetInsertBlock();
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.i64_type(), 2);
  result->addIncoming(f.constant(1), by_zero);
  result->addIncoming(quotient, regular);
  return result;
}

}  // namespace

// cpu v3 has no signed division (v4 does, Linux 6.6), so the magnitudes are divided. That of
// INT64_MIN is 2^63 when taken as unsigned, which is why nothing can overflow.
llvm::Value* divide(FunctionContext& f, llvm::Value* lhs, llvm::Value* rhs, bool is_signed) {
  if (!is_signed) return f.ir.CreateUDiv(lhs, rhs);
  llvm::Value* lhs_sign = sign(f, lhs);
  llvm::Value* rhs_sign = sign(f, rhs);
  llvm::Value* magnitude = f.ir.CreateUDiv(negate_if(f, lhs, lhs_sign),
                                           negate_if(f, rhs, rhs_sign));
  return negate_if(f, magnitude, f.ir.CreateXor(lhs_sign, rhs_sign));
}

llvm::Value* lower_binary(FunctionContext& f, const sema::Binary& binary) {
  llvm::Value* lhs = lower_expression(f, *binary.lhs);
  llvm::Value* rhs = lower_expression(f, *binary.rhs);
  bool has_sign = is_signed(binary.lhs->type);
  auto shift_count = [&] { return f.ir.CreateAnd(rhs, f.constant(63)); };
  auto compare = [&](llvm::CmpInst::Predicate as_signed, llvm::CmpInst::Predicate as_unsigned) {
    return f.extend(f.ir.CreateICmp(has_sign ? as_signed : as_unsigned, lhs, rhs));
  };
  using llvm::CmpInst;
  switch (binary.op) {
    case sema::BinaryOp::Add:
      return f.ir.CreateAdd(lhs, rhs);
    case sema::BinaryOp::Subtract:
      return f.ir.CreateSub(lhs, rhs);
    case sema::BinaryOp::Multiply:
      return f.ir.CreateMul(lhs, rhs);
    case sema::BinaryOp::Divide:
    case sema::BinaryOp::Modulo:
      return lower_division(f, binary, lhs, rhs);
    case sema::BinaryOp::BitwiseAnd:
      return f.ir.CreateAnd(lhs, rhs);
    case sema::BinaryOp::BitwiseOr:
      return f.ir.CreateOr(lhs, rhs);
    case sema::BinaryOp::BitwiseXor:
      return f.ir.CreateXor(lhs, rhs);
    case sema::BinaryOp::ShiftLeft:
      return f.ir.CreateShl(lhs, shift_count());
    case sema::BinaryOp::ShiftRight:
      return has_sign ? f.ir.CreateAShr(lhs, shift_count()) : f.ir.CreateLShr(lhs, shift_count());
    case sema::BinaryOp::Equal:
      return compare(CmpInst::ICMP_EQ, CmpInst::ICMP_EQ);
    case sema::BinaryOp::NotEqual:
      return compare(CmpInst::ICMP_NE, CmpInst::ICMP_NE);
    case sema::BinaryOp::Less:
      return compare(CmpInst::ICMP_SLT, CmpInst::ICMP_ULT);
    case sema::BinaryOp::LessEqual:
      return compare(CmpInst::ICMP_SLE, CmpInst::ICMP_ULE);
    case sema::BinaryOp::Greater:
      return compare(CmpInst::ICMP_SGT, CmpInst::ICMP_UGT);
    case sema::BinaryOp::GreaterEqual:
      return compare(CmpInst::ICMP_SGE, CmpInst::ICMP_UGE);
  }
  base::internal_error("an unknown binary operator");
}

}  // namespace bpftracec::bpf
