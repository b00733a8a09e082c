#include "bpftracec/world/host_world.h"

#include <algorithm>
#include <unistd.h>
#include <utility>

#include "bpftracec/world/c_definitions.h"
#include "bpftracec/world/elf_symbols.h"
#include "bpftracec/world/kernel_btf.h"
#include "bpftracec/world/tracefs.h"

namespace bpftracec::world {
namespace {

std::string find_events() {
  for (const char* events : {"/sys/kernel/tracing/events", "/sys/kernel/debug/tracing/events"}) {
    // A directory that may not be entered is as good as none; the advice is the same.
    if (::access(events, R_OK | X_OK) == 0) return events;
  }
  return {};
}

}  // namespace

HostWorld::HostWorld(HostWorldOptions options)
    : events_(options.events ? *std::move(options.events) : find_events()),
      headers_(std::move(options.headers)),
      kernel_(options.btf_file.empty() ? std::make_shared<const KernelBtf>()
                                       : std::make_shared<const KernelBtf>(options.btf_file)) {}

base::Result<std::optional<TracepointFormat>> HostWorld::tracepoint(std::string_view category,
                                                                    std::string_view event) const {
  if (events_.empty()) {
    return base::Error{
        "tracefs is not mounted, or not readable by this user; as root: "
        "mount -t tracefs nodev /sys/kernel/tracing"};
  }
  return read_tracepoint(events_, category, event);
}

std::vector<std::string> HostWorld::tracepoint_names() const {
  if (events_.empty()) return {};
  return list_tracepoints(events_);
}

const std::vector<std::string>* HostWorld::functions_of(const std::string& path) const {
  const auto [entry, is_new] = functions_.try_emplace(path);
  if (is_new) {
    base::Result<std::vector<std::string>> names = read_function_names(path);
    if (names) {
      entry->second = std::make_unique<const std::vector<std::string>>(std::move(*names));
    }
  }
  return entry->second.get();
}

SymbolLookup HostWorld::find_symbol(const std::string& path, std::string_view symbol) const {
  const std::vector<std::string>* names = functions_of(path);
  if (names == nullptr) return SymbolLookup::NoSuchFile;
  const bool is_there = std::binary_search(names->begin(), names->end(), symbol, std::less<>());
  return is_there ? SymbolLookup::Found : SymbolLookup::NoSuchSymbol;
}

std::vector<std::string> HostWorld::function_names(const std::string& path) const {
  const std::vector<std::string>* names = functions_of(path);
  return names == nullptr ? std::vector<std::string>{} : *names;
}

std::shared_ptr<const CTypeCatalog> HostWorld::c_types(const CSource& source) const {
  std::unique_ptr<const CDefinitions> definitions;
  if (!source.parts.empty()) {
    definitions = std::make_unique<const CDefinitions>(source, headers_, kernel_);
  }
  return std::make_shared<const CTypeCatalog>(kernel_, std::move(definitions));
}

}  // namespace bpftracec::world
