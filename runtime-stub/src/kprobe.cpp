#include "kprobe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "kernel_functions.h"
#include "kprobe_multi.h"
#include "perf_event.h"
#include "site_program.h"
#include "small_file.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

constexpr const char* kDriver = "/sys/bus/event_source/devices/kprobe";

// One kprobe, as the kernel is told of it.
struct Place {
  const char* module;    // empty: any, or the kernel itself
  const char* function;  // empty: at an address
  uint64_t offset;       // or the address
  int program;
  uint64_t cookie;
};

// The kernel numbers the kinds of perf events as their drivers register.
bool read_kprobe_type(uint32_t& type, Failure& failure) {
  char text[32];
  if (read_small_file(Path("%s/type", kDriver).text, text, sizeof text) <= 0) {
    failure.set("this kernel has no kprobes: %s", error_text(errno));
    failure.hint(
        "it must be built with CONFIG_KPROBES and CONFIG_KPROBE_EVENTS, and /sys be mounted");
    return false;
  }
  type = static_cast<uint32_t>(strtoul(text, nullptr, 10));
  return true;
}

// Which bit says that the probe is on the return: "config:0".
uint64_t read_return_flag() {
  char text[32];
  unsigned bit = 0;
  if (read_small_file(Path("%s/format/retprobe", kDriver).text, text, sizeof text) <= 0 ||
      sscanf(text, "config:%u", &bit) != 1 || bit > 63) {
    return 1;
  }
  return 1ULL << bit;
}

// The kernel lets go of the probe when the event is closed, whatever becomes of this process: no
// line in kprobe_events is left over.
bool attach_place(const AttachContext& context, const Place& place, bool is_return,
                  Failure& failure) {
  perf_event_attr attributes = {};
  if (!read_kprobe_type(attributes.type, failure)) return false;
  attributes.config = is_return ? read_return_flag() : 0;
  const bool has_module = *place.module != '\0' && strcmp(place.module, "vmlinux") != 0;
  const Path symbol("%s%s%s", has_module ? place.module : "", has_module ? ":" : "",
                    place.function);
  attributes.kprobe_func = *place.function == '\0' ? 0 : reinterpret_cast<uint64_t>(symbol.text);
  attributes.probe_offset = place.offset;
  // As for uprobes: the program runs without, and the event would write samples.
  attributes.disabled = 1;
  const int event = open_perf_event(attributes, kAllProcesses, static_cast<int>(first_online_cpu()),
                                    failure);
  return event >= 0 &&
         attach_program_to_event(context, place.program, event, failure, place.cookie);
}

bool is_locked_down() {
  char text[128];
  return read_small_file("/sys/kernel/security/lockdown", text, sizeof text) > 0 &&
         strstr(text, "[confidentiality]") != nullptr;
}

bool explain_refused(const AttachContext& context, const Probe& probe, Failure& failure) {
  if (probe.offset != 0) {
    failure.set("the kernel allows no probe at '%s+%llu'", probe.function,
                static_cast<unsigned long long>(probe.offset));
    return failure.hint("an offset must be that of an instruction in the function");
  }
  failure.set("the kernel allows no probe in '%s'", probe.function);
  if (may_be_traceable(context, probe.target, probe.function)) return false;
  return failure.hint("it is not traceable: marked 'notrace', or part of the tracing itself");
}

// By what perf_event_open() has said of a function.
bool explain(const AttachContext& context, const Probe& probe, int error, Failure& failure) {
  if (error == EPERM && is_locked_down()) {
    return failure.hint("kernel lockdown is in the mode 'confidentiality', which forbids tracing");
  }
  if (*probe.function == '\0') {
    if (error == EINVAL || error == EILSEQ || error == EFAULT || error == ENOENT) {
      failure.set("the kernel allows no probe at 0x%llx",
                  static_cast<unsigned long long>(probe.offset));
      failure.hint("the address must be that of an instruction of the kernel's code");
    }
    return false;
  }
  const bool is_about_name = error == ENOENT || error == EADDRNOTAVAIL;
  const bool is_about_place = error == EINVAL || error == EILSEQ || error == EOPNOTSUPP ||
                              error == ERANGE;
  if (!is_about_name && !is_about_place) return false;
  const uint32_t count = count_functions(probe.target, probe.function);
  if (count == 0) return explain_no_function(context, probe.target, probe.function, failure);
  if (error == EADDRNOTAVAIL && count > 1) {
    failure.set("there are %u functions '%s' in this kernel", count, probe.function);
    return failure.hint("name the module: kprobe:MODULE:%s, or one by its address", probe.function);
  }
  return explain_refused(context, probe, failure);
}

// Where nothing will be attached, the lists have to tell.
bool check_function(const AttachContext& context, const Probe& probe, Failure& failure) {
  uint32_t type = 0;
  if (!read_kprobe_type(type, failure)) return false;
  if (*probe.function == '\0') return true;
  if (count_functions(probe.target, probe.function) == 0) {
    return explain_no_function(context, probe.target, probe.function, failure);
  }
  return true;
}

// One after the other. What the kernel refuses is left out, if it takes any at all.
bool attach_each_site(const AttachContext& context, const Probe& probe, bool is_return,
                      Failure& failure) {
  const bool needs_copies = asks_for_site(probe.program) && !context.bindings.has_attach_cookies;
  uint32_t attached = 0;
  for (uint32_t i = 0; i < probe.site_count; ++i) {
    const Site& site = probe.sites[i];
    const uint32_t number = probe.first_site + i;
    UniqueFd copy(needs_copies ? load_for_site(probe.program, number, failure) : -1);
    if (needs_copies && !copy) return false;
    const Place place{site.target, site.function, 0,
                      needs_copies ? copy.get() : bpf_program__fd(probe.program), number};
    if (attach_place(context, place, is_return, failure)) {
      ++attached;
      continue;
    }
    if (errno == EPERM || errno == EACCES || errno == EMFILE || errno == ENFILE) return false;
    context.log.note("%s: left out: %s", site.name, failure.message());
  }
  if (attached > 0) failure.clear();
  return attached > 0;
}

}  // namespace

bool find_kprobe(const AttachContext& context, Probe& probe, Failure& failure) {
  const bool is_return = strncmp(probe.name, "kretprobe", strlen("kretprobe")) == 0;
  probe.offset = probe.description->offset;
  if (!probe.description->has_wildcards) {
    if (*probe.function == '\0') probe.found_function = function_at(probe.offset);
    return !context.only_finds || check_function(context, probe, failure);
  }
  if (!find_functions(context, probe, is_return ? "kretprobe" : "kprobe", failure)) return false;
  const bool is_bulk = has_kprobe_multi(context);
  if (is_bulk) {
    find_addresses(context, probe);
    use_kprobe_multi(probe);
  }
  context.log.note("%s: %u functions, attached %s", probe.name, probe.site_count,
                   is_bulk ? "at once" : "one by one");
  uint32_t type = 0;
  return is_bulk || read_kprobe_type(type, failure);
}

bool attach_kprobe(const AttachContext& context, const Probe& probe, bool is_return,
                   Failure& failure) {
  if (probe.is_bulk) return attach_kprobe_multi(context, probe, is_return, failure);
  if (probe.description->has_wildcards) {
    return attach_each_site(context, probe, is_return, failure);
  }
  const Place place{probe.target, probe.function, probe.offset, bpf_program__fd(probe.program), 0};
  if (attach_place(context, place, is_return, failure)) return true;
  return explain(context, probe, errno, failure);
}

}  // namespace bpftracec::rt
