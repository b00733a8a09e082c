#include "bpftracec/bpf/memory.h"

#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"

namespace bpftracec::bpf {
namespace {

// Up to here, stores in line are no longer than a call; LLVM itself refuses more than 128 of them.
constexpr uint32_t kMaxInlineBytes = 128;

bool fits_inline(uint32_t size, uint32_t alignment) {
  return size <= kMaxInlineBytes && size / alignment <= kMaxInlineBytes / 8;
}

using Read = llvm::Value* (*)(FunctionContext&, llvm::Value*, llvm::Value*, llvm::Value*);

// Where a pointer points is not always known (an integer that a script casts): the same number
// means different memory in the two spaces on some machines, so a user address is tried first, as
// most such numbers come from user space.
llvm::Value* read(FunctionContext& f, sema::AddressSpace space, Read user, Read kernel,
                  llvm::Value* to, llvm::Value* size, llvm::Value* from) {
  if (space == sema::AddressSpace::Kernel) return kernel(f, to, size, from);
  llvm::Value* user_result = user(f, to, size, from);
  if (space == sema::AddressSpace::User) return user_result;

  auto* try_kernel = f.new_block("try_kernel");
  auto* done = f.new_block("read_done");
  auto* user_block = f.ir.GetInsertBlock();
  f.ir.CreateCondBr(f.ir.CreateICmpSLT(user_result, f.constant(0)), try_kernel, done);
  f.start(try_kernel);
  llvm::Value* kernel_result = kernel(f, to, size, from);
  auto* kernel_block = f.ir.GetInsertBlock();
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.i64_type(), 2, "read_result");
  result->addIncoming(user_result, user_block);
  result->addIncoming(kernel_result, kernel_block);
  return result;
}

}  // namespace

void zero_memory(FunctionContext& f, llvm::Value* address, uint32_t size, uint32_t alignment) {
  if (size == 0) return;
  if (fits_inline(size, alignment)) {
    f.ir.CreateMemSet(address, f.ir.getInt8(0), size, llvm::Align(alignment));
  } else {
    // Address 0 can never be read, and a failed read fills its destination with zeroes.
    probe_read_kernel(f, address, f.constant(size), f.null());
  }
}

void copy_memory(FunctionContext& f, llvm::Value* to, llvm::Value* from, uint32_t size,
                 uint32_t to_alignment, uint32_t from_alignment) {
  if (size == 0) return;
  if (fits_inline(size, std::min(to_alignment, from_alignment))) {
    f.ir.CreateMemCpy(to, llvm::Align(to_alignment), from, llvm::Align(from_alignment), size);
  } else {
    probe_read_kernel(f, to, f.constant(size), from);
  }
}

llvm::Value* probe_read(FunctionContext& f, sema::AddressSpace space, llvm::Value* to,
                        llvm::Value* size, llvm::Value* from) {
  return read(f, space, probe_read_user, probe_read_kernel, to, size, from);
}

llvm::Value* probe_read_str(FunctionContext& f, sema::AddressSpace space, llvm::Value* to,
                            llvm::Value* size, llvm::Value* from) {
  return read(f, space, probe_read_user_str, probe_read_kernel_str, to, size, from);
}

}  // namespace bpftracec::bpf
