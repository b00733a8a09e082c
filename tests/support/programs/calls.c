// A program to put uprobes on: calls FUNCTION ARGUMENT... calls one function of known signature
// with the arguments given, in order. It prints nothing, so that only the tool under test does.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The probed functions must neither be inlined nor be merged with another of the same body, and
// their callers must not know what they return.
#define PROBED __attribute__((noinline, noclone, noipa, used))

volatile long sink;

PROBED long number(long value) {
  sink = value;
  return value;
}

PROBED int narrow(int value) {
  sink = value;
  return value;
}

PROBED void text(const char* value) { sink = value[0]; }

PROBED void texts(const char* first, const char* second) { sink = first[0] + second[0]; }

PROBED long add(long a, long b) { return a + b; }

PROBED long six(long a, long b, long c, long d, long e, long f) { return a - b + c - d + e - f; }

// Calls itself `depth` times.
PROBED long nested(long depth) {
  const long below = depth == 0 ? 0 : nested(depth - 1);
  sink = below;
  return below + 1;
}

struct pair {
  int first;
  long second;
};

PROBED long take_pair(const struct pair* pair) { return pair->first + pair->second; }

static void* in_thread(void* argument) {
  sink = number(*(const long*)argument);
  return NULL;
}

static long to_number(const char* argument) { return strtol(argument, NULL, 0); }

// "\xff", "\n" and so on, as printf(1) has them, so that a case can pass bytes that its file can't
// hold.
static void unescape(char* text) {
  char* to = text;
  for (const char* from = text; *from != '\0';) {
    if (from[0] == '\\' && from[1] == 'x') {
      const char digits[3] = {from[2], from[3], '\0'};
      *to++ = (char)strtol(digits, NULL, 16);
      from += 4;
    } else {
      *to++ = *from++;
    }
  }
  *to = '\0';
}

static int call(const char* function, int count, char** arguments) {
  if (strcmp(function, "six") == 0 && count == 6) {
    long n[6];
    for (int i = 0; i < 6; ++i) n[i] = to_number(arguments[i]);
    sink = six(n[0], n[1], n[2], n[3], n[4], n[5]);
    return 0;
  }
  if (strcmp(function, "add") == 0 && count == 2) {
    sink = add(to_number(arguments[0]), to_number(arguments[1]));
    return 0;
  }
  if (strcmp(function, "pair") == 0 && count == 2) {
    const struct pair pair = {(int)to_number(arguments[0]), to_number(arguments[1])};
    sink = take_pair(&pair);
    return 0;
  }
  if (strcmp(function, "texts") == 0 && count == 2) {
    texts(arguments[0], arguments[1]);
    return 0;
  }
  // dup3(), as every architecture has it.
  if (strcmp(function, "dup") == 0 && count == 2) {
    sink = dup3((int)to_number(arguments[0]), (int)to_number(arguments[1]), O_CLOEXEC);
    return 0;
  }
  // N calls of number(0) ... number(N - 1).
  if (strcmp(function, "count") == 0 && count == 1) {
    const long end = to_number(arguments[0]);
    for (long i = 0; i < end; ++i) sink = number(i);
    return 0;
  }
  // Touches N fresh pages.
  if (strcmp(function, "pages") == 0 && count == 1) {
    const long pages = to_number(arguments[0]);
    const long size = sysconf(_SC_PAGESIZE);
    volatile char* memory = mmap(NULL, (size_t)(pages * size), PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    madvise((void*)memory, (size_t)(pages * size), MADV_NOHUGEPAGE);
    for (long i = 0; i < pages; ++i) memory[i * size] = 1;
    return 0;
  }
  // Writes N numbers to a page at an address that is always the same.
  if (strcmp(function, "write") == 0 && count == 1) {
    volatile long* const memory = mmap((void*)0x10000000, 4096, PROT_READ | PROT_WRITE,
                                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (memory == MAP_FAILED) return 1;
    for (long i = to_number(arguments[0]); i > 0; --i) *memory = i;
    return 0;
  }
  // Keeps a CPU busy until it is killed.
  if (strcmp(function, "spin") == 0 && count == 0) {
    for (;;) ++sink;
  }
  for (int i = 0; i < count; ++i) {
    char* argument = arguments[i];
    if (strcmp(function, "number") == 0) {
      sink = number(to_number(argument));
    } else if (strcmp(function, "narrow") == 0) {
      sink = narrow((int)to_number(argument));
    } else if (strcmp(function, "nested") == 0) {
      sink = nested(to_number(argument));
    } else if (strcmp(function, "text") == 0) {
      unescape(argument);
      text(argument);
    } else if (strcmp(function, "thread") == 0) {
      pthread_t thread;
      long value = to_number(argument);
      if (pthread_create(&thread, NULL, in_thread, &value) != 0) return 1;
      pthread_join(thread, NULL);
    } else {
      return 2;
    }
  }
  return 0;
}

int main(int argc, char** argv) {
  int status = argc < 2 ? 2 : 0;
  // linger MS FUNCTION ARGUMENT...: is still there for so many milliseconds after the call.
  const int lingers = argc > 3 && strcmp(argv[1], "linger") == 0;
  char** function = lingers ? argv + 3 : argv + 1;
  if (status == 0) status = call(function[0], (int)(argv + argc - function) - 1, function + 1);
  if (lingers) usleep((useconds_t)to_number(argv[2]) * 1000);
  if (status == 2) fprintf(stderr, "usage: calls FUNCTION ARGUMENT...\n");
  return status;
}
