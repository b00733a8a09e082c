// Has the shape of what bpftool makes for sample_program.cpp's object, without the object.
#pragma once

#include <errno.h>
#include <stdlib.h>

#include <bpf/libbpf.h>

struct tool {
  struct bpf_object* obj;
  struct tool__rodata {
    long long param_1;
    char param_text_2[64];
    unsigned long long param_count;
    unsigned long long child_pid;
    unsigned int target_pid;
    unsigned int possible_cpus;
    unsigned long long start_ns;
    unsigned int has_boot_clock;
    char __pad0[4];
    unsigned long long pid_namespace_device;
    unsigned long long pid_namespace_inode;
  }* rodata;
  struct tool__bss {
    unsigned long long lost_events;
    unsigned long long site_counts[2];
    long long site_codes[2];
  }* bss;
};

static inline struct tool* tool__open_opts(const struct bpf_object_open_opts*) {
  errno = ENOSYS;
  return NULL;
}
static inline int tool__load(struct tool*) { return -ENOSYS; }
static inline void tool__destroy(struct tool* skeleton) { free(skeleton); }
