#include "bpftracec/bpf/slot.h"

#include <optional>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/aggregation.h"
#include "bpftracec/bpf/bytes.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/lower_statement.h"
#include "bpftracec/bpf/map_access.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/stack.h"
#include "bpftracec/bpf/subprogram.h"
#include "bpftracec/bpf/text.h"

namespace bpftracec::bpf {
namespace {

bool is_text(const sema::Type& type) { return type.kind == sema::TypeKind::String; }

// What is no text, where it is already; nothing is copied.
std::optional<llvm::Value*> stored_object(FunctionContext& f, const sema::Expr& expr) {
  if (const auto* read = std::get_if<sema::VariableRead>(&expr.node)) {
    return f.variable(read->variable);
  }
  if (const auto* read = std::get_if<sema::MapRead>(&expr.node)) {
    const bool is_stats = f.program().maps[read->map].value.type.kind == sema::TypeKind::Stats;
    return is_stats ? lower_stats_read(f, *read) : map_value(f, *read);
  }
  if (const auto* element = std::get_if<sema::TupleElement>(&expr.node)) {
    return tuple_element_slot(f, *element);
  }
  if (const auto* call = std::get_if<sema::Call>(&expr.node)) {
    return lower_call(f, *call, expr.type);
  }
  return std::nullopt;
}

void write_elements(FunctionContext& f, const sema::Expr& expr, const sema::TupleMake& tuple,
                    llvm::Value* to) {
  const std::vector<sema::TupleMember>& members = *expr.type.members;
  if (members.empty()) f.store(f.constant(0), to);
  for (size_t i = 0; i < members.size(); ++i)
    write_slot(f, *tuple.elements[i], f.at(to, members[i].offset));
}

void write_choice(FunctionContext& f, const sema::Conditional& conditional, llvm::Value* to) {
  auto* then_block = f.new_block("when_true");
  auto* else_block = f.new_block("when_false");
  auto* done = f.new_block("conditional_done");
  f.ir.CreateCondBr(f.is_nonzero(lower_expression(f, *conditional.condition)), then_block,
                    else_block);
  f.start(then_block);
  write_slot(f, *conditional.when_true, to);
  f.go_to(done);
  f.start(else_block);
  write_slot(f, *conditional.when_false, to);
  f.go_to_and_start(done);
}

// Of all that is bytes in memory but texts.
void write_object(FunctionContext& f, const sema::Expr& outer, llvm::Value* to) {
  const sema::Expr& expr = without_bindings(f, outer);
  FunctionContext::Location location(f, expr.range);
  if (const auto* tuple = std::get_if<sema::TupleMake>(&expr.node)) {
    write_elements(f, expr, *tuple, to);
  } else if (const auto* conditional = std::get_if<sema::Conditional>(&expr.node)) {
    write_choice(f, *conditional, to);
  } else if (const auto* capture = std::get_if<sema::StackCapture>(&expr.node)) {
    write_stack(f, expr.type, *capture, to);
  } else if (const auto* symbol = std::get_if<sema::UserSymbolMake>(&expr.node)) {
    write_user_symbol(f, *symbol, to);
  } else if (const auto stored = stored_object(f, expr)) {
    copy_memory(f, to, *stored, sema::slot_size(expr.type));
  } else if (const auto* compute = std::get_if<sema::Compute>(&expr.node)) {
    write_bytes(f, *compute, expr.type, to);
  } else if (const auto* convert = std::get_if<sema::Convert>(&expr.node)) {
    // A buffer with more room.
    zero_memory(f, to, sema::slot_size(expr.type));
    write_object(f, *convert->operand, to);
  } else {
    base::internal_error("this expression has no form in memory");
  }
}

llvm::Value* text_in_memory(FunctionContext& f, const sema::Expr& expr) {
  const uint32_t size = sema::slot_size(expr.type);
  Text text = lower_text(f, expr);
  if (text.readable >= size && text.capacity + 7 >= size) return text.address;
  llvm::Value* to = f.temporary(size);
  copy_memory(f, to, text.address, text.readable);
  zero_memory(f, f.at(to, text.readable), size - text.readable, text.readable % 8 == 0 ? 8 : 1);
  return to;
}

}  // namespace

void write_slot(FunctionContext& f, const sema::Expr& expr, llvm::Value* to) {
  if (is_text(expr.type)) {
    write_text(f, expr, to, sema::slot_size(expr.type));
  } else if (sema::is_in_memory(expr.type)) {
    write_object(f, expr, to);
  } else {
    f.store(lower_expression(f, expr), to);
  }
}

llvm::Value* slot_in_memory(FunctionContext& f, const sema::Expr& outer) {
  if (is_text(outer.type)) return text_in_memory(f, outer);
  const sema::Expr& expr = without_bindings(f, outer);
  if (sema::is_in_memory(expr.type)) {
    if (const auto stored = stored_object(f, expr)) return *stored;
  }
  llvm::Value* to = temporary_slot(f, expr.type);
  write_slot(f, expr, to);
  return to;
}

llvm::Value* temporary_slot(FunctionContext& f, const sema::Type& type) {
  return f.temporary(sema::slot_size(type) + (sema::is_in_memory(type) ? 1 : 0));
}

llvm::Value* tuple_element_slot(FunctionContext& f, const sema::TupleElement& element) {
  llvm::Value* tuple = slot_in_memory(f, *element.tuple);
  return f.at(tuple, (*element.tuple->type.members)[element.index].offset);
}

}  // namespace bpftracec::bpf
