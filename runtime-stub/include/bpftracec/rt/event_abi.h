// What BPF programs and the tool must agree on: records in the ring buffer, and the values of
// aggregations. Included by the compiler and by the stub; plain C++ without dependencies. All
// integers are little-endian, as both supported targets are.
#pragma once

#include <cstdint>

namespace bpftracec::rt {

// Each record starts with this; the arguments follow at the offsets that the generated tables hold.
struct record_header {
  uint32_t id;  // index into ToolDescription::records
};

// Text in a record's tail. `size` has no final NUL; size == capacity of the type means that the
// text was cut.
struct text_ref {
  uint32_t offset;  // from the record's start
  uint32_t size;    // bytes
};

// ---- values that are more than a number or a text ----

// At the start of a buffer; the bytes follow, then zeroes up to its capacity.
struct buffer_head {
  uint32_t length;
};

// ntop(): the family as AF_INET and AF_INET6 have it, and the address in network order.
struct inet_value {
  uint64_t family;
  uint8_t address[16];
};

// ---- stacks and symbols ----

// A stack as a value. Its frames lie in a map of stacks under `id`, which is a hash of them (and of
// the process): stacks that are equal have equal keys. All zero: no frames.
struct stack_key {
  uint64_t id;
  uint32_t depth;  // frames
  uint32_t pid;    // of the process, in the tracer's pid namespace; 0: the kernel's stack
};

// A record that tells of a user stack that was not there before: its process may end before anybody
// prints it, so the tool looks at it now.
struct user_stack_record {
  record_header header;
  uint32_t pid;
  uint64_t id;
  uint32_t store;  // index into ToolDescription::stack_stores
  uint32_t depth;
};

// A user address as a value.
struct user_symbol {
  uint64_t address;
  uint64_t pid;
};

// ---- values of aggregations, one a CPU ----

struct count_value {
  uint64_t count;
};

struct sum_value {
  int64_t sum;
};

// min() and max(); `is_set` is 0 on CPUs that saw no value.
struct extreme_value {
  int64_t value;
  uint64_t is_set;
};

// avg() and stats().
struct average_value {
  int64_t total;
  uint64_t count;
};

// tseries() is a ring of these: the number of an interval since the clock of `nsecs` began decides
// about its place.
struct tseries_interval {
  uint64_t number;  // and 1 more; 0: nothing seen yet
  int64_t value;
  uint64_t order;  // last: when the value was seen; avg: of how many it is the sum
};
enum class tseries_function : uint32_t { last, avg, max, min, sum };

// hist() and lhist() are arrays of uint64_t counters.

// A scalar map (one without keys) is a one-element (per-CPU) array, whose element always exists: a
// uint64_t `is_set` follows the value, at value_size - 8. On per-CPU maps the map has a value when
// any CPU's is_set is not 0.

// ---- arguments of USDT markers --------------------------------------------------------------------

// Where an argument lies when the marker is hit, which only the traced file tells, and each place
// of a marker for itself.
enum class UsdtKind : uint8_t {
  None = 0,       // there is no such argument, or nobody can read it
  Constant,       // `value`
  Register,       // the one at `register_offset`
  Memory,         // at that register's value + `value`
  IndexedMemory,  // at that + the value of the register at `index_offset` << `scale`
};

struct usdt_operand {
  uint64_t value;
  uint16_t register_offset;  // from the start of the registers that a program gets
  uint16_t index_offset;
  UsdtKind kind;
  uint8_t size;  // bytes: 1, 2, 4, 8
  uint8_t is_signed;
  uint8_t scale;
};
static_assert(sizeof(usdt_operand) == 16);

// As many as the macros of <sys/sdt.h> can pass.
inline constexpr uint32_t kUsdtOperands = 12;

// An array in the object with so many operands for each place that a USDT probe is attached to.
inline constexpr const char* kUsdtPlaces = "usdt_places";

// ---- bucket numbers -------------------------------------------------------------------------------------------

// hist(n, bits): bucket 0: n < 0; buckets 1 + n for 0 <= n < 2^(bits + 1); above, each power of two
// [2^e, 2^(e+1)) is cut in 2^bits equal parts: 1 + 2^(bits+1) + (e - bits - 1) * 2^bits + ((n >> (e
// - bits)) - 2^bits), for e = bits + 1 ... 62.
constexpr uint32_t hist_bucket_count(uint32_t bits) {
  return 1 + (2U << bits) + (62 - bits) * (1U << bits);
}

constexpr uint32_t hist_bucket(int64_t value, uint32_t bits) {
  if (value < 0) {
    return 0;
  }
  const auto n = static_cast<uint64_t>(value);
  if (n < (2ULL << bits)) {
    return 1 + static_cast<uint32_t>(n);
  }
  uint32_t exponent = 0;
  for (uint64_t rest = n; rest > 1; rest >>= 1) {
    ++exponent;
  }
  return 1 + (2U << bits) + (exponent - bits - 1) * (1U << bits) +
         static_cast<uint32_t>((n >> (exponent - bits)) - (1ULL << bits));
}

// lhist(n, min, max, step): bucket 0: n < min; 1 + (n - min) / step; the last, index 1 + (max -
// min) / step: from the last whole step's end on.
inline constexpr uint32_t kMaxLhistBuckets = 1000;
constexpr uint32_t lhist_bucket_count(int64_t min, int64_t max, int64_t step) {
  return static_cast<uint32_t>((max - min) / step) + 2;
}

// A program with loops that bpf_loop() runs (Linux 5.17) is in the object a second time, with plain
// loops, under its name and this.
inline constexpr const char* kPlainProgramSuffix = "_plain";

// ---- programs that are attached in many places --------------------------------------------------

// Stands in the instructions of a program that asks which place it was hit in; the upper half is
// compared, so that the number of a place may come instead. Any number that scripts do not use.
inline constexpr uint64_t kSiteIndexMark = 0x62707472'53697465;

// Arrays in the object, by the number of a place: texts of 256 bytes.
inline constexpr const char* kSiteNames = "site_names";          // of the probe
inline constexpr const char* kSiteFunctions = "site_functions";  // of the function

}  // namespace bpftracec::rt
