#include "bpftracec/sema/name_tables.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <vector>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/nearest_name.h"

namespace bpftracec::sema {
namespace {

constexpr FunctionInfo kFunctions[] = {
#define FUNCTION(name, spelling, min_arguments, max_arguments, kind) \
  {Function::name, spelling, min_arguments, max_arguments, FunctionKind::kind},
#include "bpftracec/sema/function.def"
};

constexpr std::string_view kUnsupportedFunctions[] = {
#define UNSUPPORTED_FUNCTION(spelling) spelling,
#include "bpftracec/sema/function.def"
};

constexpr std::string_view kVariables[] = {
#define BUILTIN_VARIABLE(name, spelling, type) spelling,
#include "bpftracec/sema/builtin.def"
};

constexpr std::string_view kConstants[] = {
#define BUILTIN_CONSTANT(name, spelling) spelling,
#include "bpftracec/sema/builtin.def"
};

constexpr std::string_view kUnsupportedBuiltins[] = {
#define UNSUPPORTED_BUILTIN(spelling) spelling,
#include "bpftracec/sema/builtin.def"
};

template <size_t N>
std::optional<size_t> index_of(const std::string_view (&names)[N], std::string_view name) {
  const auto* found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<size_t>(found - std::begin(names));
}

// N of `prefix`N.
std::optional<uint32_t> numbered(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

Type special_type() {
  // Only curtask: the only builtin variable whose type is not a number or text.
  return pointer_type("struct task_struct", AddressSpace::Kernel, nullptr);
}

}  // namespace

const FunctionInfo* find_function(std::string_view name) {
  const auto* found = std::find_if(
      std::begin(kFunctions), std::end(kFunctions),
      [&](const FunctionInfo& function) { return function.spelling == name; });
  return found == std::end(kFunctions) ? nullptr : found;
}

bool is_unsupported_function(std::string_view name) {
  return index_of(kUnsupportedFunctions, name).has_value();
}

std::optional<std::string_view> nearest_function(std::string_view name) {
  base::NearestName search(name);
  for (const FunctionInfo& function : kFunctions) search.consider(function.spelling);
  return search.found();
}

BuiltinName find_builtin(std::string_view name) {
  using Kind = BuiltinName::Kind;
  if (const auto index = index_of(kVariables, name); index && name != "argN") {
    return {.kind = Kind::Variable, .variable = static_cast<Builtin>(*index)};
  }
  if (const auto index = index_of(kConstants, name)) {
    return {.kind = Kind::Constant, .constant = static_cast<BuiltinConstant>(*index)};
  }
  if (const auto index = numbered(name, "arg")) {
    return {.kind = Kind::Variable, .variable = Builtin::Argument, .argument_index = *index};
  }
  if (numbered(name, "sarg")) return {.kind = Kind::StackArgument};
  if (index_of(kUnsupportedBuiltins, name)) return {.kind = Kind::Unsupported};
  return {};
}

std::optional<std::string_view> nearest_builtin(std::string_view name) {
  base::NearestName search(name);
  for (const std::string_view candidate : kVariables) {
    if (candidate != "argN") search.consider(candidate);
  }
  for (const std::string_view candidate : kConstants) search.consider(candidate);
  return search.found();
}

std::optional<StackMode> find_stack_mode(std::string_view name) {
  if (name == "bpftrace") return StackMode::Bpftrace;
  if (name == "perf") return StackMode::Perf;
  if (name == "raw") return StackMode::Raw;
  if (name == "build_id") return StackMode::BuildId;
  return std::nullopt;
}

Type builtin_type(Builtin builtin) {
  switch (builtin) {
#define BUILTIN_VARIABLE(name, spelling, type) \
  case Builtin::name:                          \
    return type;
#include "bpftracec/sema/builtin.def"
  }
  base::internal_error("unknown builtin");
}

std::string_view builtin_spelling(Builtin builtin) {
  return kVariables[static_cast<size_t>(builtin)];
}

std::string_view builtin_spelling(BuiltinConstant constant) {
  return kConstants[static_cast<size_t>(constant)];
}

}  // namespace bpftracec::sema
