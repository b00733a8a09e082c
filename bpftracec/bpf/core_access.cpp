#include "bpftracec/bpf/core_access.h"

#include <span>
#include <string>

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/IntrinsicsBPF.h>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/memory.h"

namespace bpftracec::bpf {
namespace {

using Field = sema::TracepointField;

// ---- registers ----

struct CallRegisters {
  std::span<const uint32_t> arguments;  // offsets in the architecture's struct pt_regs
  uint32_t return_value;
  uint32_t mode;       // the register that tells the mode
  uint64_t mode_bits;  // of it, which are `user_mode` there
  uint64_t user_mode;
};

// struct pt_regs (arch/x86/include/uapi/asm/ptrace.h): di, si, dx, cx, r8, r9; ax.
constexpr uint32_t kX86Arguments[] = {112, 104, 96, 88, 72, 64};
// struct user_pt_regs (arch/arm64/include/uapi/asm/ptrace.h): x0 ... x7; x0.
constexpr uint32_t kAarch64Arguments[] = {0, 8, 16, 24, 32, 40, 48, 56};

constexpr uint32_t kNoRegister = UINT32_MAX;

struct RegisterPlace {
  uint32_t x86_64;
  uint32_t aarch64;
};
constexpr RegisterPlace kRegisters[] = {
#define REGISTER(name, spelling, x86_64, aarch64) {x86_64, aarch64},
#include "bpftracec/sema/register.def"
};

CallRegisters call_registers(Architecture architecture) {
  switch (architecture) {
    case Architecture::X86_64:
      return {kX86Arguments, 80, 136, 3, 3};  // cs: the privilege level
    case Architecture::Aarch64:
      return {kAarch64Arguments, 0, 264, 0xf, 0};  // pstate: EL0
  }
  base::internal_error("an unknown architecture");
}

// ---- the context ----

// The verifier wants each load from the context to be one instruction with a constant offset from
// the register that the program was given. LLVM would merge loads in the branches of an `if` into
// one through a computed pointer, and cut wide loads to the bits that are used (for which libbpf
// could not adapt the size any more). It does neither with a value that goes through opaque() at
// once.
llvm::Value* load_from_context(FunctionContext& f, llvm::Value* address, uint32_t size) {
  llvm::Value* value = f.ir.CreateAlignedLoad(f.ir.getIntNTy(size * 8), address, llvm::Align(size));
  // Registers have 32 or 64 bits.
  if (size < 4) value = f.ir.CreateZExt(value, f.ir.getInt32Ty());
  return f.ir.CreateZExt(f.opaque(value), f.i64_type());
}

const Field& field_of(FunctionContext& f, const sema::FieldRead& read) {
  return f.program().tracepoint_records[read.record].fields[read.field];
}

// Kinds of relocation (enum bpf_core_relo_kind in the kernel's headers).
enum class Relocation : uint8_t {
  ByteOffset = 0,
  ByteSize = 1,
  Exists = 2,
  ShiftLeft = 4,
  ShiftRight = 5,
  TypeSize = 9,
};

// The same value, which the optimiser neither computes with nor merges with another.
llvm::Value* pass_through(FunctionContext& f, llvm::Value* value) {
  return f.ir.CreateIntrinsic(llvm::Intrinsic::bpf_passthrough,
                              {value->getType(), value->getType()},
                              {f.ir.getInt32(f.module.next_access()), value});
}

// A number that libbpf replaces by the target's: here it is `value`. This is the form that LLVM's
// own pass gives CO-RE accesses: a variable stands for the number, named
// llvm.<struct>:<kind>:<value here>$<path of member indices>. That pass itself is not used, because
// it remembers its variables from one module to the next, and the second compilation in a process
// would find those of the first.
llvm::Value* relocated(FunctionContext& f, llvm::DIType* type, Relocation kind, uint64_t value,
                       const std::string& path) {
  llvm::GlobalVariable* variable = f.module.relocation(
      "llvm." + type->getName().str() + ":" + std::to_string(static_cast<unsigned>(kind)) + ":" +
          std::to_string(value) + "$" + path,
      type);
  // Volatile, so that it stays where it is used: two loads made one, or one made two that meet
  // again, would leave a number in a register where the instruction needs a constant. Passed
  // through with a number of its own, so that those of two branches are not made one either.
  llvm::Value* number = f.ir.CreateLoad(f.i64_type(), variable, /*isVolatile=*/true);
  return pass_through(f, number);
}

llvm::Value* relocated(FunctionContext& f, const sema::FieldRead& read, Relocation kind,
                       uint32_t value, const std::string& path) {
  return relocated(f, f.module.record_type(read.record).debug, kind, value, "0:" + path);
}

std::string path_of(FunctionContext& f, const sema::FieldRead& read) {
  return std::to_string(f.module.record_type(read.record).members[read.field]);
}

llvm::Value* relocated_address(FunctionContext& f, const sema::FieldRead& read, uint32_t offset,
                               const std::string& path) {
  llvm::Value* distance = relocated(f, read, Relocation::ByteOffset, offset, path);
  return pass_through(f, f.at(f.context(), distance));
}

llvm::Value* field_address(FunctionContext& f, const sema::FieldRead& read) {
  return relocated_address(f, read, field_of(f, read).offset, path_of(f, read));
}

llvm::Value* load_field(FunctionContext& f, const sema::FieldRead& read) {
  return load_from_context(f, field_address(f, read), field_of(f, read).storage_size);
}

// Extends by the sign bit that the target's field has: libbpf also adapts the load to a field of
// another size. For up to 4 bytes, this is what extending costs anyway.
llvm::Value* extend_sign(FunctionContext& f, const sema::FieldRead& read, llvm::Value* value) {
  uint32_t bits = 64 - field_of(f, read).storage_size * 8;
  std::string path = path_of(f, read);
  llvm::Value* left = relocated(f, read, Relocation::ShiftLeft, bits, path);
  llvm::Value* right = relocated(f, read, Relocation::ShiftRight, bits, path);
  return f.opaque(f.ir.CreateAShr(f.ir.CreateShl(value, left), right));
}

// ---- arrays ----

// A constant index is a part of the relocation.
llvm::Value* load_element(FunctionContext& f, const sema::FieldRead& read, const Field& field,
                          uint64_t index) {
  if (index >= field.storage_size / field.element_size) return f.constant(0);
  llvm::Value* address = relocated_address(
      f, read, field.offset + static_cast<uint32_t>(index) * field.element_size,
      path_of(f, read) + ":" + std::to_string(index));
  return load_from_context(f, address, field.element_size);
}

// Any other is outside what the verifier allows of the context, but it is memory like any other to
// bpf_probe_read_kernel().
llvm::Value* read_element(FunctionContext& f, const sema::FieldRead& read, const Field& field,
                          llvm::Value* index) {
  uint32_t count = field.storage_size / field.element_size;
  auto* inside = f.new_block("index_inside");
  auto* done = f.new_block("index_done");
  auto* before = f.ir.GetInsertBlock();
  f.ir.CreateCondBr(f.ir.CreateICmpULT(index, f.constant(count)), inside, done);
  f.start(inside);
  llvm::Value* to = f.temporary(8);
  llvm::Value* offset = f.ir.CreateMul(index, f.constant(field.element_size));
  probe_read(f, sema::AddressSpace::Kernel, to, f.constant(field.element_size),
             f.at(field_address(f, read), f.opaque(offset)));
  llvm::Value* element = f.load(to, field.element_size);
  inside = f.ir.GetInsertBlock();
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.i64_type(), 2);
  result->addIncoming(f.constant(0), before);
  result->addIncoming(element, inside);
  return result;
}

// ---- members of the kernel's structs ----

// A member where this build's kernel has it. The target's numbers replace all of these.
struct Place {
  llvm::DIType* root;
  std::string path;
  uint64_t bit_offset;
  const sema::KernelMember& member;
};

Place find_place(FunctionContext& f, const sema::KernelPlace& place) {
  Place result{f.module.kernel_type(place.record).debug, "0", 0,
               f.program().kernel_records[place.record].members[place.path.front()]};
  const sema::KernelMember* member = nullptr;
  sema::KernelRecordId record = place.record;
  for (uint32_t index : place.path) {
    const KernelRecordType& type = f.module.kernel_type(record);
    member = &f.program().kernel_records[record].members[index];
    result.path += ":" + std::to_string(type.members[index]);
    result.bit_offset += type.offset_of(*member);
    if (member->type.record) record = *member->type.record;
  }
  return {result.root, std::move(result.path), result.bit_offset, *member};
}

// How a number lies in the integer that holds it.
struct Bits {
  uint64_t byte_offset;
  uint64_t byte_size;
  uint64_t shift_left;  // by these, its bits become those of a number of 64 bits
  uint64_t shift_right;
};

// As libbpf reckons, who compares.
Bits bits_of(const Place& place) {
  uint64_t size = place.member.type.size;
  if (place.member.bit_size == 0) return {place.bit_offset / 8, size, 64 - size * 8, 64 - size * 8};
  uint64_t bits = place.member.bit_size;
  uint64_t offset = place.bit_offset / 8 / size * size;
  while (place.bit_offset + bits > (offset + size) * 8 && size < 8) {
    size *= 2;
    offset = place.bit_offset / 8 / size * size;
  }
  return {offset, size, 64 - (place.bit_offset + bits - offset * 8), 64 - bits};
}

}  // namespace

llvm::Value* lower_member_address(FunctionContext& f, const sema::MemberAddress& member) {
  llvm::Value* base = lower_expression(f, *member.base);
  Place place = find_place(f, member.place);
  return f.ir.CreateAdd(
      base, relocated(f, place.root, Relocation::ByteOffset, place.bit_offset / 8, place.path));
}

// Size and shifts are the target's: the member may be wider there, or one of the bits of another
// word.
llvm::Value* lower_member(FunctionContext& f, const sema::MemberRead& member,
                          const sema::Type& type) {
  llvm::Value* base = lower_expression(f, *member.base);
  Place place = find_place(f, member.place);
  Bits bits = bits_of(place);
  auto number = [&](Relocation kind, uint64_t value) {
    return relocated(f, place.root, kind, value, place.path);
  };
  llvm::Value* to = f.temporary(8);
  f.store(f.constant(0), to);
  llvm::Value* from = f.ir.CreateAdd(base, number(Relocation::ByteOffset, bits.byte_offset));
  probe_read(f, member.space, to, number(Relocation::ByteSize, bits.byte_size),
             to_pointer(f, from));
  llvm::Value* left = f.ir.CreateShl(f.load(to), number(Relocation::ShiftLeft, bits.shift_left));
  llvm::Value* right = number(Relocation::ShiftRight, bits.shift_right);
  bool is_signed = type.kind == sema::TypeKind::Integer && type.is_signed;
  llvm::Value* value = is_signed ? f.ir.CreateAShr(left, right) : f.ir.CreateLShr(left, right);
  return type.kind == sema::TypeKind::Bool ? f.extend(f.is_nonzero(value)) : fit(f, value, type);
}

// A constant to the verifier, which then does not look at what is not done. So the relocations
// there may find nothing.
llvm::Value* lower_existence(FunctionContext& f, const sema::KernelHas& question) {
  Place place = find_place(f, question.place);
  return relocated(f, place.root, Relocation::Exists, 1, place.path);
}

llvm::Value* lower_size(FunctionContext& f, const sema::KernelSize& size) {
  return relocated(f, f.module.kernel_type(size.record).debug, Relocation::TypeSize,
                   f.program().kernel_records[size.record].size, "0");
}

llvm::Value* lower_field(FunctionContext& f, const sema::FieldRead& read, const sema::Type& type) {
  const Field& field = field_of(f, read);
  if (read.index == nullptr) {
    if (field.kind != Field::Kind::Scalar) base::internal_error("this field is not a number");
    llvm::Value* value = load_field(f, read);
    // A type that is smaller than the field's place is cut from it: an int in the 8 bytes of a
    // system call's argument.
    bool fills_field = type.kind == sema::TypeKind::Integer && type.size == field.storage_size;
    return fills_field && type.is_signed ? extend_sign(f, read, value) : fit(f, value, type);
  }
  if (field.kind != Field::Kind::Array) base::internal_error("only arrays have elements");
  const auto* constant = std::get_if<sema::IntegerConstant>(&read.index->node);
  llvm::Value* element = constant != nullptr
                             ? load_element(f, read, field, constant->value)
                             : read_element(f, read, field, lower_expression(f, *read.index));
  return fit(f, element, type);
}

llvm::Value* lower_field_address(FunctionContext& f, const sema::FieldRead& read) {
  return field_address(f, read);
}

FieldText lower_text_field(FunctionContext& f, const sema::FieldRead& read) {
  const Field& field = field_of(f, read);
  if (field.kind == Field::Kind::CharArray) return {field_address(f, read), nullptr};
  bool is_relative = field.kind == Field::Kind::RelDataLoc;
  if (field.kind != Field::Kind::DataLoc && !is_relative) {
    base::internal_error("this field is not a text");
  }
  // Offset in the lower half, length in the upper. A relative offset counts from the end of the
  // number.
  llvm::Value* location = load_field(f, read);
  llvm::Value* offset = f.ir.CreateAnd(location, f.constant(0xffff));
  llvm::Value* length = f.ir.CreateAnd(f.ir.CreateLShr(location, f.constant(16)),
                                       f.constant(0xffff));
  llvm::Value* from = is_relative ? f.at(field_address(f, read), field.storage_size) : f.context();
  // One more than the length: the text need not end in NUL, and reading puts one after it.
  return {f.at(from, offset), f.ir.CreateAdd(length, f.constant(1))};
}

namespace {

bool is_tracing(const FunctionContext& f) {
  return f.probe.kind == sema::ProgramKind::Fentry || f.probe.kind == sema::ProgramKind::Fexit;
}

// A word of what a tracing program or a raw tracepoint is given. The verifier knows which of a
// tracing program's are pointers, and allows next to no arithmetic with those; what
// bpf_probe_read_kernel() has read is a number like any other.
llvm::Value* load_word(FunctionContext& f, const sema::BuiltinRead& read) {
  llvm::Value* from = f.at(f.context(), read.argument_index * 8);
  if (!read.is_address) return load_from_context(f, from, 8);
  llvm::Value* to = f.temporary(8);
  probe_read_kernel(f, to, f.constant(8), from);
  return f.load(to);
}

}  // namespace

llvm::Value* load_argument(FunctionContext& f, const sema::BuiltinRead& read) {
  if (f.probe.attach_point.kind == sema::ProbeKind::Usdt) {
    return load_usdt_argument(f, read.argument_index);
  }
  if (f.probe.kind == sema::ProgramKind::RawTracepoint || is_tracing(f)) return load_word(f, read);
  const uint32_t index = read.argument_index;
  CallRegisters registers = call_registers(f.module.options().architecture);
  if (index >= registers.arguments.size()) base::internal_error("no register holds this argument");
  return load_from_context(f, f.at(f.context(), registers.arguments[index]), 8);
}

llvm::Value* load_return_value(FunctionContext& f, const sema::BuiltinRead& read) {
  if (is_tracing(f)) return load_word(f, read);
  CallRegisters registers = call_registers(f.module.options().architecture);
  return load_from_context(f, f.at(f.context(), registers.return_value), 8);
}

llvm::Value* load_usermode(FunctionContext& f) {
  CallRegisters registers = call_registers(f.module.options().architecture);
  llvm::Value* mode = load_from_context(f, f.at(f.context(), registers.mode), 8);
  llvm::Value* bits = f.ir.CreateAnd(mode, f.constant(registers.mode_bits));
  return f.extend(f.ir.CreateICmpEQ(bits, f.constant(registers.user_mode)));
}

llvm::Value* load_register(FunctionContext& f, sema::Register place) {
  const RegisterPlace& offsets = kRegisters[static_cast<size_t>(place)];
  const bool is_x86 = f.module.options().architecture == Architecture::X86_64;
  const uint32_t offset = is_x86 ? offsets.x86_64 : offsets.aarch64;
  if (offset == kNoRegister) base::internal_error("this architecture has no such register");
  return load_from_context(f, f.at(f.context(), offset), 8);
}

}  // namespace bpftracec::bpf
