#include <algorithm>
#include <span>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/bytes.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/lower_statement.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/slot.h"
#include "bpftracec/bpf/text.h"
#include "bpftracec/rt/event_abi.h"

namespace bpftracec::bpf {
namespace {

using Parts = std::span<const sema::ExprPtr>;

constexpr uint32_t kHead = sizeof(rt::buffer_head);
constexpr uint32_t kMacSize = 6;

// The number of bytes that a script asks for, cut to what there is room for.
llvm::Value* length_of(FunctionContext& f, const sema::Expr& wanted, uint32_t most) {
  if (const auto* constant = std::get_if<sema::IntegerConstant>(&wanted.node)) {
    return f.constant(std::min<uint64_t>(constant->value, most));
  }
  llvm::Value* cut = f.ir.CreateBinaryIntrinsic(llvm::Intrinsic::umin, lower_expression(f, wanted),
                                                f.constant(most));
  return f.bounded(cut, most);
}

// Where the bytes of a computed buffer come from.
struct Source {
  llvm::Value* address;
  sema::AddressSpace space;
  uint32_t readable;  // bytes there that are the value's own
};

Source source_of(FunctionContext& f, const sema::Compute& compute, uint32_t most) {
  if (compute.operation == sema::Operation::BufferOfText) {
    Text text = lower_text(f, *compute.arguments[0]);
    return {text.address, sema::AddressSpace::Kernel, std::min(text.readable, most)};
  }
  return {to_pointer(f, lower_expression(f, *compute.arguments[0])), compute.space, most};
}

// Reads the bytes behind the head, and writes the head. What cannot be read stays zero.
llvm::Value* read_buffer(FunctionContext& f, const sema::Compute& compute, uint32_t most,
                         llvm::Value* to, uint32_t alignment) {
  Source source = source_of(f, compute, most);
  llvm::Value* length = length_of(f, *compute.arguments[1], source.readable);
  f.store(length, to, kHead, alignment);
  probe_read(f, source.space, f.at(to, kHead), length, source.address);
  return length;
}

uint32_t size_of(const sema::Expr& part) { return part.type.size; }

// The parts one after the other, in the order of memory; no more than `room` bytes.
uint32_t write_parts(FunctionContext& f, Parts parts, llvm::Value* to, uint32_t room) {
  uint32_t offset = 0;
  for (const sema::ExprPtr& part : parts) {
    if (offset + size_of(*part) > room) break;
    f.store(lower_expression(f, *part), f.at(to, offset), size_of(*part), 1);
    offset += size_of(*part);
  }
  return offset;
}

void write_buffer(FunctionContext& f, const sema::Compute& compute, const sema::Type& type,
                  llvm::Value* to) {
  uint32_t most = sema::buffer_length(type);
  zero_memory(f, to, sema::slot_size(type));
  if (compute.operation == sema::Operation::BufferOfParts) {
    uint32_t length = write_parts(f, compute.arguments, f.at(to, kHead), most);
    f.store(f.constant(length), to, kHead);
    return;
  }
  read_buffer(f, compute, most, to, 8);
}

void write_inet(FunctionContext& f, const sema::Compute& compute, llvm::Value* to) {
  zero_memory(f, to, sizeof(rt::inet_value));
  f.store(lower_expression(f, *compute.arguments[0]), to);
  llvm::Value* address = f.at(to, offsetof(rt::inet_value, address));
  if (compute.operation == sema::Operation::InetOfParts) {
    write_parts(f, Parts(compute.arguments).subspan(1), address, sizeof(rt::inet_value::address));
    return;
  }
  const auto& size = std::get<sema::IntegerConstant>(compute.arguments[2]->node);
  probe_read(f, compute.space, address, f.constant(size.value),
             to_pointer(f, lower_expression(f, *compute.arguments[1])));
}

// A text or a buffer in scratch memory, where it may be read at any offset. Its size there is a
// power of two.
llvm::Value* bytes_in_scratch(FunctionContext& f, const sema::Expr& expr, uint32_t room) {
  llvm::Value* to = f.scratch_temporary(room + 8);
  zero_memory(f, to, room);
  if (expr.type.kind == sema::TypeKind::String) {
    Text text = lower_text(f, expr);
    copy_memory(f, to, text.address, std::min(text.readable, room));
  } else {
    llvm::Value* bytes = f.at(slot_in_memory(f, expr), kHead);
    copy_memory(f, to, bytes, std::min(sema::buffer_length(expr.type), room), 8, 4);
  }
  return to;
}

}  // namespace

void write_bytes(FunctionContext& f, const sema::Compute& compute, const sema::Type& type,
                 llvm::Value* to) {
  if (type.kind == sema::TypeKind::Inet) return write_inet(f, compute, to);
  write_buffer(f, compute, type, to);
}

llvm::Value* write_buffer_tail(FunctionContext& f, const sema::Expr& outer, llvm::Value* to) {
  const sema::Expr& expr = without_bindings(f, outer);
  uint32_t most = sema::buffer_length(expr.type);
  const auto* compute = std::get_if<sema::Compute>(&expr.node);
  if (compute != nullptr && compute->operation != sema::Operation::BufferOfParts) {
    llvm::Value* length = read_buffer(f, *compute, most, to, 1);
    return f.ir.CreateAdd(length, f.constant(kHead));
  }
  llvm::Value* from = slot_in_memory(f, expr);
  llvm::Value* length = f.ir.CreateBinaryIntrinsic(llvm::Intrinsic::umin, f.load(from, kHead),
                                                   f.constant(most));
  llvm::Value* size = f.bounded(f.ir.CreateAdd(length, f.constant(kHead)), expr.type.size);
  probe_read_kernel(f, to, size, from);
  return size;
}

llvm::Value* lower_mac(FunctionContext& f, const sema::Compute& compute) {
  llvm::Value* to = f.temporary(8);
  f.store(f.constant(0), to);
  if (compute.operation == sema::Operation::MacOfParts) {
    write_parts(f, compute.arguments, to, kMacSize);
  } else {
    probe_read(f, compute.space, to, f.constant(kMacSize),
               to_pointer(f, lower_expression(f, *compute.arguments[0])));
  }
  return f.load(to);
}

// ---- comparing ----------------------------------------------------------------------------------

namespace {

// A loop over `count` numbers from 0 on, in which `body` gives the state after a turn, and whether
// the loop goes on, from the number and the state.
template <typename Body>
llvm::Value* loop_over(FunctionContext& f, uint32_t count, llvm::Value* state, Body body) {
  auto* loop = f.new_block("bytes");
  auto* done = f.new_block("bytes_done");
  auto* before = f.ir.GetInsertBlock();
  f.go_to_and_start(loop);
  auto* index = f.ir.CreatePHI(f.i64_type(), 2, "index");
  auto* current = f.ir.CreatePHI(f.i64_type(), 2, "state");
  index->addIncoming(f.constant(0), before);
  current->addIncoming(state, before);
  auto [next_state, goes_on] = body(index, current);
  llvm::Value* next = f.ir.CreateAdd(index, f.constant(1));
  index->addIncoming(next, f.ir.GetInsertBlock());
  current->addIncoming(next_state, f.ir.GetInsertBlock());
  llvm::Value* has_more = f.ir.CreateICmpULT(next, f.constant(count));
  f.ir.CreateCondBr(f.ir.CreateAnd(has_more, goes_on), loop, done);
  f.start(done);
  return next_state;
}

}  // namespace

llvm::Value* lower_bytes_equal(FunctionContext& f, const sema::Compute& compute) {
  llvm::Value* lhs = slot_in_memory(f, *compute.arguments[0]);
  llvm::Value* rhs = slot_in_memory(f, *compute.arguments[1]);
  uint32_t words = sema::slot_size(compute.arguments[0]->type) / 8;
  constexpr uint32_t kMaxUnrolled = 8;
  llvm::Value* difference = f.constant(0);
  if (words <= kMaxUnrolled) {
    for (uint32_t word = 0; word < words; ++word) {
      llvm::Value* differing = f.ir.CreateXor(f.load(f.at(lhs, uint64_t{word} * 8)),
                                              f.load(f.at(rhs, uint64_t{word} * 8)));
      difference = f.ir.CreateOr(difference, differing);
    }
  } else {
    difference = loop_over(f, words, difference, [&](llvm::Value* index, llvm::Value*) {
      llvm::Value* offset = f.ir.CreateShl(index, f.constant(3));
      llvm::Value* differing = f.ir.CreateXor(f.load(f.at(lhs, offset)), f.load(f.at(rhs, offset)));
      return std::pair(differing, f.ir.CreateICmpEQ(differing, f.constant(0)));
    });
  }
  return f.extend(f.ir.CreateICmpEQ(difference, f.constant(0)));
}

llvm::Value* lower_bytes_order(FunctionContext& f, const sema::Compute& compute) {
  const auto& count = std::get<sema::IntegerConstant>(compute.arguments[2]->node);
  auto size = static_cast<uint32_t>(count.value);
  FunctionContext::TemporaryScope scope(f);
  llvm::Value* lhs = bytes_in_scratch(f, *compute.arguments[0], round_up_to_words(size));
  llvm::Value* rhs = bytes_in_scratch(f, *compute.arguments[1], round_up_to_words(size));
  return loop_over(f, size, f.constant(0), [&](llvm::Value* index, llvm::Value*) {
    llvm::Value* order = f.ir.CreateSub(f.load(f.at(lhs, index), 1), f.load(f.at(rhs, index), 1));
    return std::pair(order, f.ir.CreateICmpEQ(order, f.constant(0)));
  });
}

}  // namespace bpftracec::bpf
