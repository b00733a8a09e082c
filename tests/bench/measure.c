// Runs a command and writes to a file what it took: measure FILE COMMAND ARGUMENT...
//
//   wall_ns cpu_ns peak_kb status
//
// Small and static on purpose: a process that is started counts the memory of the one that started
// it as its own peak.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long in_ns(struct timeval time) {
  return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const long long start = now_ns();
  const pid_t child = vfork();
  if (child == 0) {
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  int status = 0;
  struct rusage used;
  if (child < 0 || wait4(child, &status, 0, &used) != child) return 1;
  const long long end = now_ns();
  const int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dprintf(file, "%lld %lld %ld %d\n", end - start, in_ns(used.ru_utime) + in_ns(used.ru_stime),
          used.ru_maxrss, status);
  return 0;
}
