// The World of the machine that the compiler runs on: tracefs, kernel BTF, headers, ELF files.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bpftracec/world/c_headers.h"
#include "bpftracec/world/world.h"

namespace bpftracec::world {

struct HostWorldOptions {
  std::optional<std::string> events;  // the `events` directory of a tracefs tree, empty if there is
                                      // none; nullopt: where it is usually mounted
  std::string btf_file;               // in place of the running kernel's BTF, unless empty
  CHeaderOptions headers;
};

class HostWorld : public World {
 public:
  explicit HostWorld(HostWorldOptions options = {});

  base::Result<std::optional<TracepointFormat>> tracepoint(std::string_view category,
                                                           std::string_view event) const override;
  std::vector<std::string> tracepoint_names() const override;
  SymbolLookup find_symbol(const std::string& path, std::string_view symbol) const override;
  std::vector<std::string> function_names(const std::string& path) const override;
  FunctionLookup find_kernel_function(std::string_view name) const override;
  std::optional<std::string> nearest_kernel_function(std::string_view name) const override;
  std::shared_ptr<const CTypeCatalog> c_types(const CSource& source) const override;

 private:
  // Null when the file cannot be read. A script may name many functions of one file.
  const std::vector<std::string>* functions_of(const std::string& path) const;

  std::string events_;
  CHeaderOptions headers_;
  std::shared_ptr<const KernelBtf> kernel_;
  bool is_running_kernel_;  // that is what `kernel_` describes
  mutable std::optional<std::vector<std::string>> kernel_symbols_;
  mutable std::map<std::string, std::unique_ptr<const std::vector<std::string>>> functions_;
};

}  // namespace bpftracec::world
