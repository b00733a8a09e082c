#include "explain_load.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libbpf_messages.h"
#include "small_file.h"

namespace bpftracec::rt {

namespace {

bool has_capability(uint32_t capability) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0) return false;
  return (data[capability / 32].effective >> (capability % 32) & 1) != 0;
}

bool may_trace(const Target& target) {
  constexpr uint32_t kPerfmon = 38;
  constexpr uint32_t kBpf = 39;
  if (has_capability(CAP_SYS_ADMIN)) return true;
  return target.has(5, 8) && has_capability(kPerfmon) && has_capability(kBpf);
}

// "none [integrity] confidentiality"
bool is_locked_down() {
  char text[128];
  return read_small_file("/sys/kernel/security/lockdown", text, sizeof text) > 0 &&
         strstr(text, "[confidentiality]") != nullptr;
}

bool explain_refused(const LoadContext& context, Failure& failure) {
  if (!check_may_trace(context.target, failure)) return false;
  failure.set("the kernel does not let this process load BPF programs");
  if (is_locked_down()) {
    return failure.hint("kernel lockdown is in the mode 'confidentiality', which forbids tracing");
  }
  if (!context.target.has(5, 11)) {
    return failure.hint(
        "before Linux 5.11 BPF uses locked memory; raise the limit: ulimit -l unlimited");
  }
  return failure.hint("a security module, or the container that this runs in, may forbid bpf()");
}

// Null for the tool's own maps, such as the ring buffer.
const MapDescription* find_map(const ToolDescription& tool, const Excerpt& symbol) {
  for (const MapDescription& map : tool.maps) {
    if (strlen(map.symbol) == symbol.size && memcmp(map.symbol, symbol.data, symbol.size) == 0) {
      return &map;
    }
  }
  return nullptr;
}

// The kernel says E2BIG both to a long key, before Linux 5.11, and to too many entries.
void explain_too_big_map(const LoadContext& context, const MapDescription& map, Failure& failure) {
  constexpr uint32_t kMaxKeyBefore5_11 = 512;
  if (map.key_size > kMaxKeyBefore5_11 && !context.target.has(5, 11)) {
    failure.hint(
        "before Linux 5.11 a key has at most 512 bytes; this is %s: shorten the strings of the "
        "keys, by str(x, n) or the setting max_strlen, when compiling",
        context.target.release);
    return;
  }
  const bool is_declared = map.max_entries != 0;
  const auto size = static_cast<int>(map.name.size);
  failure.set("the kernel does not make the map %.*s: %u entries are too many", size, map.name.data,
              is_declared ? map.max_entries : context.tool.max_map_keys);
  if (is_declared) {
    failure.hint("the script tells its size: let %.*s = ...", size, map.name.data);
  } else {
    failure.hint("make maps smaller: BPFTRACE_MAX_MAP_KEYS");
  }
}

// "map 'map_calls': failed to create: Cannot allocate memory(-12)"
bool explain_map(const LoadContext& context, int error, Failure& failure) {
  Excerpt symbol;
  if (!find_in_libbpf_messages("map '", "': failed to create", symbol)) return false;
  const MapDescription* map = find_map(context.tool, symbol);
  const char* name = map != nullptr ? map->name.data : symbol.data;
  const auto size = static_cast<int>(map != nullptr ? map->name.size : symbol.size);
  failure.set("the kernel does not make the map %.*s: %s", size, name, error_text(error));
  if (error == -E2BIG && map != nullptr) {
    explain_too_big_map(context, *map, failure);
  } else if (error == -ENOMEM) {
    failure.hint("make maps smaller: BPFTRACE_MAX_MAP_KEYS, BPFTRACE_PERF_RB_PAGES");
  } else if (error == -EINVAL && !context.target.has(5, 8) && symbol.size == 6 &&
             memcmp(symbol.data, "events", 6) == 0) {
    failure.hint("ring buffers need Linux 5.8; this is %s", context.target.release);
  }
  return true;
}

void hint_at_verdict(const LoadContext& context, Failure& failure) {
  const Excerpt verdict = verifier_verdict();
  const auto size = static_cast<int>(verdict.size);
  const auto says = [&](const char* text) {
    return memmem(verdict.data, verdict.size, text, strlen(text)) != nullptr;
  };
  if (size == 0) {
    failure.hint("-v shows what libbpf and the kernel say");
  } else if (says("unknown#195896080")) {
    // What libbpf puts where a relocation finds nothing.
    failure.hint("this kernel, %s, has no struct member that the script reads; -v shows which",
                 context.target.release);
  } else if (says("map_lookup_percpu_elem#") || says("func unknown#195")) {
    failure.hint("reading an aggregation as a number needs Linux 5.19; this is %s",
                 context.target.release);
  } else if (says("too complex") || says("too large")) {
    failure.hint("a loop runs too often for the verifier, which walks each turn of it (%.*s)", size,
                 verdict.data);
  } else if (says("unknown func") || says("invalid func")) {
    failure.hint("this kernel, %s, does not have all functions that the script needs (%.*s)",
                 context.target.release, size, verdict.data);
  } else {
    failure.hint("the verifier says: %.*s; -v shows all it says", size, verdict.data);
  }
}

// "failed to resolve CO-RE relocation <byte_off> [12] struct task_struct.pid (0:0 @ offset 1264)":
// what libbpf writes into the verifier's log where a relocation found nothing. The member without
// the struct's name; false if this is something else.
bool find_missing_member(Excerpt& record, Excerpt& member) {
  const Excerpt verdict = verifier_verdict();
  constexpr const char kStart[] = "failed to resolve CO-RE relocation <";
  const auto* start = static_cast<const char*>(
      memmem(verdict.data, verdict.size, kStart, sizeof kStart - 1));
  if (start == nullptr) return false;
  const char* end = verdict.data + verdict.size;
  const auto find = [&](const char* from, char wanted) {
    return from == nullptr
               ? nullptr
               : static_cast<const char*>(memchr(from, wanted, static_cast<size_t>(end - from)));
  };
  const char* name = find(start, ']');
  const char* name_end = find(name, '(');
  const char* dot = find(name, '.');
  if (name_end == nullptr || dot == nullptr || dot > name_end || name_end - dot < 3) return false;
  record = {name + 2, static_cast<size_t>(dot - name - 2)};
  member = {dot + 1, static_cast<size_t>(name_end - dot - 2)};
  return true;
}

bool explain_missing_member(const LoadContext& context, const char* probe, Failure& failure) {
  Excerpt record;
  Excerpt member;
  if (!find_missing_member(record, member)) return false;
  failure.set("cannot load %s: %.*s has no member '%.*s' here", probe,
              static_cast<int>(record.size), record.data, static_cast<int>(member.size),
              member.data);
  failure.hint("this is Linux %s; the script can ask for it: has_field(%.*s, %.*s)",
               context.target.release, static_cast<int>(record.size), record.data,
               static_cast<int>(member.size), member.data);
  return true;
}

}  // namespace

bool check_may_trace(const Target& target, Failure& failure) {
  if (may_trace(target)) return true;
  failure.set("the kernel does not let this process load BPF programs");
  return failure.hint("run the tool as root%s",
                      target.has(5, 8) ? ", or give it CAP_BPF and CAP_PERFMON" : "");
}

bool explain_load(const LoadContext& context, const Probes& probes, int error, Failure& failure) {
  if (explain_map(context, error, failure)) return false;
  Excerpt program;
  const bool has_program = find_in_libbpf_messages("prog '", "'", program);
  if ((error == -EPERM || error == -EACCES) && (!has_program || !may_trace(context.target))) {
    return explain_refused(context, failure);
  }
  if (!has_program) {
    failure.set("cannot load the tool's BPF object: %s", error_text(error));
    return failure.hint("-v shows what libbpf and the kernel say");
  }
  const char* name = probes.name_of(program.data, static_cast<uint32_t>(program.size));
  if (name == nullptr) name = context.tool.script_name;
  if (explain_missing_member(context, name, failure)) return false;
  failure.set("the kernel refuses the program of %s: %s", name,
              // -EFAULT is what the verifier returns when it gives up on the number of jumps.
              error == -E2BIG || error == -EFAULT ? "it is too large" : error_text(error));
  hint_at_verdict(context, failure);
  return false;
}

}  // namespace bpftracec::rt
