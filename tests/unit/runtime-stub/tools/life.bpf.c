// Two BEGIN, an interval and two END probes that tell of themselves:
//
//   BEGIN { printf("begin 1 ...") }   BEGIN { printf("begin 2 ...") }
//   interval:ms:$3 { printf("tick"); if (++@n == $1) { exit($2); printf("after exit") } }
//   END { printf("end 1") }   END { printf("end 2") }
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} events SEC(".maps");

const volatile __s64 param_1 = 0;
const volatile __s64 param_2 = 0;
const volatile __u64 param_count = 0;
const volatile __u64 cpid = 0;
const volatile __u32 target_pid = 0;
const volatile __u32 possible_cpus = 0;

__u64 lost_events = 0;
__s64 ticks = 0;

struct record {
  __u32 id;
  __u32 padding;
  __s64 value;
};

static __attribute__((always_inline)) int send(__u32 id, __s64 value) {
  struct record record = {.id = id, .value = value};
  if (bpf_ringbuf_output(&events, &record, sizeof record, 0) != 0) {
    __sync_fetch_and_add(&lost_events, 1);
  }
  return 0;
}

SEC("raw_tp") int begin_1(void* ctx) {
  send(0, param_count);
  send(2, cpid);
  send(3, target_pid);
  return 0;
}
SEC("raw_tp") int begin_2(void* ctx) { return send(0, -2); }

SEC("perf_event") int tick(void* ctx) {
  send(1, ++ticks);
  if (ticks == param_1) {
    send(4, param_2);
    send(1, -1);
  }
  return 0;
}

SEC("raw_tp") int end_1(void* ctx) { return send(5, 1); }
SEC("raw_tp") int end_2(void* ctx) { return send(5, 2); }

char LICENSE[] SEC("license") = "GPL";
