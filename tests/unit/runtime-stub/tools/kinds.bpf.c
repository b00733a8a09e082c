// One probe of each kind that is attached; each counts in its own element.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, __u64);
  __type(value, __u64);
  __uint(max_entries, 4096);
} map_hits SEC(".maps");

const volatile __u32 target_pid = 0;

static __attribute__((always_inline)) int hit(__u64 key) {
  __u64 zero = 0;
  bpf_map_update_elem(&map_hits, &key, &zero, BPF_NOEXIST);
  __u64* count = bpf_map_lookup_elem(&map_hits, &key);
  if (count) __sync_fetch_and_add(count, 1);
  return 0;
}

// The order of programs on one event: each notes whether the one before has run.
__u64 entered = 0;

SEC("uprobe") int entry_1(void* ctx) {
  entered = 1;
  return hit(1);
}
SEC("uprobe") int entry_2(void* ctx) {
  if (entered == 1) hit(2);
  entered = 0;
  return 0;
}
SEC("uretprobe") int leave(void* ctx) { return hit(3); }
SEC("perf_event") int sample(void* ctx) { return hit(4); }
// Many keys in one run, with interrupts off: none may be lost.
SEC("perf_event") int timer(void* ctx) {
  for (__u64 key = 100; key < 150; ++key) hit(key);
  return hit(5);
}
SEC("perf_event") int fault(void* ctx) { return hit(6); }
SEC("raw_tp") int raw(void* ctx) { return hit(7); }
SEC("raw_tp") int raw_only(void* ctx) { return hit(8); }
SEC("tracepoint") int by_perf(void* ctx) {
  if (target_pid != 0 && bpf_get_current_pid_tgid() >> 32 != target_pid) return 1;
  hit(9);
  return 1;
}
// On the event of one system call there is no raw tracepoint.
SEC("raw_tp") int raw_without(void* ctx) { return hit(10); }

char LICENSE[] SEC("license") = "GPL";
