// `tracepoint:raw_syscalls:sys_enter { unroll(64) { printf("."); } }`: more events than can be
// handled.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} events SEC(".maps");

__u64 lost_events = 0;
__u64 site_counts[1] = {};
__s64 site_codes[1] = {};

SEC("raw_tp") int on_enter(void* ctx) {
  __u64 record = 0;
  for (int i = 0; i < 64; ++i) {
    if (bpf_ringbuf_output(&events, &record, sizeof record, 0) != 0) {
      __sync_fetch_and_add(&lost_events, 1);
    }
  }
  // As if the script had divided by zero in its first event.
  if (site_counts[0] == 0) site_counts[0] = 1;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
