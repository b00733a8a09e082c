// Arguments of USDT markers. Only the target's files tell where they lie, and each place of a
// marker has its own: the tool has put that into a map, by the number of the place.
#include <cstddef>

#include "bpftracec/bpf/core_access.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/site.h"
#include "bpftracec/rt/event_abi.h"

namespace bpftracec::bpf {
namespace {

using rt::usdt_operand;
using rt::UsdtKind;

// The context is memory that the program may read by number only; the kernel does it for any.
llvm::Value* read_register(FunctionContext& f, llvm::Value* offset) {
  llvm::Value* to = f.temporary(8);
  probe_read_kernel(f, to, f.constant(8), f.at(f.context(), offset));
  return f.load(to);
}

// As many bytes as the argument has: what is behind them may not be there.
llvm::Value* read_memory(FunctionContext& f, llvm::Value* operand, llvm::Value* address) {
  llvm::Value* to = f.temporary(8);
  f.store(f.constant(0), to);
  llvm::Value* size = f.load(f.at(operand, offsetof(usdt_operand, size)), 1);
  probe_read_user(f, to, f.bounded(size, 8), address);
  return f.load(to);
}

llvm::Value* is_kind(FunctionContext& f, llvm::Value* kind, UsdtKind wanted) {
  return f.ir.CreateICmpEQ(kind, f.constant(static_cast<uint64_t>(wanted)));
}

llvm::Value* indexed(FunctionContext& f, llvm::Value* operand, llvm::Value* address) {
  llvm::Value* offset = f.load(f.at(operand, offsetof(usdt_operand, index_offset)), 2);
  llvm::Value* scale = f.load(f.at(operand, offsetof(usdt_operand, scale)), 1);
  return f.ir.CreateAdd(address, f.ir.CreateShl(read_register(f, offset), scale));
}

// Of 8 bytes, as the operand's size and sign have it.
llvm::Value* cut(FunctionContext& f, llvm::Value* operand, llvm::Value* value) {
  llvm::Value* size = f.load(f.at(operand, offsetof(usdt_operand, size)), 1);
  llvm::Value* is_signed = f.load(f.at(operand, offsetof(usdt_operand, is_signed)), 1);
  llvm::Value* bits = f.ir.CreateSub(f.constant(64), f.ir.CreateShl(size, f.constant(3)));
  // Of a size of 0, that there is no such argument: nothing is left of it.
  bits = f.ir.CreateAnd(bits, f.constant(63));
  llvm::Value* top = f.ir.CreateShl(value, bits);
  return f.ir.CreateSelect(f.is_nonzero(is_signed), f.ir.CreateAShr(top, bits),
                           f.ir.CreateLShr(top, bits));
}

llvm::Value* operand_at_site(FunctionContext& f, uint32_t index) {
  llvm::Value* key = f.temporary(8);
  f.store(site_number(f), key);
  llvm::Value* map = f.module.site_values(rt::kUsdtPlaces,
                                          sizeof(usdt_operand) * rt::kUsdtOperands);
  llvm::Value* place = map_lookup_elem(f, map, key);
  auto* found = f.new_block("usdt_place");
  f.branch_if_unlikely(f.ir.CreateIsNull(place), f.give_up(), found);
  f.start(found);
  return f.at(place, index * sizeof(usdt_operand));
}

}  // namespace

llvm::Value* load_usdt_argument(FunctionContext& f, uint32_t index) {
  FunctionContext::TemporaryScope temporaries(f);
  llvm::Value* operand = operand_at_site(f, index);
  llvm::Value* kind = f.load(f.at(operand, offsetof(usdt_operand, kind)), 1);
  llvm::Value* constant = f.load(operand);
  auto* in_register = f.new_block("usdt_register");
  auto* in_memory = f.new_block("usdt_memory");
  auto* with_index = f.new_block("usdt_index");
  auto* read = f.new_block("usdt_read");
  auto* done = f.new_block("usdt_done");

  auto* start = f.ir.GetInsertBlock();
  f.ir.CreateCondBr(is_kind(f, kind, UsdtKind::Constant), done, in_register);
  f.start(in_register);
  llvm::Value* base = read_register(
      f, f.load(f.at(operand, offsetof(usdt_operand, register_offset)), 2));
  auto* register_end = f.ir.GetInsertBlock();
  f.ir.CreateCondBr(is_kind(f, kind, UsdtKind::Register), done, in_memory);
  f.start(in_memory);
  llvm::Value* address = f.ir.CreateAdd(base, constant);
  f.ir.CreateCondBr(is_kind(f, kind, UsdtKind::IndexedMemory), with_index, read);
  f.start(with_index);
  llvm::Value* element = indexed(f, operand, address);
  auto* index_end = f.ir.GetInsertBlock();
  f.go_to(read);
  f.start(read);
  auto* place = f.ir.CreatePHI(f.i64_type(), 2);
  place->addIncoming(address, in_memory);
  place->addIncoming(element, index_end);
  llvm::Value* loaded = read_memory(f, operand, place);
  auto* read_end = f.ir.GetInsertBlock();
  f.go_to(done);
  f.start(done);
  auto* value = f.ir.CreatePHI(f.i64_type(), 3);
  value->addIncoming(constant, start);
  value->addIncoming(base, register_end);
  value->addIncoming(loaded, read_end);
  return cut(f, operand, value);
}

}  // namespace bpftracec::bpf
