// What `tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }` becomes.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __type(key, char[16]);
  __type(value, __u64);
  __uint(max_entries, 4096);
} map_anon SEC(".maps");

SEC("raw_tp")
int probe_1(void* ctx) {
  char comm[16] = {};
  bpf_get_current_comm(comm, sizeof comm);
  __u64* count = bpf_map_lookup_elem(&map_anon, comm);
  if (count) {
    ++*count;
  } else {
    __u64 one = 1;
    bpf_map_update_elem(&map_anon, comm, &one, BPF_NOEXIST);
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
