#include "kernel_functions.h"

#include <algorithm>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpftracec/rt/buffer.h"
#include "nearest.h"
#include "small_file.h"
#include "wildcard.h"

namespace bpftracec::rt {

namespace {

constexpr const char* kKernel = "vmlinux";

// A line of one of the kernel's lists.
struct Symbol {
  uint64_t address = 0;
  char type = 'T';  // as nm(1) has it
  char* name = nullptr;
  const char* module = "";  // empty: of the kernel itself
};

// Reads the lines of a list; what `symbol` points to is gone with the next line.
class SymbolFile {
 public:
  explicit SymbolFile(const char* path) : file_(fopen(path, "re")) {}
  SymbolFile(const SymbolFile&) = delete;
  SymbolFile& operator=(const SymbolFile&) = delete;
  ~SymbolFile() {
    if (file_ != nullptr) fclose(file_);
    free(line_);
  }

  bool is_open() const { return file_ != nullptr; }

  // "ffffffff81000000 T vfs_read\t[module]" of /proc/kallsyms; `has_type` false: without the type,
  // as available_filter_functions_addrs has it; `has_address` false: the name comes first.
  bool next(bool has_address, bool has_type, Symbol& symbol) {
    const ssize_t size = getline(&line_, &room_, file_);
    if (size <= 0) return false;
    char* at = line_;
    symbol = {};
    if (has_address) symbol.address = strtoull(at, &at, 16);
    if (has_type && *at == ' ') symbol.type = *++at, ++at;
    while (*at == ' ') ++at;
    symbol.name = at;
    at += strcspn(at, " \t\n");
    const bool has_more = *at == ' ' || *at == '\t';
    *at = '\0';
    if (!has_more) return true;
    char* module = ++at;
    module += strcspn(module, "[\n");
    if (*module != '[') return true;
    symbol.module = ++module;
    module[strcspn(module, "]\n")] = '\0';
    return true;
  }

 private:
  FILE* file_;
  char* line_ = nullptr;
  size_t room_ = 0;
};

bool is_function(const Symbol& symbol) { return strchr("tTwW", symbol.type) != nullptr; }

// `wanted`: empty for any, "vmlinux" for the kernel itself.
bool is_of_module(const char* module, const char* wanted) {
  if (*wanted == '\0') return true;
  return matches(wanted, *module == '\0' ? kKernel : module);
}

// Functions that are in the kernel's list and should not be: what is left of code that is gone, the
// idle loops, whose probes would measure nothing else, and parts that the compiler has cut off.
bool is_left_out(const char* name) {
  constexpr const char* kPrefixes[] = {"__ftrace_invalid_address__"};
  constexpr const char* kNames[] = {"arch_cpu_idle", "default_idle", "bpf_dispatcher_xdp_func"};
  constexpr const char* kParts[] = {".part.", ".cold"};
  for (const char* prefix : kPrefixes) {
    if (strncmp(name, prefix, strlen(prefix)) == 0) return true;
  }
  for (const char* wanted : kNames) {
    if (strcmp(name, wanted) == 0) return true;
  }
  for (const char* part : kParts) {
    if (strstr(name, part) != nullptr) return true;
  }
  return false;
}

// Calls `visit` for the functions that can be traced; false with errno set when there is no list.
template <typename Visit>
bool for_each_traceable(const AttachContext& context, Visit visit) {
  if (context.tracefs == nullptr) {
    errno = ENOENT;
    return false;
  }
  // The first, with addresses, came with Linux 6.5.
  for (const bool has_address : {true, false}) {
    SymbolFile file(
        Path("%s/available_filter_functions%s", context.tracefs, has_address ? "_addrs" : "").text);
    if (!file.is_open()) continue;
    Symbol symbol;
    while (file.next(has_address, false, symbol)) visit(symbol);
    return true;
  }
  return false;
}

template <typename Visit>
void for_each_symbol(Visit visit) {
  SymbolFile file("/proc/kallsyms");
  Symbol symbol;
  while (file.is_open() && file.next(true, true, symbol)) {
    if (is_function(symbol)) visit(symbol);
  }
}

int compare(const Site& a, const Site& b) {
  const int by_function = strcmp(a.function, b.function);
  return by_function != 0 ? by_function : strcmp(a.target, b.target);
}

void add_site(Probe& probe, const Symbol& symbol, const char* kind) {
  constexpr uint32_t kStep = 64;
  if (probe.site_count % kStep == 0) {
    probe.sites = static_cast<Site*>(
        reallocate(probe.sites, (probe.site_count + kStep) * sizeof(Site)));
  }
  Site& site = probe.sites[probe.site_count++];
  site = {};
  site.function = strdup(symbol.name);
  site.target = strdup(symbol.module);
  site.address = symbol.address;
  // With the module where the script names one.
  const char* module = *probe.target == '\0'    ? ""
                       : *symbol.module == '\0' ? kKernel
                                                : symbol.module;
  char* name = nullptr;
  if (asprintf(&name, "%s:%s%s%s", kind, module, *module == '\0' ? "" : ":", symbol.name) >= 0) {
    site.name = name;
  }
}

// By name; one of those that share it.
void sort_sites(Probe& probe) {
  std::sort(probe.sites, probe.sites + probe.site_count,
            [](const Site& a, const Site& b) { return compare(a, b) < 0; });
  const Site* end = std::unique(probe.sites, probe.sites + probe.site_count,
                                [](const Site& a, const Site& b) { return compare(a, b) == 0; });
  probe.site_count = static_cast<uint32_t>(end - probe.sites);
}

bool explain_no_list(const AttachContext& context, int error, Failure& failure) {
  if (context.tracefs == nullptr) {
    failure.set("tracefs, which lists the functions that can be traced, is not mounted");
    return failure.hint("as root: mount -t tracefs tracefs /sys/kernel/tracing");
  }
  failure.set("cannot list the functions that can be traced: %s", error_text(error));
  if (error == EACCES || error == EPERM) return failure.hint("run the tool as root");
  return failure.hint("the kernel must be built with CONFIG_DYNAMIC_FTRACE");
}

}  // namespace

bool find_functions(const AttachContext& context, Probe& probe, const char* kind,
                    Failure& failure) {
  const bool has_list = for_each_traceable(context, [&](const Symbol& symbol) {
    if (matches(probe.function, symbol.name) && is_of_module(symbol.module, probe.target) &&
        !is_left_out(symbol.name)) {
      add_site(probe, symbol, kind);
    }
  });
  if (!has_list) return explain_no_list(context, errno, failure);
  if (probe.site_count == 0) {
    failure.set("this kernel has no function that can be traced and matches '%s'", probe.function);
    if (*probe.target != '\0') failure.hint("looked for in the module '%s' only", probe.target);
    return false;
  }
  sort_sites(probe);
  return true;
}

void find_addresses(const AttachContext&, Probe& probe) {
  const auto by_name = [](const Site& a, const Site& b) { return compare(a, b) < 0; };
  const bool is_known = std::all_of(probe.sites, probe.sites + probe.site_count,
                                    [](const Site& site) { return site.address != 0; });
  if (is_known) return;
  for_each_symbol([&](const Symbol& symbol) {
    Site wanted;
    wanted.function = symbol.name;
    wanted.target = symbol.module;
    Site* end = probe.sites + probe.site_count;
    Site* found = std::lower_bound(probe.sites, end, wanted, by_name);
    if (found != end && compare(*found, wanted) == 0 && found->address == 0) {
      found->address = symbol.address;
    }
  });
}

uint32_t count_functions(const char* module, const char* name) {
  uint32_t count = 0;
  for_each_symbol([&](const Symbol& symbol) {
    if (strcmp(symbol.name, name) == 0 && is_of_module(symbol.module, module)) ++count;
  });
  return count;
}

const char* function_at(uint64_t address) {
  uint64_t best = 0;
  char* name = nullptr;
  for_each_symbol([&](const Symbol& symbol) {
    if (symbol.address > address || symbol.address < best || symbol.address == 0) return;
    best = symbol.address;
    free(name);
    name = strdup(symbol.name);
  });
  return name == nullptr ? "" : name;
}

bool explain_no_function(const AttachContext& context, const char* module, const char* name,
                         Failure& failure) {
  constexpr const char* kSystemCall = "sys_";
  if (*module != '\0' && strcmp(module, kKernel) != 0) {
    failure.set("this kernel has no function '%s' in a module '%s' that is loaded", name, module);
  } else {
    failure.set("this kernel has no function '%s'", name);
  }
  if (strncmp(name, kSystemCall, strlen(kSystemCall)) == 0) {
    const char* call = name + strlen(kSystemCall);
    return failure.hint(
        "system calls are functions like __x64_sys_%s, by architecture; "
        "tracepoint:syscalls:sys_enter_%s is there everywhere",
        call, call);
  }
  Nearest nearest(name);
  const auto consider = [&](const Symbol& symbol) {
    if (is_of_module(symbol.module, module)) nearest.consider(symbol.name);
  };
  if (!for_each_traceable(context, consider)) for_each_symbol(consider);
  if (nearest.best() != nullptr) return failure.hint("did you mean %s?", nearest.best());
  return failure.hint("it may be inlined, or not compiled in, or of a module that is not loaded");
}

bool may_be_traceable(const AttachContext& context, const char* module, const char* name) {
  bool is_there = false;
  const bool has_list = for_each_traceable(context, [&](const Symbol& symbol) {
    is_there = is_there || (strcmp(symbol.name, name) == 0 && is_of_module(symbol.module, module));
  });
  return is_there || !has_list;
}

}  // namespace bpftracec::rt
