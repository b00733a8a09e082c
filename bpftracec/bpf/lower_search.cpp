// strstr(): the algorithm of Knuth, Morris and Pratt. It never goes back in the text that is
// searched, so the number of turns that the verifier has to walk is twice the text's capacity,
// whatever is looked for.
#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/lower_compute.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/text.h"

namespace bpftracec::bpf {
namespace {

// Bytes at an address, `room` of them, which is a power of two: an index is cut to it, so that the
// verifier need not know more.
struct Area {
  llvm::Value* address;
  uint32_t room;
};

// The wanted text, its length, and for each length of a part of it that fits so far, the longest
// shorter one that fits there, too.
struct Needle {
  Area text;
  llvm::Value* length;
  Area fallback;  // two bytes each
};

uint32_t room_for(uint32_t size) { return std::bit_ceil(std::max(size, 8U)); }

llvm::Value* load_byte(FunctionContext& f, const Area& area, llvm::Value* index) {
  llvm::Value* cut = f.opaque(f.ir.CreateAnd(index, f.constant(area.room - 1)));
  cut = f.ir.CreateAnd(cut, f.constant(area.room - 1));
  return f.load(f.at(area.address, cut), 1);
}

llvm::Value* pair_address(FunctionContext& f, const Area& area, llvm::Value* index) {
  llvm::Value* offset = f.opaque(f.ir.CreateShl(index, f.constant(1)));
  return f.at(area.address, f.ir.CreateAnd(offset, f.constant(area.room - 2)));
}

llvm::Value* load_pair(FunctionContext& f, const Area& area, llvm::Value* index) {
  return f.load(pair_address(f, area, index), 2);
}

// The text with zeroes behind it.
Area copy_text(FunctionContext& f, const sema::Expr& text) {
  uint32_t room = room_for(text.type.size);
  llvm::Value* to = f.scratch_temporary(room + 8);
  write_text(f, text, to, room);
  return {to, room};
}

// Of two numbers: the first where `bit` is 1, the second where it is 0. A select would be a branch,
// and the verifier keeps each for later.
llvm::Value* choose(FunctionContext& f, llvm::Value* bit, llvm::Value* one, llvm::Value* zero) {
  llvm::Value* mask = f.opaque(f.ir.CreateNeg(bit));
  return f.ir.CreateOr(f.ir.CreateAnd(one, mask), f.ir.CreateAnd(zero, f.ir.CreateNot(mask)));
}

// 0 or 1. Opaque, for LLVM would make comparisons, and so branches, of what is computed from signs.
llvm::Value* bit_of(FunctionContext& f, llvm::Value* value) {
  return f.opaque(f.nonzero_bit(value));
}

llvm::Value* invert(FunctionContext& f, llvm::Value* bit) {
  return f.ir.CreateXor(bit, f.constant(1));
}

// Where a turn of either loop has come to: `at` in the one text, with `matched` bytes before it
// that are the beginning of the wanted text.
struct Position {
  llvm::Value* at;
  llvm::Value* matched;
};

struct Step {
  Position next;
  llvm::Value* byte;          // that was looked at
  llvm::Value* has_advanced;  // a bit
};

Step advance(FunctionContext& f, const Area& text, const Needle& needle, const Position& position) {
  llvm::Value* byte = load_byte(f, text, position.at);
  llvm::Value* wanted = load_byte(f, needle.text, position.matched);
  llvm::Value* differs = bit_of(f, f.ir.CreateXor(byte, wanted));
  llvm::Value* has_some = bit_of(f, position.matched);
  llvm::Value* has_advanced = f.ir.CreateOr(invert(f, differs), invert(f, has_some));
  llvm::Value* shorter = load_pair(f, needle.fallback, position.matched);
  llvm::Value* longer = f.ir.CreateAdd(position.matched, f.constant(1));
  return {{f.ir.CreateAdd(position.at, has_advanced), choose(f, differs, shorter, longer)},
          byte,
          has_advanced};
}

// Turns from `start` on until `body` says with a bit that there is an end, or after `turns`. The
// result goes through memory of which the verifier knows nothing: else it would know after each
// turn how far the search can have come, and walk all that follows once for each.
template <typename Body>
Position run(FunctionContext& f, uint32_t turns, Position start, Body body) {
  auto* loop = f.new_block("search");
  auto* again = f.new_block("search_again");
  auto* done = f.new_block("search_done");
  llvm::Value* result = f.scratch_temporary(16);
  auto* before = f.ir.GetInsertBlock();
  f.go_to_and_start(loop);
  auto* turn = f.ir.CreatePHI(f.i64_type(), 2, "turn");
  auto* at = f.ir.CreatePHI(f.i64_type(), 2, "at");
  auto* matched = f.ir.CreatePHI(f.i64_type(), 2, "matched");
  turn->addIncoming(f.constant(0), before);
  at->addIncoming(start.at, before);
  matched->addIncoming(start.matched, before);
  auto [next, goes_on] = body(Position{at, matched});
  // Not only where the search ends: that would be a copy of the code for each of its two ends.
  f.store(next.at, result);
  f.store(next.matched, f.at(result, 8));
  llvm::Value* next_turn = f.ir.CreateAdd(turn, f.constant(1));
  f.ir.CreateCondBr(f.ir.CreateICmpEQ(f.opaque(goes_on), f.constant(0)), done, again);
  f.start(again);
  turn->addIncoming(next_turn, again);
  at->addIncoming(next.at, again);
  matched->addIncoming(next.matched, again);
  f.ir.CreateCondBr(f.ir.CreateICmpULT(next_turn, f.constant(turns)), loop, done);
  f.start(done);
  auto load = [&](uint64_t offset) -> llvm::Value* {
    return f.ir.CreateLoad(f.i64_type(), f.at(result, offset), /*isVolatile=*/true);
  };
  return {load(0), load(8)};
}

// ---- what is looked for -------------------------------------------------------------------------

std::vector<uint16_t> fallbacks(const std::string& text) {
  std::vector<uint16_t> result(text.size() + 1, 0);
  size_t matched = 0;
  for (size_t at = 1; at < text.size(); ++at) {
    while (matched > 0 && text[at] != text[matched]) matched = result[matched];
    if (text[at] == text[matched]) ++matched;
    result[at + 1] = static_cast<uint16_t>(matched);
  }
  return result;
}

Needle literal_needle(FunctionContext& f, const std::string& text) {
  uint32_t room = room_for(static_cast<uint32_t>(text.size()) + 1);
  std::string table;
  for (uint16_t entry : fallbacks(text)) {
    table += static_cast<char>(entry & 0xff);
    table += static_cast<char>(entry >> 8);
  }
  return {{f.module.literal(text, room), room},
          f.constant(text.size()),
          {f.module.literal(table, room * 2), room * 2}};
}

// The same table, made while the program runs. What is not an entry goes to a place behind them.
Needle computed_needle(FunctionContext& f, const sema::Expr& expr) {
  Area text = copy_text(f, expr);
  uint32_t capacity = expr.type.size;
  llvm::Value* length = text_length(f, text.address, capacity);
  uint32_t room = room_for(text.room + 2) * 2;
  llvm::Value* table = f.scratch_temporary(room);
  zero_memory(f, table, room);
  Needle needle{text, length, {table, room}};
  llvm::Value* beyond = f.constant(room / 2 - 1);
  run(f, capacity * 2, {f.constant(1), f.constant(0)}, [&](const Position& position) {
    Step step = advance(f, text, needle, position);
    llvm::Value* entry = choose(f, step.has_advanced, step.next.at, beyond);
    f.store(step.next.matched, pair_address(f, needle.fallback, entry), 2);
    // Up to the text's end; its length may be 0.
    llvm::Value* left = f.ir.CreateSub(step.next.at, length);
    return std::pair(step.next, f.ir.CreateLShr(f.opaque(left), f.constant(63)));
  });
  return needle;
}

const std::string* literal_of(const sema::Expr& expr) {
  if (const auto* convert = std::get_if<sema::Convert>(&expr.node)) {
    return literal_of(*convert->operand);
  }
  const auto* constant = std::get_if<sema::StringConstant>(&expr.node);
  return constant != nullptr ? &constant->value : nullptr;
}

Needle make_needle(FunctionContext& f, const sema::Expr& expr) {
  if (const std::string* literal = literal_of(expr)) {
    // What follows a NUL is not part of it.
    return literal_needle(f, literal->substr(0, literal->find('\0')));
  }
  return computed_needle(f, expr);
}

}  // namespace

llvm::Value* lower_text_find(FunctionContext& f, const sema::Compute& compute) {
  FunctionContext::TemporaryScope scope(f);
  const sema::Expr& text = *compute.arguments[0];
  Area searched = copy_text(f, text);
  Needle needle = make_needle(f, *compute.arguments[1]);
  llvm::Value* capacity = f.constant(text.type.size);
  Position none{f.constant(0), f.constant(0)};
  Position last = run(f, text.type.size * 2, none, [&](const Position& position) {
    Step step = advance(f, searched, needle, position);
    llvm::Value* wants_more = bit_of(f, f.ir.CreateXor(step.next.matched, needle.length));
    llvm::Value* has_more = f.ir.CreateAnd(bit_of(f, step.byte),
                                           bit_of(f, f.ir.CreateXor(step.next.at, capacity)));
    return std::pair(step.next, f.ir.CreateAnd(wants_more, has_more));
  });
  llvm::Value* is_found = f.ir.CreateICmpEQ(last.matched, needle.length);
  llvm::Value* begin = f.ir.CreateSub(last.at, needle.length);
  llvm::Value* result = f.ir.CreateSelect(is_found, begin, f.constant(~uint64_t{1}));
  // Nothing is everywhere.
  llvm::Value* is_empty = f.ir.CreateICmpEQ(needle.length, f.constant(0));
  return f.ir.CreateSelect(is_empty, f.constant(0), result);
}

}  // namespace bpftracec::bpf
