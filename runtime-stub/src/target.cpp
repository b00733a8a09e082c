#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "small_file.h"

namespace bpftracec::rt {

namespace {

// The inode of the initial pid namespace (PROC_PID_INIT_INO in the kernel's
// include/linux/proc_ns.h).
constexpr uint64_t kInitialPidNamespace = 0xEFFFFFFC;

uint64_t round_up_to_power_of_two(uint64_t value) {
  uint64_t power = 1;
  while (power < value) power *= 2;
  return power;
}

int64_t read_clock(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

bool find_target(Target& target, Failure& failure) {
  utsname name = {};
  uname(&name);
  snprintf(target.release, sizeof target.release, "%s", name.release);
  unsigned major = 0;
  unsigned minor = 0;
  if (sscanf(name.release, "%u.%u", &major, &minor) == 2) {
    target.kernel = kernel_version(major, minor);
  }
  const int cpus = libbpf_num_possible_cpus();
  if (cpus < 1) {
    failure.set("cannot find out how many CPUs there may be: %s", error_text(cpus));
    return failure.hint("/sys must be mounted");
  }
  target.possible_cpus = static_cast<uint32_t>(cpus);
  return true;
}

void bind_target(const Target& target, Bindings& bindings) {
  bindings.possible_cpus = target.possible_cpus;
  bindings.has_attach_cookies = target.has(5, 15);
  bindings.has_boot_clock = target.has(5, 8);  // bpf_ktime_get_boot_ns()
  const clockid_t clock = bindings.has_boot_clock ? CLOCK_BOOTTIME : CLOCK_MONOTONIC;
  const int64_t start = read_clock(clock);
  bindings.start_ns = static_cast<uint64_t>(start);
  bindings.wall_clock_offset = read_clock(CLOCK_REALTIME) - start;
  bindings.tai_offset = read_clock(CLOCK_TAI) - read_clock(clock);

  struct stat pid_namespace = {};
  if (stat("/proc/self/ns/pid", &pid_namespace) == 0 &&
      pid_namespace.st_ino != kInitialPidNamespace) {
    bindings.pid_namespace_device = pid_namespace.st_dev;
    bindings.pid_namespace_inode = pid_namespace.st_ino;
  }
}

uint64_t ring_buffer_size(uint64_t wanted, uint32_t possible_cpus, uint32_t largest_record) {
  const auto page = static_cast<uint64_t>(getpagesize());
  if (wanted == 0) {
    // A quarter of a megabyte a CPU holds some thousand events of common size: what a busy CPU
    // makes while this process waits for its turn. The limits are those of bpftrace's
    // perf_rb_pages; on small machines no more than a thousandth of memory. Mapped pages count as
    // resident, touched or not, and twice, since libbpf maps the data twice in a row.
    constexpr uint64_t kBytesPerCpu = 256 * 1024;
    constexpr uint64_t kMin = 64 * 4096;
    constexpr uint64_t kMax = 4096 * 4096;
    const uint64_t memory = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * page;
    wanted = possible_cpus * kBytesPerCpu;
    if (wanted > memory / 1024) wanted = memory / 1024;
    if (wanted < kMin) wanted = kMin;
    if (wanted > kMax) wanted = kMax;
    const uint64_t some_records = uint64_t{largest_record} * 4;
    if (wanted < some_records) wanted = some_records;
  }
  return round_up_to_power_of_two(wanted < page ? page : wanted);
}

bool for_each_online_cpu(bool (*visit)(uint32_t cpu, void* context), void* context) {
  // "0-3,8,10-11"; where /sys is missing there is at least one CPU.
  char list[4096];
  if (read_small_file("/sys/devices/system/cpu/online", list, sizeof list) <= 0) {
    snprintf(list, sizeof list, "0");
  }
  char* at = list;
  while (*at >= '0' && *at <= '9') {
    const unsigned long first = strtoul(at, &at, 10);
    const unsigned long last = *at == '-' ? strtoul(at + 1, &at, 10) : first;
    for (unsigned long cpu = first; cpu <= last && cpu <= UINT32_MAX; ++cpu) {
      if (!visit(static_cast<uint32_t>(cpu), context)) return false;
    }
    if (*at == ',') ++at;
  }
  return true;
}

}  // namespace bpftracec::rt
