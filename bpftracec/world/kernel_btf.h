// What the kernel's BTF says of its types and functions, and that of its modules. Nothing is read
// before the first question; modules not before one that the kernel itself cannot answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/base/result.h"
#include "bpftracec/world/btf_types.h"
#include "bpftracec/world/c_type.h"
#include "bpftracec/world/c_type_catalog.h"

namespace bpftracec::world {

class KernelBtf {
 public:
  // Of the running kernel.
  KernelBtf();
  // Of a file: raw BTF, or ELF with a section .BTF. Such a kernel's modules are not known.
  explicit KernelBtf(std::string path);
  // `modules`: a directory with one file for each; empty: there are none.
  KernelBtf(std::string path, std::string modules);

  // Whether there is something to ask; does not look into it.
  bool is_there() const;

  // As c_type_catalog.h has them.
  const CType* find_type(CTag tag, std::string_view name) const;
  std::optional<CEnumerator> find_enumerator(std::string_view name) const;
  const CType* find_function(std::string_view name) const;
  const CType* find_tracepoint_function(std::string_view event) const;
  void consider_types(CTag tag, base::NearestName& search) const;
  void consider_enumerators(base::NearestName& search) const;
  void consider_functions(base::NearestName& search) const;

  const base::Error* error() const { return error_ ? &*error_ : nullptr; }

 private:
  // Null when it cannot be read.
  const BtfTypes* kernel() const;
  const std::vector<std::unique_ptr<const BtfTypes>>& modules() const;
  const CType* find(BtfTypes::Kinds kinds, std::string_view name) const;
  template <typename Function>
  void for_each_file(Function f) const;

  std::string path_;
  std::string modules_path_;
  bool is_own_choice_;  // whether somebody named the file
  mutable bool has_tried_ = false;
  mutable bool has_tried_modules_ = false;
  mutable std::optional<base::Error> error_;
  mutable std::unique_ptr<const BtfTypes> kernel_;
  mutable std::vector<std::unique_ptr<const BtfTypes>> modules_;
};

}  // namespace bpftracec::world
