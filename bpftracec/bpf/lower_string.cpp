#include <algorithm>
#include <optional>
#include <string>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/core_access.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/lower_compute.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/lower_statement.h"
#include "bpftracec/bpf/map_access.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/site.h"
#include "bpftracec/bpf/slot.h"
#include "bpftracec/bpf/subprogram.h"
#include "bpftracec/bpf/text.h"

namespace bpftracec::bpf {
namespace {

constexpr uint32_t kCommSize = 16;  // the kernel's TASK_COMM_LEN

// Comparisons of up to this many bytes are written out, longer ones loop.
constexpr uint32_t kMaxUnrolledCompare = 64;

// ---- texts that are read from memory that is not ours ----

struct ForeignText {
  llvm::Value* address;
  sema::AddressSpace space;
  uint32_t capacity;
  llvm::Value* limit;  // at most this many bytes, with the NUL; null: as many as there is room for
};

std::optional<ForeignText> foreign_text(FunctionContext& f, const sema::Expr& expr) {
  if (const auto* read = std::get_if<sema::StringRead>(&expr.node)) {
    llvm::Value* address = to_pointer(f, lower_expression(f, *read->address));
    llvm::Value* limit = read->max_length != nullptr ? lower_expression(f, *read->max_length)
                                                     : nullptr;
    return ForeignText{address, read->space, expr.type.size, limit};
  }
  if (const auto* read = std::get_if<sema::FieldRead>(&expr.node)) {
    FieldText field = lower_text_field(f, *read);
    return ForeignText{field.address, sema::AddressSpace::Kernel, expr.type.size, field.limit};
  }
  if (const auto* read = std::get_if<sema::MemoryRead>(&expr.node)) {
    llvm::Value* address = to_pointer(f, lower_expression(f, *read->address));
    return ForeignText{address, read->space, expr.type.size, nullptr};
  }
  return std::nullopt;
}

// Reads at most `capacity` characters and one byte more, which tells a text that fits from one that
// is cut: then there is no NUL among the first `capacity` bytes. Returns the number of bytes, with
// the NUL, or an error.
llvm::Value* read_foreign(FunctionContext& f, const ForeignText& text, llvm::Value* to,
                          uint32_t capacity) {
  uint64_t max = uint64_t{capacity} + 1;
  llvm::Value* size = f.constant(max);
  if (text.limit != nullptr) {
    size = f.ir.CreateBinaryIntrinsic(llvm::Intrinsic::umin, text.limit, size);
    if (!llvm::isa<llvm::Constant>(size)) size = f.bounded(size, max);
  }
  return probe_read_str(f, text.space, to, size, text.address);
}

// ---- texts that we have ----

// The text in memory where it is already; nothing is copied.
std::optional<Text> stored_text(FunctionContext& f, const sema::Expr& expr) {
  uint32_t capacity = expr.type.size;
  uint32_t padded = round_up_to_words(capacity);
  if (const auto* constant = std::get_if<sema::StringConstant>(&expr.node)) {
    return Text{f.module.literal(constant->value, padded), capacity, padded};
  }
  if (const auto* call = std::get_if<sema::Call>(&expr.node)) {
    return Text{lower_call(f, *call, expr.type), capacity, padded};
  }
  if (const auto* read = std::get_if<sema::LateConstantRead>(&expr.node)) {
    uint32_t size = f.program().late_constants[read->constant].size;
    return Text{f.module.late_constant(read->constant), std::min(size, capacity), size};
  }
  const auto* builtin = std::get_if<sema::BuiltinRead>(&expr.node);
  if (builtin != nullptr && is_site_text(builtin->builtin)) {
    return Text{lower_site_text(f, builtin->builtin), capacity, padded};
  }
  if (const auto* read = std::get_if<sema::VariableRead>(&expr.node)) {
    return Text{f.variable(read->variable), capacity, padded};
  }
  if (const auto* read = std::get_if<sema::MapRead>(&expr.node)) {
    return Text{map_value(f, *read), capacity, padded};
  }
  if (const auto* element = std::get_if<sema::TupleElement>(&expr.node)) {
    return Text{tuple_element_slot(f, *element), capacity, padded};
  }
  if (const auto* convert = std::get_if<sema::Convert>(&expr.node)) {
    return stored_text(f, *convert->operand);
  }
  const auto* compute = std::get_if<sema::Compute>(&expr.node);
  if (compute != nullptr && compute->operation != sema::Operation::TextConcat) {
    return text_of_number(f, *compute);
  }
  return std::nullopt;
}

void write_copy(FunctionContext& f, const Text& text, llvm::Value* to, uint32_t room,
                uint32_t alignment) {
  uint32_t size = std::min(text.readable, room);
  copy_memory(f, to, text.address, size, alignment);
  zero_memory(f, f.at(to, size), room - size, (size % 8 == 0) ? alignment : 1);
}

// Literals are written as numbers: the bytes are in the instructions.
void write_constant(FunctionContext& f, const std::string& value, llvm::Value* to, uint32_t room,
                    uint32_t alignment) {
  std::string bytes = value.substr(0, room);
  uint32_t unit = std::min<uint32_t>(alignment, 8);
  uint32_t end = std::min((static_cast<uint32_t>(bytes.size()) + unit - 1) / unit * unit, room);
  bytes.resize(end, '\0');
  zero_memory(f, f.at(to, end), room - end, alignment);
  for (uint32_t offset = 0; offset < end;) {
    uint32_t size = unit;
    while (offset + size > end) size /= 2;
    uint64_t number = 0;
    for (uint32_t i = size; i-- > 0;) {
      number = number << 8 | static_cast<unsigned char>(bytes[offset + i]);
    }
    f.store(f.constant(number), f.at(to, offset), size, alignment);
    offset += size;
  }
}

// Kernels 5.18 to 6.3 copy the name without filling up.
void write_comm(FunctionContext& f, llvm::Value* to, uint32_t room, uint32_t alignment) {
  zero_memory(f, to, room, alignment);
  get_current_comm(f, to, std::min(room, kCommSize));
}

// ---- comparisons ----

// Non-zero if the first `size` bytes of two texts differ. All of them must be readable.
llvm::Value* difference(FunctionContext& f, llvm::Value* lhs, llvm::Value* rhs, uint32_t size) {
  llvm::Value* result = f.constant(0);
  for (uint32_t offset = 0; offset < size;) {
    uint32_t unit = 8;
    while (offset + unit > size) unit /= 2;
    llvm::Value* differing = f.ir.CreateXor(f.load(f.at(lhs, offset), unit),
                                            f.load(f.at(rhs, offset), unit));
    result = f.ir.CreateOr(result, differing);
    offset += unit;
  }
  return result;
}

llvm::Value* difference(FunctionContext& f, llvm::Value* lhs, const std::string& rhs,
                        uint32_t size) {
  llvm::Value* result = f.constant(0);
  for (uint32_t offset = 0; offset < size;) {
    uint32_t unit = 8;
    while (offset + unit > size) unit /= 2;
    uint64_t number = 0;
    for (uint32_t i = unit; i-- > 0;) {
      size_t at = offset + i;
      number = number << 8 | (at < rhs.size() ? static_cast<unsigned char>(rhs[at]) : 0U);
    }
    llvm::Value* differing = f.ir.CreateXor(f.load(f.at(lhs, offset), unit), f.constant(number));
    result = f.ir.CreateOr(result, differing);
    offset += unit;
  }
  return result;
}

// Word by word until the words differ or hold the end: a word whose last byte is NUL is the last
// one of a padded text. Costs what the texts' length costs, not their capacity.
llvm::Value* compare_in_loop(FunctionContext& f, llvm::Value* lhs, llvm::Value* rhs,
                             uint32_t words) {
  auto* loop = f.new_block("compare");
  auto* same = f.new_block("compare_same");
  auto* done = f.new_block("compare_done");
  auto* before = f.ir.GetInsertBlock();
  f.go_to_and_start(loop);
  auto* index = f.ir.CreatePHI(f.i64_type(), 2, "word");
  index->addIncoming(f.constant(0), before);
  llvm::Value* offset = f.ir.CreateShl(index, f.constant(3));
  llvm::Value* lhs_word = f.load(f.at(lhs, offset));
  llvm::Value* rhs_word = f.load(f.at(rhs, offset));
  f.ir.CreateCondBr(f.ir.CreateICmpEQ(lhs_word, rhs_word), same, done);
  f.start(same);
  llvm::Value* next = f.ir.CreateAdd(index, f.constant(1));
  index->addIncoming(next, same);
  llvm::Value* is_last = f.ir.CreateICmpEQ(next, f.constant(words));
  llvm::Value* is_end = f.ir.CreateICmpEQ(f.ir.CreateLShr(lhs_word, f.constant(56)), f.constant(0));
  f.ir.CreateCondBr(f.ir.CreateOr(is_last, is_end), done, loop);
  f.start(done);
  auto* result = f.ir.CreatePHI(f.ir.getInt1Ty(), 2);
  result->addIncoming(f.ir.getFalse(), loop);
  result->addIncoming(f.ir.getTrue(), same);
  return result;
}

// The text's first `size` bytes, at least; what follows them may be anything. Spares reading a
// kilobyte to compare it with "cat".
Text text_prefix(FunctionContext& f, const sema::Expr& outer, uint32_t size) {
  const sema::Expr& expr = without_bindings(f, outer);
  if (auto stored = stored_text(f, expr)) return *stored;
  auto foreign = foreign_text(f, expr);
  if (!foreign || size >= foreign->capacity) return lower_text(f, expr);
  llvm::Value* to = f.temporary(size + 1);
  // Short reads that fail leave zeroes, as full ones do.
  read_foreign(f, *foreign, to, size);
  return Text{to, size, size};
}

const std::string* literal_of(const sema::Expr& expr) {
  if (const auto* convert = std::get_if<sema::Convert>(&expr.node)) {
    return literal_of(*convert->operand);
  }
  const auto* constant = std::get_if<sema::StringConstant>(&expr.node);
  return constant != nullptr ? &constant->value : nullptr;
}

// `limit`: no more than so many bytes count.
llvm::Value* equals_literal(FunctionContext& f, const sema::Expr& expr, const std::string& literal,
                            uint32_t limit) {
  uint32_t size = std::min({static_cast<uint32_t>(literal.size()) + 1, expr.type.size, limit});
  Text text = text_prefix(f, expr, size);
  size = std::min(size, text.capacity);
  // Whole words where the text is padded, and the literal with it.
  if (uint32_t words = round_up_to_words(size);
      words <= text.readable && literal.size() < size && size < limit) {
    size = words;
  }
  return f.ir.CreateICmpEQ(difference(f, text.address, literal, size), f.constant(0));
}

llvm::Value* equals(FunctionContext& f, const sema::Expr& lhs_expr, const sema::Expr& rhs_expr,
                    uint32_t limit) {
  if (const std::string* literal = literal_of(rhs_expr)) {
    return equals_literal(f, lhs_expr, *literal, limit);
  }
  if (const std::string* literal = literal_of(lhs_expr)) {
    return equals_literal(f, rhs_expr, *literal, limit);
  }
  Text lhs = lower_text(f, lhs_expr);
  Text rhs = lower_text(f, rhs_expr);
  uint32_t size = std::min({lhs.capacity, rhs.capacity, limit});
  if (size <= kMaxUnrolledCompare) {
    return f.ir.CreateICmpEQ(difference(f, lhs.address, rhs.address, size), f.constant(0));
  }
  llvm::Value* result = compare_in_loop(f, lhs.address, rhs.address, size / 8);
  if (size % 8 == 0) return result;
  uint32_t rest = size / 8 * 8;
  llvm::Value* tail = difference(f, f.at(lhs.address, rest), f.at(rhs.address, rest), size - rest);
  return f.ir.CreateAnd(result, f.ir.CreateICmpEQ(tail, f.constant(0)));
}

void write_conditional(FunctionContext& f, const sema::Conditional& conditional, llvm::Value* to,
                       uint32_t room, uint32_t alignment) {
  auto* then_block = f.new_block("when_true");
  auto* else_block = f.new_block("when_false");
  auto* done = f.new_block("conditional_done");
  f.ir.CreateCondBr(f.is_nonzero(lower_expression(f, *conditional.condition)), then_block,
                    else_block);
  f.start(then_block);
  write_text(f, *conditional.when_true, to, room, alignment);
  f.go_to(done);
  f.start(else_block);
  write_text(f, *conditional.when_false, to, room, alignment);
  f.go_to_and_start(done);
}

}  // namespace

Text lower_text(FunctionContext& f, const sema::Expr& outer) {
  const sema::Expr& expr = without_bindings(f, outer);
  if (auto stored = stored_text(f, expr)) return *stored;
  uint32_t padded = round_up_to_words(expr.type.size);
  llvm::Value* to = f.temporary(expr.type.size + 1);
  write_text(f, expr, to, padded);
  return Text{to, expr.type.size, padded};
}

void write_text(FunctionContext& f, const sema::Expr& outer, llvm::Value* to, uint32_t room,
                uint32_t alignment) {
  const sema::Expr& expr = without_bindings(f, outer);
  FunctionContext::Location location(f, expr.range);
  if (const auto* constant = std::get_if<sema::StringConstant>(&expr.node)) {
    write_constant(f, constant->value, to, room, alignment);
  } else if (const auto* convert = std::get_if<sema::Convert>(&expr.node)) {
    write_text(f, *convert->operand, to, room, alignment);
  } else if (const auto* conditional = std::get_if<sema::Conditional>(&expr.node)) {
    write_conditional(f, *conditional, to, room, alignment);
  } else if (auto stored = stored_text(f, expr)) {
    write_copy(f, *stored, to, room, alignment);
  } else if (auto foreign = foreign_text(f, expr)) {
    zero_memory(f, to, room, alignment);
    read_foreign(f, *foreign, to, std::min(foreign->capacity, room));
  } else if (const auto* compute = std::get_if<sema::Compute>(&expr.node)) {
    write_concatenation(f, *compute, to, room, alignment);
  } else if (const auto* builtin = std::get_if<sema::BuiltinRead>(&expr.node);
             builtin != nullptr && builtin->builtin == sema::Builtin::Comm) {
    write_comm(f, to, room, alignment);
  } else {
    base::internal_error("this expression gives no text");
  }
}

// No branch on the result: with several texts in a record, the verifier would walk every
// combination of them.
llvm::Value* write_text_tail(FunctionContext& f, const sema::Expr& outer, llvm::Value* to,
                             uint32_t capacity) {
  const sema::Expr& expr = without_bindings(f, outer);
  FunctionContext::Location location(f, expr.range);
  const auto* compute = std::get_if<sema::Compute>(&expr.node);
  if (compute != nullptr && compute->operation == sema::Operation::JoinedTexts) {
    return write_joined(f, *compute, to, capacity);
  }
  auto foreign = foreign_text(f, expr);
  if (!foreign) {
    Text text = lower_text(f, expr);
    foreign = ForeignText{text.address, sema::AddressSpace::Kernel, text.capacity, nullptr};
  }
  llvm::Value* written = read_foreign(f, *foreign, to, std::min(capacity, foreign->capacity));
  llvm::Value* is_error = f.ir.CreateAShr(written, f.constant(63));  // -1 or 0
  llvm::Value* with_nul = f.ir.CreateAnd(written, f.ir.CreateNot(is_error));
  return f.bounded(f.ir.CreateSub(with_nul, f.nonzero_bit(with_nul)), capacity);
}

llvm::Value* lower_string_compare(FunctionContext& f, const sema::StringCompare& compare) {
  constexpr uint32_t kAll = UINT32_MAX;
  llvm::Value* is_equal = equals(f, *compare.lhs, *compare.rhs, compare.limit.value_or(kAll));
  return f.extend(compare.is_equal ? is_equal : f.ir.CreateNot(is_equal));
}

llvm::Value* lower_string_index(FunctionContext& f, const sema::StringIndex& index) {
  const sema::Type character_type{.kind = sema::TypeKind::Integer, .is_signed = true, .size = 1};
  uint32_t capacity = index.text->type.size;
  if (const auto* constant = std::get_if<sema::IntegerConstant>(&index.index->node)) {
    if (constant->value >= capacity) return f.constant(0);
    auto at = static_cast<uint32_t>(constant->value);
    Text text = text_prefix(f, *index.text, at + 1);
    return at < text.capacity ? fit(f, f.load(f.at(text.address, at), 1), character_type)
                              : f.constant(0);
  }
  Text text = lower_text(f, *index.text);
  llvm::Value* position = lower_expression(f, *index.index);
  auto* inside = f.new_block("index_inside");
  auto* done = f.new_block("index_done");
  auto* before = f.ir.GetInsertBlock();
  f.ir.CreateCondBr(f.ir.CreateICmpULT(position, f.constant(text.capacity)), inside, done);
  f.start(inside);
  // The stack cannot be read at an offset that the verifier does not know (before Linux 5.12); this
  // helper reads anything.
  llvm::Value* to = f.temporary(8);
  probe_read_kernel(f, to, f.constant(1), f.at(text.address, f.opaque(position)));
  llvm::Value* character = fit(f, f.load(to, 1), character_type);
  inside = f.ir.GetInsertBlock();
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.i64_type(), 2);
  result->addIncoming(f.constant(0), before);
  result->addIncoming(character, inside);
  return result;
}

llvm::Value* is_nonempty(FunctionContext& f, const sema::Expr& expr) {
  Text text = text_prefix(f, expr, 1);
  return f.is_nonzero(f.load(text.address, 1));
}

}  // namespace bpftracec::bpf
