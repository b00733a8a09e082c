// `tracepoint:sched:sched_process_exit { printf("%d %d", args.pid, args.prio) }`, where the offsets
// of the fields are made up: only the relocations make it work.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} events SEC(".maps");

struct process_exit {
  unsigned int prio;
  unsigned int pid;
  char comm[16];
} __attribute__((preserve_access_index));

struct record {
  __u32 id;
  __s32 pid;
  __s32 prio;
  __u32 padding;
  char comm[16];
};

SEC("tracepoint")
int on_exit(struct process_exit* ctx) {
  struct record record = {.id = 0, .pid = ctx->pid, .prio = ctx->prio};
  bpf_probe_read_kernel(record.comm, sizeof record.comm, &ctx->comm);
  bpf_ringbuf_output(&events, &record, sizeof record, 0);
  return 1;
}

char LICENSE[] SEC("license") = "GPL";
