// Builtin variables.
#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/core_access.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/lower_expression.h"

namespace bpftracec::bpf {
namespace {

using LateKind = sema::LateConstant::Kind;

enum class Id : uint8_t { Process, Thread };

// bpf_get_current_pid_tgid(): the process in the upper half, the thread in the lower.
llvm::Value* id_in_initial_namespace(FunctionContext& f, Id id) {
  llvm::Value* both = get_current_pid_tgid(f);
  return id == Id::Process ? f.ir.CreateLShr(both, f.constant(32))
                           : f.ir.CreateAnd(both, f.constant(0xffffffff));
}

// struct bpf_pidns_info: the thread, then the process. Zero for a task that the tracer's namespace
// does not hold.
llvm::Value* id_in_tracers_namespace(FunctionContext& f, Id id, llvm::Value* inode) {
  llvm::Value* info = f.temporary(8);
  f.store(f.constant(0), info);
  get_ns_current_pid_tgid(f, f.load_late(LateKind::PidNamespaceDevice), inode, info);
  return f.load(f.at(info, id == Id::Process ? 4 : 0), 4);
}

// As the tracer's pid namespace has it. The tool knows which that is when it starts, so the
// verifier removes one of the two.
llvm::Value* current_id(FunctionContext& f, Id id) {
  llvm::Value* inode = f.load_late(LateKind::PidNamespaceInode);
  auto* initial = f.new_block("initial_pid_namespace");
  auto* other = f.new_block("other_pid_namespace");
  auto* done = f.new_block("pid_done");
  f.branch_if_unlikely(f.is_nonzero(inode), other, initial);
  f.start(initial);
  llvm::Value* initial_id = id_in_initial_namespace(f, id);
  f.go_to(done);
  f.start(other);
  llvm::Value* other_id = id_in_tracers_namespace(f, id, inode);
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.i64_type(), 2);
  result->addIncoming(initial_id, initial);
  result->addIncoming(other_id, other);
  return result;
}

// CLOCK_BOOTTIME; CLOCK_MONOTONIC before Linux 5.8.
llvm::Value* now(FunctionContext& f) {
  auto* boot = f.new_block("boot_clock");
  auto* monotonic = f.new_block("monotonic_clock");
  auto* done = f.new_block("clock_done");
  f.branch_if_unlikely(f.ir.CreateICmpEQ(f.load_late(LateKind::HasBootClock), f.constant(0)),
                       monotonic, boot);
  f.start(boot);
  llvm::Value* boot_time = ktime_get_boot_ns(f);
  f.go_to(done);
  f.start(monotonic);
  llvm::Value* monotonic_time = ktime_get_ns(f);
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.i64_type(), 2);
  result->addIncoming(boot_time, boot);
  result->addIncoming(monotonic_time, monotonic);
  return result;
}

llvm::Value* lower_half(FunctionContext& f, llvm::Value* value) {
  return f.ir.CreateAnd(value, f.constant(0xffffffff));
}

}  // namespace

llvm::Value* current_time(FunctionContext& f) { return now(f); }

llvm::Value* process_id(FunctionContext& f) { return current_id(f, Id::Process); }

llvm::Value* lower_builtin(FunctionContext& f, const sema::BuiltinRead& read) {
  switch (read.builtin) {
    case sema::Builtin::Pid:
      return process_id(f);
    case sema::Builtin::Tid:
      return current_id(f, Id::Thread);
    case sema::Builtin::UserName:
    case sema::Builtin::Uid:
      return lower_half(f, get_current_uid_gid(f));
    case sema::Builtin::Gid:
      return f.ir.CreateLShr(get_current_uid_gid(f), f.constant(32));
    case sema::Builtin::Cpu:
      return lower_half(f, get_smp_processor_id(f));
    case sema::Builtin::Nsecs:
      return now(f);
    case sema::Builtin::Elapsed: {
      llvm::Value* start = f.load_late(LateKind::StartTime);
      return f.ir.CreateSub(now(f), start);
    }
    case sema::Builtin::Cgroup:
      return get_current_cgroup_id(f);
    case sema::Builtin::Rand:
      return lower_half(f, get_prandom_u32(f));
    case sema::Builtin::Curtask:
      return get_current_task(f);
    case sema::Builtin::Retval:
      return load_return_value(f, read);
    case sema::Builtin::Argument:
      return load_argument(f, read);
    case sema::Builtin::Cpid:
      return f.load_late(LateKind::ChildPid);
    case sema::Builtin::Numaid:
      return lower_half(f, get_numa_node_id(f));
    case sema::Builtin::Jiffies:
      return jiffies64(f);
    case sema::Builtin::Usermode:
      return load_usermode(f);
    case sema::Builtin::Ctx:
      return f.ir.CreatePtrToInt(f.context(), f.i64_type());
    case sema::Builtin::Comm:
    case sema::Builtin::Probe:
    case sema::Builtin::Func:
      base::internal_error("this builtin is a text");
  }
  base::internal_error("an unknown builtin");
}

}  // namespace bpftracec::bpf
