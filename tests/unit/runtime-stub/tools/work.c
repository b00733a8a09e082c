// A program to trace: calls do_work() and getppid() as often as its argument says, 20 when it has
// none. With a second argument it waits for a signal before it ends.
#include <stdlib.h>
#include <unistd.h>

__attribute__((noinline)) int do_work(int i) {
  __asm__ volatile("" ::: "memory");
  return i + (int)getppid();
}

int main(int argc, char** argv) {
  const int count = argc > 1 ? atoi(argv[1]) : 20;
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += do_work(i);
  if (argc > 2) pause();
  return sum == 0;
}
