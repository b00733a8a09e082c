// A program with static markers (USDT): markers NUMBER TEXT passes once through each. The notes are
// written by hand, not by <sys/sdt.h>, so that each form of an operand is there, whatever a
// compiler would choose.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// clang-format off
// The note says where the marker is, where .stapsdt.base was when that was written, where its
// semaphore is, its names and its operands. What the operands mean is up to `inputs`.
#define NOTE(provider, name, semaphore, operands)                     \
  "990: nop\n"                                                        \
  ".pushsection .note.stapsdt, \"\", \"note\"\n"                      \
  ".balign 4\n"                                                       \
  ".4byte 992f - 991f, 994f - 993f, 3\n"                              \
  "991: .asciz \"stapsdt\"\n"                                         \
  "992: .balign 4\n"                                                  \
  "993: .8byte 990b\n"                                                \
  ".8byte _.stapsdt.base\n"                                           \
  ".8byte " semaphore "\n"                                            \
  ".asciz \"" provider "\"\n.asciz \"" name "\"\n.asciz \"" operands "\"\n" \
  "994: .balign 4\n"                                                  \
  ".popsection\n"                                                     \
  ".ifndef _.stapsdt.base\n"                                          \
  ".pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n" \
  ".weak _.stapsdt.base\n.hidden _.stapsdt.base\n"                    \
  "_.stapsdt.base: .space 1\n.size _.stapsdt.base, 1\n"               \
  ".popsection\n.endif\n"
#define MARKER(provider, name, operands, ...) \
  __asm__ volatile(NOTE(provider, name, "0", operands) : : __VA_ARGS__ : "memory")
#define GUARDED_MARKER(provider, name, semaphore, operands, ...) \
  __asm__ volatile(NOTE(provider, name, semaphore, operands) : : __VA_ARGS__ : "memory")
// clang-format on

#define PROBED __attribute__((noinline, noclone, noipa, used))

// The kernel counts here who traces the marker `guarded`.
__attribute__((section(".probes"), used)) volatile unsigned short guarded_semaphore;

__attribute__((used)) int variable = 1234;

#if defined(__x86_64__)

PROBED void forms(long number, const long* table) {
  // rdi, rsi and so on by their letters.
  MARKER("demo", "registers", "8@%%rdi -4@%%edi 4@%%edi -2@%%di 2@%%di -1@%%dil 1@%%dil 1@%%ah",
         "D"(number), "a"(0x1234L));
  MARKER("demo", "constants", "8@$5 -4@$-7 1@$0xff", "D"(number));
  MARKER("demo", "memory",
         "8@(%%rsi) 8@8(%%rsi) -8@-8(%%rsi) 8@(%%rsi,%%rdx,8) -8@-16(%%rsi,%%rdx,8)",
         "S"(table + 1), "d"(1L));
  MARKER("demo", "narrow_memory", "-4@(%%rsi) 2@(%%rsi) -1@(%%rsi) 4@variable(%%rip)",
         "S"(&number));
}

PROBED void first_place(long number) { MARKER("demo", "twice", "8@%%rdi", "D"(number)); }
PROBED void second_place(const long* number) { MARKER("demo", "twice", "8@(%%rsi)", "S"(number)); }
PROBED void other_provider(long number) { MARKER("other", "twice", "8@%%rdi", "D"(number)); }
PROBED void text(const char* text) { MARKER("demo", "text", "8@%%rdi", "D"(text)); }
PROBED void vector(void) { MARKER("demo", "vector", "8f@%%xmm0 8@$1", "D"(0)); }
PROBED void guarded(long number) {
  if (guarded_semaphore == 0) return;
  GUARDED_MARKER("demo", "guarded", "guarded_semaphore", "8@%%rdi", "D"(number));
}

#elif defined(__aarch64__)

PROBED void forms(long number, const long* table) {
  register long x0 __asm__("x0") = number;
  register const long* x1 __asm__("x1") = table + 1;
  register long x2 __asm__("x2") = 1;
  MARKER("demo", "registers", "8@x0 -4@w0 4@w0 -2@w0 2@w0 -1@w0 1@w0 1@18", "r"(x0));
  MARKER("demo", "constants", "8@5 -4@-7 1@255", "r"(x0));
  MARKER("demo", "memory", "8@[x1] 8@[x1, 8] -8@[x1, -8] 8@[x1, x2, lsl 3] -8@[x1, -8]", "r"(x1),
         "r"(x2));
}

PROBED void first_place(long number) {
  register long x0 __asm__("x0") = number;
  MARKER("demo", "twice", "8@x0", "r"(x0));
}
PROBED void second_place(const long* number) {
  register const long* x1 __asm__("x1") = number;
  MARKER("demo", "twice", "8@[x1]", "r"(x1));
}
PROBED void other_provider(long number) {
  register long x0 __asm__("x0") = number;
  MARKER("other", "twice", "8@x0", "r"(x0));
}
PROBED void text(const char* text) {
  register const char* x0 __asm__("x0") = text;
  MARKER("demo", "text", "8@x0", "r"(x0));
}
PROBED void vector(void) { MARKER("demo", "vector", "8@d0 8@1", "r"(0)); }
PROBED void guarded(long number) {
  register long x0 __asm__("x0") = number;
  if (guarded_semaphore == 0) return;
  GUARDED_MARKER("demo", "guarded", "guarded_semaphore", "8@x0", "r"(x0));
}

#endif

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: markers NUMBER TEXT\n");
    return 2;
  }
  const long number = strtol(argv[1], NULL, 0);
  const long table[] = {-11, 22, 33};
  forms(number, table);
  first_place(number);
  second_place(&number);
  other_provider(number);
  text(argv[2]);
  vector();
  guarded(number);
  return 0;
}
