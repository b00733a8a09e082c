// Every question that the compiler may ask about what exists outside the script. The answers
// describe the build host and serve types, checks and hints only: nothing in them is copied into a
// tool as it is.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/base/result.h"
#include "bpftracec/world/c_type_catalog.h"
#include "bpftracec/world/record.h"

namespace bpftracec::world {

enum class SymbolLookup : uint8_t {
  Found,
  NoSuchFile,  // or not an ELF file, or not readable
  NoSuchSymbol,
};

enum class FunctionLookup : uint8_t {
  Found,
  NoSuchFunction,
  Unknown,  // the kernel's functions cannot be looked up
};

class World {
 public:
  virtual ~World() = default;

  // The layout of a tracepoint's record; nullopt when this host has no such event. An error when
  // events cannot be looked up at all (tracefs is not mounted or not readable); its text says what
  // to do.
  virtual base::Result<std::optional<TracepointFormat>> tracepoint(
      std::string_view category, std::string_view event) const = 0;

  // "category:event" of every event of this host, sorted; empty when they cannot be listed. For
  // hints.
  virtual std::vector<std::string> tracepoint_names() const = 0;

  // Whether the ELF file at `path` (absolute, or relative to the working directory) defines the
  // function `symbol`.
  virtual SymbolLookup find_symbol(const std::string& path, std::string_view symbol) const = 0;

  // Names of the functions that `path` defines, sorted; empty when it can't be read. For hints.
  virtual std::vector<std::string> function_names(const std::string& path) const = 0;

  // Whether the kernel or one of its modules has a function of that name.
  virtual FunctionLookup find_kernel_function(std::string_view name) const = 0;

  // For hints.
  virtual std::optional<std::string> nearest_kernel_function(std::string_view name) const = 0;

  // The C types that a script with these definitions can name; never null. Cheap as long as there
  // are none and nothing is looked up. What is wrong with the definitions is told by the catalog,
  // which may outlive the World.
  virtual std::shared_ptr<const CTypeCatalog> c_types(const CSource& source) const = 0;
};

}  // namespace bpftracec::world
