// fentry, fexit: programs that the kernel calls through a BPF trampoline.
#include <errno.h>
#include <linux/bpf.h>
#include <memory>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "attacher.h"
#include "kernel_functions.h"
#include "nearest.h"
#include "small_file.h"

namespace bpftracec::rt {

namespace {

constexpr const char* kKernel = "vmlinux";
constexpr const char* kTypes = "/sys/kernel/btf";
constexpr int kNotSupported = 524;  // ENOTSUPP, which is not for user space

struct FreeBtf {
  void operator()(btf* types) const { btf__free(types); }
};
using BtfPointer = std::unique_ptr<btf, FreeBtf>;

bool has_module(const Probe& probe) {
  return *probe.target != '\0' && strcmp(probe.target, kKernel) != 0;
}

bool explain_no_types(const AttachContext& context, int error, Failure& failure) {
  failure.set("the kernel's types cannot be read: %s", error_text(error));
  if (error == ENOENT) {
    return failure.hint(
        "fentry and fexit need a kernel built with CONFIG_DEBUG_INFO_BTF; kprobe and kretprobe do "
        "without");
  }
  return failure.hint("this is Linux %s; /sys must be mounted", context.target.release);
}

// The kernel names a function's parameters as its own sources do.
bool check_parameters(const Probe& probe, const btf* types, const btf_type* function,
                      Failure& failure) {
  if (!probe.description->needs_parameters) return true;
  const btf_type* prototype = btf__type_by_id(types, function->type);
  const Table<const char*>& wanted = probe.description->parameters;
  bool is_same = prototype != nullptr && btf_vlen(prototype) == wanted.size;
  for (uint32_t i = 0; is_same && i < wanted.size; ++i) {
    const char* name = btf__name_by_offset(types, btf_params(prototype)[i].name_off);
    is_same = name != nullptr && strcmp(name, wanted[i]) == 0;
  }
  if (is_same) return true;
  failure.set(
      "'%s' takes other arguments in this kernel than in the one that the tool was compiled "
      "for",
      probe.function);
  return failure.hint("compile it with this kernel's types: bpftracec --btf FILE");
}

// libbpf looks for the function in the kernel first, and then in its modules.
bool find(const AttachContext& context, Probe& probe, Failure& failure) {
  if (!context.target.has(5, 5)) {
    failure.set("fentry and fexit need Linux 5.5; this is %s", context.target.release);
    return failure.hint("kprobe and kretprobe are there");
  }
  BtfPointer kernel(btf__parse(Path("%s/%s", kTypes, kKernel).text, nullptr));
  if (!kernel) return explain_no_types(context, errno, failure);
  BtfPointer module;
  if (has_module(probe)) {
    module.reset(btf__parse_split(Path("%s/%s", kTypes, probe.target).text, kernel.get()));
    if (!module) {
      failure.set("the module '%s' is not loaded, or its types are not known", probe.target);
      return failure.hint("modules have types since Linux 5.11");
    }
  }
  const btf* types = module ? module.get() : kernel.get();
  const int32_t id = btf__find_by_name_kind(types, probe.function, BTF_KIND_FUNC);
  if (id < 0 && has_module(probe)) {
    return explain_no_function(context, probe.target, probe.function, failure);
  }
  if (id >= 0 && !check_parameters(probe, types, btf__type_by_id(types, id), failure)) return false;
  const int error = bpf_program__set_attach_target(probe.program, 0, probe.function);
  if (error == 0) return true;
  if (error == -ENOENT || error == -ESRCH) {
    return explain_no_function(context, probe.target, probe.function, failure);
  }
  return failure.set("the kernel's types do not have '%s': %s", probe.function, error_text(error));
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  const int link = bpf_raw_tracepoint_open(nullptr, bpf_program__fd(probe.program));
  if (link >= 0) {
    context.attachments.add_raw_tracepoint(link);
    return true;
  }
  const int error = errno;
  failure.set("the kernel does not attach the program: %s", error_text(error));
  if (error == EBUSY || error == E2BIG) {
    failure.hint(
        "there are as many programs on this function as it takes, or another kind of them");
  } else if (error == kNotSupported || error == EOPNOTSUPP) {
    failure.hint(
        "this kernel has no BPF trampolines: it needs CONFIG_FUNCTION_TRACER and "
        "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS");
  }
  return false;
}

}  // namespace

const Attacher kFentryProbe = {Attacher::Stage::Trace, false, never, find, attach};
const Attacher kFexitProbe = {Attacher::Stage::Trace, false, never, find, attach};

}  // namespace bpftracec::rt
