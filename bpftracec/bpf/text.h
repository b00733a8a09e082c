// Texts. Wherever one is stored, NULs fill it up to its capacity and on to a multiple of 8 bytes,
// so that equal texts are equal as memory: map keys and comparisons work by words.
#pragma once

#include <cstdint>

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// A text in memory, aligned to 8.
struct Text {
  llvm::Value* address;
  uint32_t capacity;  // of its type; a text that is as long was cut and has no NUL
  uint32_t readable;  // bytes at `address` that belong to it: the rest after the capacity are NULs
};

// The text somewhere in memory: where it is stored already if it is, else a temporary.
Text lower_text(FunctionContext& f, const sema::Expr& expr);

// Writes the text and NULs after it, `room` bytes in all; `room` is at least the text's capacity.
// The byte after the room is overwritten, too, when a text that is being read does not fit.
void write_text(FunctionContext& f, const sema::Expr& expr, llvm::Value* to, uint32_t room,
                uint32_t alignment = 8);

// Writes the text without filling up and returns its length without NUL, at most `capacity`, as the
// verifier knows, too. One more byte is overwritten.
llvm::Value* write_text_tail(FunctionContext& f, const sema::Expr& expr, llvm::Value* to,
                             uint32_t capacity);

llvm::Value* lower_string_compare(FunctionContext& f, const sema::StringCompare& compare);
llvm::Value* lower_string_index(FunctionContext& f, const sema::StringIndex& index);
llvm::Value* is_nonempty(FunctionContext& f, const sema::Expr& text);

}  // namespace bpftracec::bpf
