#include <algorithm>
#include <bit>
#include <cstddef>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/bytes.h"
#include "bpftracec/bpf/failures.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/output.h"
#include "bpftracec/bpf/slot.h"
#include "bpftracec/bpf/text.h"
#include "bpftracec/rt/event_abi.h"

namespace bpftracec::bpf {
namespace {

uint32_t alignment_of(uint32_t offset) {
  return offset == 0 ? 8 : std::min(8U, 1U << static_cast<unsigned>(std::countr_zero(offset)));
}

// The one place that knows how records reach the tool: a perf buffer, for kernels before 5.8, would
// go here.
void send(FunctionContext& f, llvm::Value* record, llvm::Value* size) {
  check_sent(f, ringbuf_output(f, f.module.events(), record, size));
}

// Bytes between fields: what the memory held before must not leave the kernel, and the verifier
// wants the stack initialised.
void zero_gaps(FunctionContext& f, const sema::RecordPlan& plan, llvm::Value* record) {
  uint32_t end = sizeof(rt::record_header);
  auto zero_until = [&](uint32_t begin) {
    while (end < begin) {
      uint32_t size = alignment_of(end);
      while (end + size > begin) size /= 2;
      f.store(f.constant(0), f.at(record, end), size);
      end += size;
    }
  };
  for (const sema::RecordField& field : plan.fields) {
    zero_until(field.offset);
    end = field.offset + field.size;
  }
  zero_until(plan.fixed_size);
}

void write_field(FunctionContext& f, const sema::RecordField& field, const sema::Expr& argument,
                 llvm::Value* record) {
  llvm::Value* to = f.at(record, field.offset);
  if (field.type.kind == sema::TypeKind::String) {
    write_text(f, argument, to, field.size, alignment_of(field.offset));
  } else if (sema::is_in_memory(field.type)) {
    write_slot(f, argument, to);
  } else {
    f.store(lower_expression(f, argument), to, field.size, alignment_of(field.offset));
  }
}

// The tail as it grows: `size` is the record's so far, at most `max`.
struct Tail {
  llvm::Value* size;
  uint32_t max;
};

void write_tail_field(FunctionContext& f, const sema::RecordField& field,
                      const sema::Expr& argument, llvm::Value* record, Tail& tail) {
  uint32_t capacity = field.type.size;
  bool is_first = llvm::isa<llvm::ConstantInt>(tail.size);
  llvm::Value* offset = tail.size;
  llvm::Value* to = f.at(record, is_first ? offset : f.bounded(offset, tail.max));
  llvm::Value* length = field.type.kind == sema::TypeKind::Buffer
                            ? write_buffer_tail(f, argument, to)
                            : write_text_tail(f, argument, to, capacity);
  f.store(offset, f.at(record, field.offset + offsetof(rt::text_ref, offset)), 4, 4);
  f.store(length, f.at(record, field.offset + offsetof(rt::text_ref, size)), 4, 4);
  tail.size = f.ir.CreateAdd(offset, length);
  tail.max += capacity;
}

}  // namespace

void lower_emit_record(FunctionContext& f, const sema::EmitRecord& emit) {
  const sema::RecordPlan& plan = f.program().records[emit.record];
  bool has_tail = plan.max_tail_size != 0;
  // A helper's variable-sized write needs memory that is all initialised, which scratch memory is
  // and the stack is not. In both cases, the byte that a cut text puts after its end needs a place.
  uint32_t room = plan.fixed_size + plan.max_tail_size + 8;
  llvm::Value* record = has_tail ? f.scratch_temporary(room) : f.temporary(room);
  f.store(f.constant(emit.record), record, 4);
  // In order of offsets: a cut text's extra byte falls into the next field, which is yet to be
  // written.
  Tail tail{f.constant(plan.fixed_size), plan.fixed_size};
  for (size_t i = 0; i < plan.fields.size(); ++i) {
    const sema::RecordField& field = plan.fields[i];
    if (field.is_tail) {
      write_tail_field(f, field, *emit.arguments[i], record, tail);
    } else {
      write_field(f, field, *emit.arguments[i], record);
    }
  }
  zero_gaps(f, plan, record);
  send(f, record, has_tail ? f.bounded(tail.size, tail.max) : tail.size);
}

}  // namespace bpftracec::bpf
