// Calls of the kernel's helpers, one typed wrapper each. Results and arguments are 64 bits wide or
// pointers, as the registers are; helper.def says which kernel brought which.
#pragma once

#include <cstdint>

#include <llvm/ADT/ArrayRef.h>
#include <llvm/IR/Value.h>

namespace bpftracec::bpf {

class FunctionContext;

// For bpf_map_update_elem().
enum class UpdateMode : uint8_t { Any = 0, NoExist = 1 };

llvm::Value* map_lookup_elem(FunctionContext& f, llvm::Value* map, llvm::Value* key);
llvm::Value* map_lookup_percpu_elem(FunctionContext& f, llvm::Value* map, llvm::Value* key,
                                    llvm::Value* cpu);
llvm::Value* map_update_elem(FunctionContext& f, llvm::Value* map, llvm::Value* key,
                             llvm::Value* value, UpdateMode mode);
llvm::Value* map_delete_elem(FunctionContext& f, llvm::Value* map, llvm::Value* key);

llvm::Value* ktime_get_ns(FunctionContext& f);
llvm::Value* ktime_get_boot_ns(FunctionContext& f);
llvm::Value* ktime_get_tai_ns(FunctionContext& f);
llvm::Value* jiffies64(FunctionContext& f);
llvm::Value* get_prandom_u32(FunctionContext& f);

// What these return does not change while a program runs, so LLVM may call them once for several
// uses.
llvm::Value* get_smp_processor_id(FunctionContext& f);
llvm::Value* get_numa_node_id(FunctionContext& f);
llvm::Value* get_current_pid_tgid(FunctionContext& f);
llvm::Value* get_current_uid_gid(FunctionContext& f);
llvm::Value* get_current_task(FunctionContext& f);
llvm::Value* get_current_cgroup_id(FunctionContext& f);

// Fills a struct bpf_pidns_info: u32 pid (the thread), u32 tgid.
llvm::Value* get_ns_current_pid_tgid(FunctionContext& f, llvm::Value* device, llvm::Value* inode,
                                     llvm::Value* info);
// The number that the tool has given to the place where the program is attached.
llvm::Value* get_attach_cookie(FunctionContext& f);
llvm::Value* get_current_comm(FunctionContext& f, llvm::Value* to, uint32_t size);

// On failure, all of these fill `to` with zeroes. `size` is an i64.
llvm::Value* probe_read_user(FunctionContext& f, llvm::Value* to, llvm::Value* size,
                             llvm::Value* from);
llvm::Value* probe_read_kernel(FunctionContext& f, llvm::Value* to, llvm::Value* size,
                               llvm::Value* from);
// These return the number of bytes written, with the NUL.
llvm::Value* probe_read_user_str(FunctionContext& f, llvm::Value* to, llvm::Value* size,
                                 llvm::Value* from);
llvm::Value* probe_read_kernel_str(FunctionContext& f, llvm::Value* to, llvm::Value* size,
                                   llvm::Value* from);

// Of the result, the lower half: an error number or 0.
llvm::Value* send_signal(FunctionContext& f, llvm::Value* number);
llvm::Value* send_signal_thread(FunctionContext& f, llvm::Value* number);
// `format` has `size` bytes with its NUL; up to three arguments.
llvm::Value* trace_printk(FunctionContext& f, llvm::Value* format, uint32_t size,
                          llvm::ArrayRef<llvm::Value*> arguments);

llvm::Value* ringbuf_output(FunctionContext& f, llvm::Value* map, llvm::Value* data,
                            llvm::Value* size);

// For bpf_get_stack() (enum of BPF_F_USER_STACK, BPF_F_USER_BUILD_ID).
enum class StackFlags : uint64_t { Kernel = 0, User = 1 << 8, UserBuildIds = 1 << 8 | 1 << 11 };

// Fills `to` with a stack's frames and then with zeroes; returns the bytes that the frames take, or
// a negative error.
llvm::Value* get_stack(FunctionContext& f, llvm::Value* to, uint32_t size, StackFlags flags);

// Calls `callback` with the map and each key and value and `frame`, which lies on the stack, until
// it returns 1.
llvm::Value* for_each_map_elem(FunctionContext& f, llvm::Value* map, llvm::Value* callback,
                               llvm::Value* frame);

// Calls `callback` with the numbers from 0 to `turns` - 1 and `frame`, which lies on the stack,
// until it returns 1.
llvm::Value* loop(FunctionContext& f, llvm::Value* turns, llvm::Value* callback,
                  llvm::Value* frame);

}  // namespace bpftracec::bpf
