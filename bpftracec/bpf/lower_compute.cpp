#include "bpftracec/bpf/lower_compute.h"

#include <algorithm>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/bytes.h"
#include "bpftracec/bpf/core_access.h"
#include "bpftracec/bpf/failures.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/text.h"

namespace bpftracec::bpf {
namespace {

using sema::Operation;

llvm::Value* byte_swap(FunctionContext& f, const sema::Expr& number) {
  llvm::Value* value = lower_expression(f, number);
  llvm::Type* type = f.ir.getIntNTy(number.type.size * 8);
  llvm::Value* swapped = f.ir.CreateUnaryIntrinsic(llvm::Intrinsic::bswap,
                                                   f.ir.CreateTrunc(value, type));
  return f.ir.CreateZExt(swapped, f.i64_type());
}

llvm::Value* initial_id(FunctionContext& f, bool is_process) {
  llvm::Value* both = get_current_pid_tgid(f);
  return is_process ? f.ir.CreateLShr(both, f.constant(32))
                    : f.ir.CreateAnd(both, f.constant(0xffffffff));
}

llvm::Value* field_address(FunctionContext& f, const sema::Expr& field) {
  llvm::Value* address = lower_field_address(f, std::get<sema::FieldRead>(field.node));
  return f.ir.CreatePtrToInt(address, f.i64_type());
}

// debugf()
void print_to_trace(FunctionContext& f, const sema::Compute& compute) {
  const auto& format = std::get<sema::StringConstant>(compute.arguments[0]->node).value;
  auto size = static_cast<uint32_t>(format.size()) + 1;
  FunctionContext::TemporaryScope scope(f);
  llvm::SmallVector<llvm::Value*, 3> values;
  for (size_t i = 1; i < compute.arguments.size(); ++i) {
    const sema::Expr& argument = *compute.arguments[i];
    bool is_text = argument.type.kind == sema::TypeKind::String;
    values.push_back(is_text ? f.ir.CreatePtrToInt(lower_text(f, argument).address, f.i64_type())
                             : lower_expression(f, argument));
  }
  trace_printk(f, f.module.literal(format, size), size, values);
}

}  // namespace

llvm::Value* lower_compute(FunctionContext& f, const sema::Compute& compute) {
  switch (compute.operation) {
    case Operation::ByteSwap:
      return byte_swap(f, *compute.arguments[0]);
    case Operation::MonotonicTime:
      return ktime_get_ns(f);
    case Operation::TaiTime:
      return ktime_get_tai_ns(f);
    case Operation::InitialPid:
      return initial_id(f, true);
    case Operation::InitialTid:
      return initial_id(f, false);
    case Operation::FieldAddress:
      return field_address(f, *compute.arguments[0]);
    case Operation::TextLength: {
      FunctionContext::TemporaryScope scope(f);
      const sema::Expr& text = *compute.arguments[0];
      return write_text_tail(f, text, f.scratch_temporary(text.type.size + 8), text.type.size);
    }
    case Operation::TextFind:
      return lower_text_find(f, compute);
    case Operation::BytesEqual:
      return lower_bytes_equal(f, compute);
    case Operation::BytesOrder:
      return lower_bytes_order(f, compute);
    case Operation::MacOfMemory:
    case Operation::MacOfParts:
      return lower_mac(f, compute);
    case Operation::SendSignal:
      check_update(f, *compute.site, send_signal(f, lower_expression(f, *compute.arguments[0])));
      return nullptr;
    case Operation::SendSignalThread:
      check_update(f, *compute.site,
                   send_signal_thread(f, lower_expression(f, *compute.arguments[0])));
      return nullptr;
    case Operation::TracePrint:
      print_to_trace(f, compute);
      return nullptr;
    case Operation::JoinedTexts:
    case Operation::TextConcat:
    case Operation::ErrorName:
    case Operation::SignalName:
    case Operation::SyscallName:
    case Operation::ReadBuffer:
    case Operation::BufferOfText:
    case Operation::BufferOfParts:
    case Operation::InetOfMemory:
    case Operation::InetOfParts:
      break;
  }
  base::internal_error("this computation gives no number");
}

llvm::Value* text_length(FunctionContext& f, llvm::Value* text, uint32_t capacity) {
  FunctionContext::TemporaryScope scope(f);
  llvm::Value* copy = f.scratch_temporary(capacity + 8);
  llvm::Value* written = probe_read_kernel_str(f, copy, f.constant(uint64_t{capacity} + 1), text);
  // Never an error: the memory is our own.
  llvm::Value* with_nul = f.ir.CreateAnd(written, f.constant(0xffffffff));
  return f.bounded(f.ir.CreateSub(with_nul, f.nonzero_bit(with_nul)), capacity);
}

llvm::Value* write_joined(FunctionContext& f, const sema::Compute& compute, llvm::Value* to,
                          uint32_t capacity) {
  llvm::Value* array = lower_expression(f, *compute.arguments[0]);
  llvm::Value* pointer = f.temporary(8);
  // What follows must not depend on where in the array it ended: the verifier would walk it once
  // for each. Of memory it knows nothing.
  llvm::Value* total = f.scratch_temporary(8);
  auto* done = f.new_block("join_done");
  llvm::Value* size = f.constant(0);
  f.store(size, total);
  for (uint32_t index = 0; index < sema::kMaxJoined; ++index) {
    auto* next = f.new_block("join_next");
    probe_read(f, compute.space, pointer, f.constant(8),
               to_pointer(f, f.ir.CreateAdd(array, f.constant(uint64_t{index} * 8))));
    llvm::Value* text = f.load(pointer);
    f.ir.CreateCondBr(f.ir.CreateICmpEQ(text, f.constant(0)), done, next);
    f.start(next);
    llvm::Value* written = probe_read_str(
        f, compute.space, f.at(to, f.bounded(size, capacity - sema::kMaxJoinedText)),
        f.constant(sema::kMaxJoinedText), to_pointer(f, text));
    llvm::Value* is_error = f.ir.CreateAShr(written, f.constant(63));
    size = f.ir.CreateAdd(size, f.ir.CreateAnd(written, f.ir.CreateNot(is_error)));
    f.store(size, total);
  }
  f.go_to_and_start(done);
  llvm::Value* result = f.ir.CreateLoad(f.i64_type(), total, /*isVolatile=*/true);
  return f.bounded(result, capacity);
}

Text text_of_number(FunctionContext& f, const sema::Compute& compute) {
  const std::vector<std::string>& names = *compute.names;
  std::string table;
  for (const std::string& name : names) {
    table += name;
    table.resize((table.size() / sema::kNameCapacity + 1) * sema::kNameCapacity);
  }
  llvm::Value* number = lower_expression(f, *compute.arguments[0]);
  if (compute.operation == Operation::ErrorName) {
    number = f.ir.CreateBinaryIntrinsic(llvm::Intrinsic::abs, number, f.ir.getFalse());
  }
  // All that have no name have the last.
  auto last = static_cast<uint64_t>(names.size() - 1);
  number = f.ir.CreateBinaryIntrinsic(llvm::Intrinsic::umin, number, f.constant(last));
  llvm::Value* offset = f.ir.CreateMul(f.bounded(number, last), f.constant(sema::kNameCapacity));
  auto size = static_cast<uint32_t>(table.size());
  return {f.at(f.module.literal(table, size), offset), sema::kNameCapacity, sema::kNameCapacity};
}

void write_concatenation(FunctionContext& f, const sema::Compute& compute, llvm::Value* to,
                         uint32_t room, uint32_t alignment) {
  FunctionContext::TemporaryScope scope(f);
  const sema::Expr& first = *compute.arguments[0];
  const sema::Expr& second = *compute.arguments[1];
  // Reading a text that is cut puts one byte more behind it.
  uint32_t size = std::max(first.type.size + second.type.size, room) + 8;
  llvm::Value* both = f.scratch_temporary(size);
  zero_memory(f, both, size / 8 * 8);
  llvm::Value* length = write_text_tail(f, first, both, first.type.size);
  llvm::Value* rest = f.at(both, f.bounded(length, first.type.size));
  write_text_tail(f, second, rest, second.type.size);
  copy_memory(f, to, both, room, alignment);
}

}  // namespace bpftracec::bpf
