#include "bpftracec/bpf/helpers.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/InstrTypes.h>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/function_context.h"

namespace bpftracec::bpf {
namespace {

enum class Helper : uint8_t {
#define HELPER(enumerator, number, name, since) enumerator,
#include "bpftracec/bpf/helper.def"
};

struct HelperInfo {
  uint32_t number;
  const char* name;
};

constexpr HelperInfo kHelpers[] = {
#define HELPER(enumerator, number, name, since) {number, name},
#include "bpftracec/bpf/helper.def"
};

enum class Result : uint8_t { Integer, Pointer };

// A helper's address is its number: the kernel puts the real one in when it loads the program.
llvm::CallInst* call(FunctionContext& f, Helper helper, llvm::ArrayRef<llvm::Value*> arguments,
                     Result result = Result::Integer) {
  const HelperInfo& info = kHelpers[static_cast<size_t>(helper)];
  llvm::Type* result_type = f.i64_type();
  if (result == Result::Pointer) result_type = f.pointer_type();
  llvm::SmallVector<llvm::Type*, 5> argument_types;
  for (llvm::Value* argument : arguments) argument_types.push_back(argument->getType());
  auto* type = llvm::FunctionType::get(result_type, argument_types, false);
  auto* address = llvm::ConstantExpr::getIntToPtr(f.constant(info.number), f.pointer_type());
  llvm::CallInst* call = f.ir.CreateCall(type, address, arguments);
  call->setDoesNotThrow();
  return call;
}

// A map's own operations return int, and before Linux 6.4 the call goes to them without a function
// in between that extends it: the upper half of the register means nothing.
llvm::Value* call_returning_int(FunctionContext& f, Helper helper,
                                llvm::ArrayRef<llvm::Value*> arguments) {
  llvm::Value* result = f.ir.CreateTrunc(call(f, helper, arguments), f.ir.getInt32Ty());
  return f.ir.CreateSExt(result, f.i64_type());
}

llvm::CallInst* call_pure(FunctionContext& f, Helper helper) {
  llvm::CallInst* result = call(f, helper, {});
  result->setDoesNotAccessMemory();
  result->addFnAttr(llvm::Attribute::WillReturn);
  return result;
}

}  // namespace

llvm::Value* map_lookup_elem(FunctionContext& f, llvm::Value* map, llvm::Value* key) {
  return call(f, Helper::MapLookupElem, {map, key}, Result::Pointer);
}

llvm::Value* map_lookup_percpu_elem(FunctionContext& f, llvm::Value* map, llvm::Value* key,
                                    llvm::Value* cpu) {
  return call(f, Helper::MapLookupPercpuElem, {map, key, cpu}, Result::Pointer);
}

llvm::Value* map_update_elem(FunctionContext& f, llvm::Value* map, llvm::Value* key,
                             llvm::Value* value, UpdateMode mode) {
  return call_returning_int(f, Helper::MapUpdateElem,
                            {map, key, value, f.constant(static_cast<uint64_t>(mode))});
}

llvm::Value* map_delete_elem(FunctionContext& f, llvm::Value* map, llvm::Value* key) {
  return call_returning_int(f, Helper::MapDeleteElem, {map, key});
}

llvm::Value* ktime_get_ns(FunctionContext& f) { return call(f, Helper::KtimeGetNs, {}); }

llvm::Value* ktime_get_boot_ns(FunctionContext& f) { return call(f, Helper::KtimeGetBootNs, {}); }

llvm::Value* ktime_get_tai_ns(FunctionContext& f) { return call(f, Helper::KtimeGetTaiNs, {}); }

llvm::Value* jiffies64(FunctionContext& f) { return call(f, Helper::Jiffies64, {}); }

llvm::Value* get_prandom_u32(FunctionContext& f) { return call(f, Helper::GetPrandomU32, {}); }

llvm::Value* get_smp_processor_id(FunctionContext& f) {
  return call_pure(f, Helper::GetSmpProcessorId);
}

llvm::Value* get_numa_node_id(FunctionContext& f) { return call_pure(f, Helper::GetNumaNodeId); }

llvm::Value* get_current_pid_tgid(FunctionContext& f) {
  return call_pure(f, Helper::GetCurrentPidTgid);
}

llvm::Value* get_current_uid_gid(FunctionContext& f) {
  return call_pure(f, Helper::GetCurrentUidGid);
}

llvm::Value* get_current_task(FunctionContext& f) { return call_pure(f, Helper::GetCurrentTask); }

llvm::Value* get_current_cgroup_id(FunctionContext& f) {
  return call_pure(f, Helper::GetCurrentCgroupId);
}

llvm::Value* get_ns_current_pid_tgid(FunctionContext& f, llvm::Value* device, llvm::Value* inode,
                                     llvm::Value* info) {
  return call(f, Helper::GetNsCurrentPidTgid, {device, inode, info, f.constant(8)});
}

llvm::Value* get_attach_cookie(FunctionContext& f) {
  return call(f, Helper::GetAttachCookie, {f.context()});
}

llvm::Value* get_current_comm(FunctionContext& f, llvm::Value* to, uint32_t size) {
  return call(f, Helper::GetCurrentComm, {to, f.constant(size)});
}

llvm::Value* probe_read_user(FunctionContext& f, llvm::Value* to, llvm::Value* size,
                             llvm::Value* from) {
  return call(f, Helper::ProbeReadUser, {to, size, from});
}

llvm::Value* probe_read_kernel(FunctionContext& f, llvm::Value* to, llvm::Value* size,
                               llvm::Value* from) {
  return call(f, Helper::ProbeReadKernel, {to, size, from});
}

llvm::Value* probe_read_user_str(FunctionContext& f, llvm::Value* to, llvm::Value* size,
                                 llvm::Value* from) {
  return call(f, Helper::ProbeReadUserStr, {to, size, from});
}

llvm::Value* probe_read_kernel_str(FunctionContext& f, llvm::Value* to, llvm::Value* size,
                                   llvm::Value* from) {
  return call(f, Helper::ProbeReadKernelStr, {to, size, from});
}

llvm::Value* send_signal(FunctionContext& f, llvm::Value* number) {
  return call_returning_int(f, Helper::SendSignal, {number});
}

llvm::Value* send_signal_thread(FunctionContext& f, llvm::Value* number) {
  return call_returning_int(f, Helper::SendSignalThread, {number});
}

llvm::Value* trace_printk(FunctionContext& f, llvm::Value* format, uint32_t size,
                          llvm::ArrayRef<llvm::Value*> arguments) {
  llvm::SmallVector<llvm::Value*, 5> all = {format, f.constant(size)};
  all.append(arguments.begin(), arguments.end());
  return call(f, Helper::TracePrintk, all);
}

llvm::Value* ringbuf_output(FunctionContext& f, llvm::Value* map, llvm::Value* data,
                            llvm::Value* size) {
  return call(f, Helper::RingbufOutput, {map, data, size, f.constant(0)});
}

llvm::Value* get_stack(FunctionContext& f, llvm::Value* to, uint32_t size, StackFlags flags) {
  return call(f, Helper::GetStack,
              {f.context(), to, f.constant(size), f.constant(static_cast<uint64_t>(flags))});
}

llvm::Value* for_each_map_elem(FunctionContext& f, llvm::Value* map, llvm::Value* callback,
                               llvm::Value* frame) {
  return call(f, Helper::ForEachMapElem, {map, callback, frame, f.constant(0)});
}

llvm::Value* loop(FunctionContext& f, llvm::Value* turns, llvm::Value* callback,
                  llvm::Value* frame) {
  return call(f, Helper::Loop, {turns, callback, frame, f.constant(0)});
}

}  // namespace bpftracec::bpf
