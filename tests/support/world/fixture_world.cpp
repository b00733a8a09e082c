#include "tests/support/world/fixture_world.h"

#include <algorithm>
#include <utility>

namespace bpftracec::testing_support {

namespace {

world::CHeaderOptions without_kernel(world::CHeaderOptions headers) {
  headers.kernel_source = "/nonexistent";
  return headers;
}

}  // namespace

FixtureWorld::FixtureWorld(world::CHeaderOptions headers)
    : HostWorld({.events = BPFTRACEC_FIXTURE_EVENTS,
                 .btf_file = kernel_btf(),
                 .headers = without_kernel(std::move(headers))}) {}

std::string FixtureWorld::kernel_btf() { return BPFTRACEC_FIXTURE_BTF; }

base::Result<std::optional<world::TracepointFormat>> FixtureWorld::tracepoint(
    std::string_view category, std::string_view event) const {
  if (category == "unreadable") return base::Error{"events cannot be read; as root: mount them"};
  return HostWorld::tracepoint(category, event);
}

world::SymbolLookup FixtureWorld::find_symbol(const std::string& path,
                                              std::string_view symbol) const {
  if (path != kProgram) return world::SymbolLookup::NoSuchFile;
  const std::vector<std::string> names = function_names(path);
  const bool is_there = std::find(names.begin(), names.end(), symbol) != names.end();
  return is_there ? world::SymbolLookup::Found : world::SymbolLookup::NoSuchSymbol;
}

std::vector<std::string> FixtureWorld::function_names(const std::string& path) const {
  if (path != kProgram) return {};
  return {"main", "ns::work(int, char)", "work"};
}

std::unique_ptr<const world::World> open_fixture_world(const world::HostWorldOptions& options) {
  return std::make_unique<FixtureWorld>(options.headers);
}

}  // namespace bpftracec::testing_support
