// What the C of a script defines, itself and through the headers that it includes, as Clang
// understands it.
//
// Two things are made up for Clang: kernel headers that are not installed are empty, and names that
// nobody defines but the kernel's BTF (kernel_declarations.h). What they are is seen from Clang's
// complaints, so the script is parsed again until there are no new ones.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/world/c_headers.h"
#include "bpftracec/world/c_source.h"
#include "bpftracec/world/c_text.h"
#include "bpftracec/world/c_type_catalog.h"
#include "bpftracec/world/c_type_store.h"
#include "bpftracec/world/clang_unit.h"
#include "bpftracec/world/kernel_btf.h"
#include "bpftracec/world/kernel_declarations.h"

namespace bpftracec::world {

class CDefinitions : public CTypeStore {
 public:
  CDefinitions(const CSource& source, const CHeaderOptions& options,
               std::shared_ptr<const KernelBtf> kernel);

  // As c_type_catalog.h has them. Types may be incomplete.
  const CType* find_type(CTag tag, std::string_view name) const;
  std::optional<CEnumerator> find_enumerator(std::string_view name) const;
  std::optional<CMacro> find_macro(std::string_view name) const;
  void consider_types(CTag tag, base::NearestName& search) const;
  void consider_constants(base::NearestName& search) const;

  std::span<const CDiagnostic> diagnostics() const { return diagnostics_; }
  std::span<const std::string> missing_headers() const { return missing_headers_; }

 protected:
  std::vector<CMember> load_members(const CType& record) const override;
  std::vector<CEnumerator> load_enumerators(const CType& type) const override;
  std::vector<CParameter> load_parameters(const CType& function) const override;

 private:
  using Cursors = std::unordered_map<std::string, CXCursor>;
  struct CursorHash {
    size_t operator()(const CXCursor& cursor) const { return clang_hashCursor(cursor); }
  };
  struct CursorEqual {
    bool operator()(const CXCursor& a, const CXCursor& b) const {
      return clang_equalCursors(a, b) != 0;
    }
  };

  bool parse(const CHeaderOptions& options, bool has_kernel_btf);
  bool learn(const ClangUnit& unit);
  bool learn_from(const ClangUnit& unit, CXDiagnostic diagnostic);

  void collect_diagnostics();
  CDiagnostic make_diagnostic(CXDiagnostic diagnostic) const;
  std::optional<uint32_t> including_offset(CXFile file) const;

  void collect_names();
  CXChildVisitResult collect_name(CXCursor cursor);
  void collect_tag(CXCursor cursor, const std::string& name);

  CTypeOrigin origin_of(CXCursor cursor) const;
  bool is_declaration_of_ours(CXCursor cursor) const;
  const CType& convert(CXType type) const;
  const CType& convert_builtin(CXType type) const;
  const CType& convert_pointer(CXType type) const;
  const CType& convert_array(CXType type) const;
  const CType& convert_function(CXType type) const;
  const CType& convert_typedef(CXType type) const;
  const CType& convert_tag(CXCursor declaration) const;
  CType start(CTypeKind kind, CTypeOrigin origin) const;

  std::shared_ptr<const KernelBtf> kernel_;
  CText text_;
  std::string main_path_;
  KernelDeclarations declarations_;
  std::vector<std::string> missing_headers_;
  std::optional<ClangUnit> unit_;
  // To be compared as they are: clang_File_isEqual() takes all virtual files for the same.
  CXFile main_file_ = nullptr;
  CXFile declarations_file_ = nullptr;
  std::vector<CDiagnostic> diagnostics_;

  Cursors tags_;
  Cursors typedefs_;
  Cursors enumerators_;
  Cursors macros_;

  // By CType::id.
  mutable std::vector<CXCursor> tag_cursors_;
  mutable std::vector<CXType> function_types_;
  mutable std::unordered_map<CXCursor, const CType*, CursorHash, CursorEqual> known_tags_;
  mutable uint32_t depth_ = 0;  // of convert() in itself
};

}  // namespace bpftracec::world
