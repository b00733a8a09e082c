// docs/design/stacks.md says why stacks are captured like this.
#include <cstddef>

#include "bpftracec/bpf/failures.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/slot.h"
#include "bpftracec/bpf/stack.h"
#include "bpftracec/rt/event_abi.h"

namespace bpftracec::bpf {
namespace {

constexpr uint32_t kAddressBytes = 8;
constexpr uint32_t kBuildIdBytes = 32;  // struct bpf_stack_build_id

// The hash goes through so many bytes a turn. What follows the last frame is zero, so the last turn
// needs no end of its own.
constexpr uint32_t kTurnBytes = 64;

uint32_t round_up_to_turns(uint32_t size) {
  return (size + kTurnBytes - 1) / kTurnBytes * kTurnBytes;
}

// The multiplier is the one of MurmurHash3's last step. For one `hash` each word gives another
// result, so stacks that differ in one frame never meet.
llvm::Value* mixed(FunctionContext& f, llvm::Value* hash, llvm::Value* word) {
  hash = f.ir.CreateMul(f.ir.CreateXor(hash, word), f.constant(0xff51afd7ed558ccd));
  return f.ir.CreateXor(hash, f.ir.CreateLShr(hash, f.constant(32)));
}

// A stack that has been captured.
struct Frames {
  llvm::Value* address;
  llvm::Value* bytes;  // that the frames take, more than 0
  uint32_t capacity;
};

// The offset is opaque, so that the loop is left as it stands here: before 5.17 the verifier has to
// see that it ends.
llvm::Value* hash_of(FunctionContext& f, const Frames& frames, llvm::Value* seed) {
  auto* check = f.new_block("hash");
  auto* body = f.new_block("hash_turn");
  auto* done = f.new_block("hash_done");
  auto* before = f.ir.GetInsertBlock();
  f.go_to_and_start(check);
  auto* offset = f.ir.CreatePHI(f.i64_type(), 2, "offset");
  auto* hash = f.ir.CreatePHI(f.i64_type(), 2, "hash");
  offset->addIncoming(f.constant(0), before);
  hash->addIncoming(seed, before);
  llvm::Value* is_inside = f.ir.CreateICmpULT(offset,
                                              f.constant(round_up_to_turns(frames.capacity)));
  llvm::Value* has_more = f.ir.CreateICmpULT(offset, frames.bytes);
  f.ir.CreateCondBr(f.ir.CreateAnd(is_inside, has_more), body, done);
  f.start(body);
  llvm::Value* words = f.at(frames.address, offset);
  llvm::Value* next = hash;
  for (uint32_t at = 0; at < kTurnBytes; at += 8) next = mixed(f, next, f.load(f.at(words, at)));
  offset->addIncoming(f.opaque(f.ir.CreateAdd(offset, f.constant(kTurnBytes))), body);
  hash->addIncoming(next, body);
  f.go_to(check);
  f.start(done);
  return hash;
}

StackFlags flags_for(const sema::Type& type) {
  if (type.space == sema::AddressSpace::Kernel) return StackFlags::Kernel;
  return type.stack_mode == sema::StackMode::BuildId ? StackFlags::UserBuildIds : StackFlags::User;
}

// Tells the tool to look at the process while it is there. If the record finds no room, addresses
// of a process that ends before they are printed stay without names: nothing of the script's is
// lost.
void announce(FunctionContext& f, const sema::StackCapture& capture, llvm::Value* id,
              llvm::Value* depth, llvm::Value* pid) {
  llvm::Value* record = f.temporary(sizeof(rt::user_stack_record));
  f.store(f.constant(*capture.announcement), record, 4);
  f.store(pid, f.at(record, offsetof(rt::user_stack_record, pid)), 4);
  f.store(id, f.at(record, offsetof(rt::user_stack_record, id)));
  f.store(f.constant(*capture.store), f.at(record, offsetof(rt::user_stack_record, store)), 4);
  f.store(depth, f.at(record, offsetof(rt::user_stack_record, depth)), 4);
  ringbuf_output(f, f.module.events(), record, f.constant(sizeof(rt::user_stack_record)));
}

void write_key(FunctionContext& f, llvm::Value* to, llvm::Value* id, llvm::Value* depth,
               llvm::Value* pid) {
  f.store(id, f.at(to, offsetof(rt::stack_key, id)));
  f.store(f.ir.CreateOr(depth, f.ir.CreateShl(pid, f.constant(32))),
          f.at(to, offsetof(rt::stack_key, depth)));
}

// Puts the frames into their store if they are not there yet, and writes the key.
void keep(FunctionContext& f, const sema::StackCapture& capture, const Frames& frames,
          llvm::Value* depth, llvm::Value* pid, llvm::Value* to, llvm::BasicBlock* done) {
  llvm::Value* seed = f.ir.CreateXor(f.ir.CreateShl(pid, f.constant(32)), depth);
  // 0 stands for the empty stack.
  llvm::Value* id = f.ir.CreateOr(hash_of(f, frames, seed), f.constant(1));
  llvm::Value* store = f.module.stack_store(*capture.store);
  llvm::Value* key = f.temporary(8);
  f.store(id, key);
  auto* is_new = f.new_block("new_stack");
  auto* added = f.new_block("stack_added");
  auto* not_added = f.new_block("stack_not_added");
  auto* no_room = f.new_block("no_room_for_stack");
  auto* known = f.new_block("known_stack");
  f.branch_if_unlikely(f.ir.CreateIsNull(map_lookup_elem(f, store, key)), is_new, known);
  f.start(is_new);
  llvm::Value* result = map_update_elem(f, store, key, frames.address, UpdateMode::NoExist);
  f.branch_if_unlikely(f.is_nonzero(result), not_added, added);
  f.start(added);
  if (capture.announcement) announce(f, capture, id, depth, pid);
  f.go_to(known);
  f.start(not_added);
  // Another CPU may have been faster.
  constexpr uint64_t kExists = static_cast<uint64_t>(-17);
  f.ir.CreateCondBr(f.ir.CreateICmpEQ(result, f.constant(kExists)), known, no_room);
  f.start(no_room);
  check_update(f, capture.site, result);
  f.go_to(done);
  f.start(known);
  write_key(f, to, id, depth, pid);
  f.go_to(done);
}

}  // namespace

uint32_t stack_bytes(const sema::StackStore& store) {
  return store.frames * (store.has_build_ids ? kBuildIdBytes : kAddressBytes);
}

void write_stack(FunctionContext& f, const sema::Type& type, const sema::StackCapture& capture,
                 llvm::Value* to) {
  write_key(f, to, f.constant(0), f.constant(0), f.constant(0));
  if (!capture.store) return;
  const sema::StackStore& store = f.program().stack_stores[*capture.store];
  const uint32_t size = stack_bytes(store);
  FunctionContext::TemporaryScope temporaries(f);
  llvm::Value* frames = f.scratch_temporary(round_up_to_turns(size));
  zero_memory(f, f.at(frames, size), round_up_to_turns(size) - size);
  llvm::Value* bytes = get_stack(f, frames, size, flags_for(type));
  auto* captured = f.new_block("stack_captured");
  auto* empty = f.new_block("no_stack");
  auto* done = f.new_block("stack_done");
  f.branch_if_unlikely(f.ir.CreateICmpSLE(bytes, f.constant(0)), empty, captured);
  f.start(empty);
  check_update(f, capture.site, bytes);
  f.go_to(done);
  f.start(captured);
  const bool is_user = type.space == sema::AddressSpace::User;
  llvm::Value* depth = f.ir.CreateLShr(bytes, f.constant(store.has_build_ids ? 5 : 3));
  llvm::Value* pid = is_user ? process_id(f) : f.constant(0);
  keep(f, capture, {frames, bytes, size}, depth, pid, to, done);
  f.start(done);
}

void write_user_symbol(FunctionContext& f, const sema::UserSymbolMake& symbol, llvm::Value* to) {
  f.store(lower_expression(f, *symbol.address), f.at(to, offsetof(rt::user_symbol, address)));
  f.store(process_id(f), f.at(to, offsetof(rt::user_symbol, pid)));
}

llvm::Value* lower_stack_depth(FunctionContext& f, const sema::StackDepth& depth) {
  llvm::Value* key = slot_in_memory(f, *depth.stack);
  return f.load(f.at(key, offsetof(rt::stack_key, depth)), 4);
}

}  // namespace bpftracec::bpf
