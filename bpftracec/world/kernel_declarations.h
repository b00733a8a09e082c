// Declarations in C of names that Clang does not know but the kernel's BTF or the language does.
// Records become bytes of the right size and alignment: what is in them is looked up in BTF, and so
// the declaration drags nothing else in that might clash with what headers say.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "bpftracec/world/c_type.h"
#include "bpftracec/world/c_type_catalog.h"
#include "bpftracec/world/kernel_btf.h"
#include "bpftracec/world/language_types.h"

namespace bpftracec::world {

class KernelDeclarations {
 public:
  explicit KernelDeclarations(std::shared_ptr<const KernelBtf> kernel)
      : kernel_(std::move(kernel)) {}

  // `name` as Clang's messages quote it: "struct list_head", "u64", "TASK_COMM_LEN". Whether there
  // is a declaration now that was not there before.
  bool declare(std::string_view name);

  const std::string& text() const { return text_; }

  // What a declared name really is; null if it is no type that was declared here.
  const CType* find(CTag tag, std::string_view name) const;

 private:
  bool declare_new(std::string_view name);
  bool declare_tag(CTag tag, std::string_view keyword, std::string_view name);
  bool declare_typedef(const std::string& name);
  bool declare_enumerator(const std::string& name);

  std::shared_ptr<const KernelBtf> kernel_;
  LanguageTypes language_;
  std::string text_;
  std::set<std::string, std::less<>> tried_;
  std::map<std::pair<CTag, std::string>, const CType*, std::less<>> declared_;
};

}  // namespace bpftracec::world
