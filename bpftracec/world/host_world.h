// The World of the machine that the compiler runs on: tracefs and ELF files.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bpftracec/world/world.h"

namespace bpftracec::world {

class HostWorld : public World {
 public:
  // Looks for tracefs where it is usually mounted.
  HostWorld();
  // `events`: the `events` directory of a tracefs tree; empty: there is none.
  explicit HostWorld(std::string events);

  base::Result<std::optional<TracepointFormat>> tracepoint(std::string_view category,
                                                           std::string_view event) const override;
  std::vector<std::string> tracepoint_names() const override;
  SymbolLookup find_symbol(const std::string& path, std::string_view symbol) const override;
  std::vector<std::string> function_names(const std::string& path) const override;

 private:
  // Null when the file cannot be read. A script may name many functions of one file.
  const std::vector<std::string>* functions_of(const std::string& path) const;

  std::string events_;
  mutable std::map<std::string, std::unique_ptr<const std::vector<std::string>>> functions_;
};

}  // namespace bpftracec::world
