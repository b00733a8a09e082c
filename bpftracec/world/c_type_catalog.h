// All C types that one script can name, and the names that come with them: enumerators, macros,
// prototypes. Asked are, in this order, the script's own definitions, the headers that it
// includes, C's own integer types and the usual names for them, and the kernel's BTF, which is not
// even opened before something is looked for that nobody else knows.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/base/result.h"
#include "bpftracec/world/c_source.h"
#include "bpftracec/world/c_type.h"

namespace bpftracec::world {

class CDefinitions;
class KernelBtf;
class LanguageTypes;

// The word before a type's name. None: `pid_t`, `int`.
enum class CTag : uint8_t { None, Struct, Union, Enum };

class CTypeCatalog {
 public:
  // `definitions` is null for a script without C.
  CTypeCatalog(std::shared_ptr<const KernelBtf> kernel,
               std::unique_ptr<const CDefinitions> definitions);
  CTypeCatalog(const CTypeCatalog&) = delete;
  CTypeCatalog& operator=(const CTypeCatalog&) = delete;
  ~CTypeCatalog();

  // ---- look-up by name; null, nothing: nobody knows it, and kernel_error() may say why ----

  // A type that somebody defines. If there are only declarations (`struct x;`), an incomplete one.
  const CType* find_type(CTag tag, std::string_view name) const;
  std::optional<CEnumerator> find_enumerator(std::string_view name) const;
  std::optional<CMacro> find_macro(std::string_view name) const;
  // The prototype of a function of the kernel or of a module.
  const CType* find_function(std::string_view name) const;
  // What the kernel calls for a (raw) tracepoint: its arguments in order, without the first that
  // every one has (`void *__data`). Names may be missing.
  const CType* find_tracepoint_function(std::string_view event) const;

  // For hints.
  std::optional<std::string> nearest_type(CTag tag, std::string_view name) const;
  std::optional<std::string> nearest_constant(std::string_view name) const;  // enumerators, macros
  std::optional<std::string> nearest_function(std::string_view name) const;
  std::optional<std::string> nearest_member(const CType& record, std::string_view name) const;

  // ---- the parts of a type that any question above or below gave ----

  // The definition of a type that is incomplete where it was met (`struct x *next`), or the type
  // itself if there is none. The questions below do this on their own; whoever asks for a size or
  // an origin has to.
  const CType* complete(const CType* type) const;

  // In the order of definition, anonymous members included; empty for other kinds.
  std::span<const CMember> members(const CType& record) const;
  std::span<const CEnumerator> enumerators(const CType& type) const;
  std::span<const CParameter> parameters(const CType& function) const;
  // Looks into anonymous members, too.
  std::optional<CMemberPath> find_member(const CType& record, std::string_view name) const;

  // ---- what went wrong ----

  // What Clang reported of the script's C, in the order in which it did.
  std::span<const CDiagnostic> diagnostics() const;
  // Kernel headers that the script includes and that are not installed: "linux/sched.h". Types of
  // the kernel come from BTF all the same, but macros do not.
  std::span<const std::string> missing_headers() const;
  // Why nothing can be found in the kernel's BTF, with advice; null while it has not been needed or
  // could be read.
  const base::Error* kernel_error() const;

 private:
  std::shared_ptr<const KernelBtf> kernel_;
  std::unique_ptr<const CDefinitions> definitions_;
  std::unique_ptr<const LanguageTypes> language_;
};

}  // namespace bpftracec::world
