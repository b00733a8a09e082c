// Programs that no kernel takes, or that cannot be attached; which one is the tool's first
// parameter.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

const volatile __s64 param_1 = 0;

static void* (*no_such_function)(void) = (void*)9999;

SEC("raw_tp") int on_wakeup(__u64* ctx) {
  if (param_1 == 1) return ctx[100000];
  if (param_1 == 2) return (long)no_such_function() & 1;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
