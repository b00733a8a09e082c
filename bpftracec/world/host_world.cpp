#include "bpftracec/world/host_world.h"

#include <algorithm>
#include <unistd.h>
#include <utility>

#include "bpftracec/world/c_definitions.h"
#include "bpftracec/world/elf_symbols.h"
#include "bpftracec/world/kernel_btf.h"
#include "bpftracec/world/kernel_symbols.h"
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
                                       : std::make_shared<const KernelBtf>(options.btf_file)),
      is_running_kernel_(options.btf_file.empty()) {}

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

// BTF does not have all functions, but to ask it takes a millisecond where the list of all symbols
// takes fifty.
FunctionLookup HostWorld::find_kernel_function(std::string_view name) const {
  if (kernel_->find_function(name) != nullptr) return FunctionLookup::Found;
  if (!is_running_kernel_) {
    return kernel_->error() == nullptr ? FunctionLookup::NoSuchFunction : FunctionLookup::Unknown;
  }
  if (!kernel_symbols_) kernel_symbols_ = read_kernel_functions();
  if (kernel_symbols_->empty()) return FunctionLookup::Unknown;
  const bool is_there = std::binary_search(kernel_symbols_->begin(), kernel_symbols_->end(), name,
                                           std::less<>());
  return is_there ? FunctionLookup::Found : FunctionLookup::NoSuchFunction;
}

std::optional<std::string> HostWorld::nearest_kernel_function(std::string_view name) const {
  base::NearestName search(name);
  kernel_->consider_functions(search);
  if (!search.found()) return std::nullopt;
  return std::string(*search.found());
}

std::shared_ptr<const CTypeCatalog> HostWorld::c_types(const CSource& source) const {
  std::unique_ptr<const CDefinitions> definitions;
  if (!source.parts.empty()) {
    definitions = std::make_unique<const CDefinitions>(source, headers_, kernel_);
  }
  return std::make_shared<const CTypeCatalog>(kernel_, std::move(definitions));
}

}  // namespace bpftracec::world
