// A program with the static markers that the macros of <sys/sdt.h> make: sdt NUMBER TEXT.
#include <stdio.h>
#include <stdlib.h>

#define _SDT_HAS_SEMAPHORES 1
__attribute__((section(".probes"))) volatile unsigned short demo_request_semaphore;
__attribute__((section(".probes"))) volatile unsigned short demo_guarded_semaphore;
#include <sys/sdt.h>

static int narrow;

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: sdt NUMBER TEXT\n");
    return 2;
  }
  const long number = strtol(argv[1], NULL, 0);
  narrow = (int)number;
  DTRACE_PROBE3(demo, request, number, argv[2], narrow);
  if (demo_guarded_semaphore != 0) DTRACE_PROBE1(demo, guarded, number);
  return 0;
}
