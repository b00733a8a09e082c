// What the words of the language mean: builtin variables and functions. Looked up once; from then
// on their enumerators are what counts.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "bpftracec/sema/program.h"

namespace bpftracec::sema {

enum class Function : uint8_t {
#define FUNCTION(name, spelling, min_arguments, max_arguments, kind) name,
#include "bpftracec/sema/function.def"
};

enum class FunctionKind : uint8_t { Value, Action, MapFunction };

struct FunctionInfo {
  Function function;
  std::string_view spelling;
  uint32_t min_arguments;
  uint32_t max_arguments;
  FunctionKind kind;
};

// Null for other names.
const FunctionInfo* find_function(std::string_view name);
// Of the language, but not of this compiler yet.
bool is_unsupported_function(std::string_view name);
std::optional<std::string_view> nearest_function(std::string_view name);

enum class BuiltinConstant : uint8_t {
#define BUILTIN_CONSTANT(name, spelling) name,
#include "bpftracec/sema/builtin.def"
};

struct BuiltinName {
  enum class Kind : uint8_t {
    Variable,
    Constant,
    Unsupported,
    StackArgument,  // sargN, which is gone from the language
    Unknown,
  } kind = Kind::Unknown;
  Builtin variable = Builtin::Pid;  // Variable
  uint32_t argument_index = 0;      // Variable: of argN
  BuiltinConstant constant = BuiltinConstant::Args;
};

BuiltinName find_builtin(std::string_view name);
std::optional<std::string_view> nearest_builtin(std::string_view name);

// As in `kstack(perf)`.
std::optional<StackMode> find_stack_mode(std::string_view name);

// The type of a builtin variable.
Type builtin_type(Builtin builtin);
std::string_view builtin_spelling(Builtin builtin);
std::string_view builtin_spelling(BuiltinConstant constant);

}  // namespace bpftracec::sema
