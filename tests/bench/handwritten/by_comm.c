// The user side of by_comm.bpf.c: load, attach, trace until interrupted (or, with -c COMMAND, until
// that has ended), print.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "by_comm.skel.h"

static volatile sig_atomic_t stopped;

static void stop(int signal) {
  (void)signal;
  stopped = 1;
}

static int run_command(char* command) {
  const pid_t child = fork();
  if (child == 0) {
    char* const words[] = {command, NULL};
    execvp(command, words);
    _exit(127);
  }
  return child < 0 || waitpid(child, NULL, 0) != child;
}

struct row {
  char comm[16];
  unsigned long long count;
};

static int by_count(const void* a, const void* b) {
  const unsigned long long x = ((const struct row*)a)->count;
  const unsigned long long y = ((const struct row*)b)->count;
  return x < y ? -1 : x > y;
}

static int print(int map) {
  static struct row rows[10240];
  const int cpus = libbpf_num_possible_cpus();
  unsigned long long* values = calloc((size_t)cpus, sizeof *values);
  size_t count = 0;
  char key[16];
  const void* previous = NULL;
  while (values && count < 10240 && bpf_map_get_next_key(map, previous, key) == 0) {
    if (bpf_map_lookup_elem(map, key, values) == 0) {
      memcpy(rows[count].comm, key, sizeof key);
      for (int i = 0; i < cpus; ++i) rows[count].count += values[i];
      ++count;
    }
    previous = key;
  }
  free(values);
  qsort(rows, count, sizeof rows[0], by_count);
  for (size_t i = 0; i < count; ++i) printf("@[%s]: %llu\n", rows[i].comm, rows[i].count);
  return 0;
}

int main(int argc, char** argv) {
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  libbpf_set_print(NULL);
  struct by_comm_bpf* tool = by_comm_bpf__open_and_load();
  if (!tool || by_comm_bpf__attach(tool) != 0) {
    perror("by_comm");
    return 1;
  }
  fprintf(stderr, "Attached 1 probe\n");
  if (argc == 3 && strcmp(argv[1], "-c") == 0) {
    run_command(argv[2]);
  } else {
    while (!stopped) pause();
  }
  const int map = bpf_map__fd(tool->maps.counts);
  by_comm_bpf__detach(tool);
  print(map);
  by_comm_bpf__destroy(tool);
  return 0;
}
