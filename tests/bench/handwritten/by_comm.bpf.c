// What tracepoint:raw_syscalls:sys_enter { @[comm] = count(); } is when it is written by hand, the
// usual way: what the benchmark compares with.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct key {
  char comm[16];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, 10240);
  __type(key, struct key);
  __type(value, __u64);
} counts SEC(".maps");

SEC("tracepoint/raw_syscalls/sys_enter")
int count_by_comm(void* context) {
  (void)context;
  struct key key;
  bpf_get_current_comm(key.comm, sizeof key.comm);
  __u64* const count = bpf_map_lookup_elem(&counts, &key);
  if (count) {
    ++*count;
  } else {
    const __u64 one = 1;
    bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
