#include "perf_event.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "small_file.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

struct CpuVisit {
  const AttachContext& context;
  const Probe& probe;
  perf_event_attr& attributes;
  Failure& failure;
};

bool attach_on_cpu(uint32_t cpu, void* visit_pointer) {
  auto& visit = *static_cast<CpuVisit*>(visit_pointer);
  const bool is_attached = attach_perf_event(visit.context, visit.probe, visit.attributes,
                                             kAllProcesses, static_cast<int>(cpu), visit.failure);
  if (is_attached || errno != ENODEV) return is_attached;
  visit.failure.clear();  // the CPU has gone offline since
  return true;
}

// Kinds of events with a number above the fixed ones are kprobes and uprobes, which CAP_PERFMON
// does not cover.
void explain_open(const perf_event_attr& attributes, int error, Failure& failure) {
  failure.set("the kernel refuses the perf event: %s", error_text(error));
  if ((error == EACCES || error == EPERM) && attributes.type >= PERF_TYPE_MAX) {
    failure.hint(
        "run the tool as root, or give it CAP_SYS_ADMIN: a probe that is a perf event needs that");
  } else if (error == EACCES || error == EPERM) {
    failure.hint("run the tool as root, or give it CAP_PERFMON and CAP_BPF");
  } else if (error == EMFILE || error == ENFILE) {
    failure.hint("raise the limit of open files: ulimit -n");
  } else if (error == ENOSYS || error == EOPNOTSUPP) {
    failure.hint("the kernel must be built with CONFIG_PERF_EVENTS and CONFIG_BPF_EVENTS");
  }
}

bool store_first(uint32_t cpu, void* first) {
  *static_cast<uint32_t*>(first) = cpu;
  return false;
}

}  // namespace

uint32_t first_online_cpu() {
  uint32_t first = 0;
  for_each_online_cpu(store_first, &first);
  return first;
}

int open_perf_event(perf_event_attr& attributes, int pid, int cpu, Failure& failure) {
  attributes.size = sizeof attributes;
  const long fd = syscall(SYS_perf_event_open, &attributes, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd < 0) {
    const int error = errno;
    explain_open(attributes, error, failure);
    errno = error;
  }
  return static_cast<int>(fd);
}

// Takes `event`, whatever becomes of it.
bool attach_program_to_event(const AttachContext& context, int program, int event, Failure& failure,
                             uint64_t cookie) {
  UniqueFd owned_event(event);
  // Links of perf events: Linux 5.15.
  if (context.target.has(5, 15)) {
    bpf_link_create_opts options = {};
    options.sz = sizeof options;
    options.perf_event.bpf_cookie = cookie;
    const int link = bpf_link_create(program, event, BPF_PERF_EVENT, &options);
    if (link >= 0) {
      context.attachments.add_perf_event(owned_event.release(), link);
      return true;
    }
  }
  if (ioctl(event, PERF_EVENT_IOC_SET_BPF, program) != 0) {
    const int error = errno;
    failure.set("the kernel does not attach the program: %s", error_text(error));
    if (error == E2BIG) failure.hint("there are 64 programs on this event already");
    errno = error;
    return false;
  }
  context.attachments.add_perf_event(owned_event.release(), -1);
  return true;
}

bool attach_perf_event(const AttachContext& context, const Probe& probe,
                       perf_event_attr& attributes, int pid, int cpu, Failure& failure) {
  const int event = open_perf_event(attributes, pid, cpu, failure);
  return event >= 0 &&
         attach_program_to_event(context, bpf_program__fd(probe.program), event, failure);
}

// A perf event counts for one thread. Threads to come inherit it; child processes do not, where
// the kernel can tell them apart (Linux 5.13).
bool attach_to_threads(const AttachContext& context, const Probe& probe,
                       perf_event_attr& attributes, uint32_t pid, Failure& failure) {
  attributes.inherit = attributes.inherit_thread = context.target.has(5, 13) ? 1 : 0;
  DIR* threads = opendir(Path("/proc/%u/task", pid).text);
  if (threads == nullptr) return failure.set("process %u has ended", pid);
  bool is_attached = true;
  while (const dirent* entry = readdir(threads)) {
    if (entry->d_name[0] == '.') continue;
    is_attached = attach_perf_event(context, probe, attributes, atoi(entry->d_name), kAnyCpu,
                                    failure);
    if (!is_attached && errno != ESRCH) break;
    is_attached = true;  // also when that thread has ended since
  }
  const int error = errno;
  closedir(threads);
  errno = error;
  return is_attached;
}

bool attach_sampling_event(const AttachContext& context, const Probe& probe,
                           perf_event_attr& attributes, Failure& failure) {
  const uint32_t pid = context.bindings.target_pid;
  if (pid != 0) return attach_to_threads(context, probe, attributes, pid, failure);
  CpuVisit visit{context, probe, attributes, failure};
  return for_each_online_cpu(attach_on_cpu, &visit);
}

}  // namespace bpftracec::rt
