// The script's functions: their signatures, calls of them, what they return.
#include "bpftracec/sema/build_function.h"

#include <algorithm>
#include <string>

#include "bpftracec/sema/name_tables.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;

namespace {

// ---- signatures ---------------------------------------------------------------------------------

bool returns_nothing(const syntax::TypeName& name) {
  return name.name == "void" && name.tag.empty() && name.suffixes.empty() &&
         name.type_of == nullptr;
}

// Arguments and results are copied; what is held by its address is passed by a pointer to it.
Type value_type(ProbeContext& context, const syntax::TypeName& name) {
  if (name.type_of != nullptr) {
    context.report<DiagnosticKind::UnsupportedSyntax>(name.range,
                                                      "'typeof' in a function's signature is");
    return {.kind = TypeKind::Error};
  }
  const std::optional<Type> type = resolve_type(context, name);
  if (!type) return {.kind = TypeKind::Error};
  if (type->kind != TypeKind::Struct && type->kind != TypeKind::Array) return *type;
  Diagnostic& diagnostic = context.report<DiagnosticKind::FunctionValueType>(name.range,
                                                                             spelling(*type));
  if (type->kind == TypeKind::Struct) diagnostic.hint("take a pointer: {} *", spelling(*type));
  return {.kind = TypeKind::Error};
}

FunctionSignature resolve_signature(ProbeContext& context, const syntax::Function& function) {
  FunctionSignature signature{.syntax = &function, .parameters = {}, .result = {}};
  for (const syntax::FunctionParameter& parameter : function.parameters)
    signature.parameters.push_back(value_type(context, parameter.type));
  if (!returns_nothing(function.return_type)) {
    signature.result = value_type(context, function.return_type);
  }
  return signature;
}

bool check_name(const Functions& functions, const syntax::Function& function,
                DiagnosticSink& sink) {
  const bool is_taken = find_function(function.name) != nullptr ||
                        is_unsupported_function(function.name) ||
                        find_builtin(function.name).kind != BuiltinName::Kind::Unknown;
  if (is_taken) {
    sink.report<DiagnosticKind::FunctionNameTaken>(function.name_range, function.name);
    return false;
  }
  const auto other = functions.ids.find(function.name);
  if (other == functions.ids.end()) return true;
  sink.report<DiagnosticKind::DuplicateFunction>(function.name_range, function.name)
      .note(functions.list[other->second].syntax->name_range, "the other one is here");
  return false;
}

// ---- the graph of calls -------------------------------------------------------------------------

// Follows the calls from each function: finds those that call themselves, and how deep they go.
class CallGraph {
 public:
  CallGraph(const std::vector<FunctionProgram>& functions, const Functions& signatures,
            DiagnosticSink& sink)
      : functions_(functions), signatures_(signatures), sink_(sink), depths_(functions.size(), 0) {}

  void check() {
    for (FunctionId id = 0; id < functions_.size(); ++id) {
      if (depth_of(id) <= kMaxCallDepth) continue;
      report<DiagnosticKind::CallsTooDeep>(id, functions_[id].name, kMaxCallDepth);
      return;
    }
  }

 private:
  template <DiagnosticKind kind, typename... Args>
  void report(FunctionId id, const Args&... args) {
    sink_.report<kind>(signatures_.list[id].syntax->name_range, args...);
  }

  // The function itself is one.
  uint32_t depth_of(FunctionId id) {
    if (depths_[id] != 0) return depths_[id];
    if (const auto begin = std::ranges::find(path_, id); begin != path_.end()) {
      report_recursion(begin);
      return 0;
    }
    path_.push_back(id);
    uint32_t below = 0;
    for (const FunctionId called : functions_[id].calls) below = std::max(below, depth_of(called));
    path_.pop_back();
    return depths_[id] = below + 1;
  }

  void report_recursion(std::vector<FunctionId>::const_iterator begin) {
    std::string chain;
    for (auto id = begin; id != path_.cend(); ++id) chain += functions_[*id].name + " > ";
    report<DiagnosticKind::RecursiveFunction>(*begin, functions_[*begin].name,
                                              chain + functions_[*begin].name);
  }

  const std::vector<FunctionProgram>& functions_;
  const Functions& signatures_;
  DiagnosticSink& sink_;
  std::vector<uint32_t> depths_;
  std::vector<FunctionId> path_;
};

// ---- calls --------------------------------------------------------------------------------------

InferredType declared_as(const Type& type, SourceRange where) {
  InferredType declared;
  declared.fix(type, where);
  return declared;
}

// The tuple of the arguments; null where one is wrong.
ExprPtr build_arguments(ProbeContext& context, const syntax::CallExpr& call,
                        const FunctionSignature& signature) {
  std::vector<TupleMember> members;
  TupleMake tuple;
  bool is_usable = true;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const syntax::FunctionParameter& parameter = signature.syntax->parameters[i];
    Operand value = copied_array(context, build(context, call.arguments[i]));
    const Type& type = signature.parameters[i];
    const SourceRange range = value.range();
    auto argument = take_for_place(context, range, "$" + std::string(parameter.variable->name),
                                   std::move(value), declared_as(type, parameter.range));
    is_usable = is_usable && argument.has_value();
    if (argument) tuple.elements.push_back(*std::move(argument));
    members.push_back({{}, type});
  }
  if (!is_usable) return nullptr;
  return make_expr(tuple_type(std::move(members)), call.range, std::move(tuple));
}

}  // namespace

void resolve_functions(ScriptContext& script, ResolvedProbes& bodies, DiagnosticSink& sink) {
  Functions& functions = script.functions;
  const ResolvedProbe nowhere{.syntax = nullptr, .probe_index = 0, .attach_point = {}};
  std::vector<InferredType> no_variables;
  ProgramTables no_tables;
  for (const syntax::Function& function : script.script.functions) {
    const auto id = static_cast<FunctionId>(functions.list.size());
    if (check_name(functions, function, sink)) functions.ids.emplace(function.name, id);
    ProbeContext context{script, nowhere, no_variables, no_tables, sink};
    functions.list.push_back(resolve_signature(context, function));
    const auto number = static_cast<uint32_t>(script.script.probes.size() + id);
    bodies.probes.push_back(
        {.syntax = nullptr, .probe_index = number, .function = id, .attach_point = {}});
  }
}

void check_calls(const std::vector<FunctionProgram>& functions, const Functions& signatures,
                 DiagnosticSink& sink) {
  CallGraph(functions, signatures, sink).check();
}

Operand build_function_call(ProbeContext& context, const syntax::CallExpr& call,
                            FunctionId function) {
  const FunctionSignature& signature = context.script.functions.list[function];
  const size_t wanted = signature.parameters.size();
  if (call.arguments.size() != wanted) {
    check_all(context, call.arguments);
    context
        .report<DiagnosticKind::ArgumentCount>(call.range, call.name, argument_count_text(wanted),
                                               call.arguments.size())
        .note(signature.syntax->name_range, "it is defined here");
    return Operand::error(call.range);
  }
  ExprPtr arguments = build_arguments(context, call, signature);
  if (arguments == nullptr || signature.result.kind == TypeKind::Error) {
    return Operand::error(call.range);
  }
  context.calls.push_back(function);
  if (wanted == 0) arguments = nullptr;
  return Operand(make_expr(signature.result, call.range, Call{function, std::move(arguments)}));
}

void build_return_from_function(ProbeContext& context, const syntax::ReturnStatement& statement,
                                Block& block) {
  const FunctionSignature& function = *context.function();
  const std::string_view name = function.syntax->name;
  const Type& type = function.result;
  if (!statement.value) {
    if (type.kind != TypeKind::None && type.kind != TypeKind::Error) {
      context.report<DiagnosticKind::ReturnWithoutValue>(statement.range, name, spelling(type));
      return;
    }
    block.push_back({statement.range, Return{}});
    return;
  }
  Operand value = copied_array(context, build(context, *statement.value));
  if (type.kind == TypeKind::None) {
    if (!value.is_error()) context.report<DiagnosticKind::ReturnOfValue>(value.range(), name);
    return;
  }
  const SourceRange range = value.range();
  auto result = take_for_place(context, range, std::string(name) + "()", std::move(value),
                               declared_as(type, function.syntax->return_type.range));
  if (result) block.push_back({statement.range, Return{*std::move(result)}});
}

bool check_in_probe(ProbeContext& context, SourceRange range, std::string_view name) {
  const FunctionSignature* function = context.function();
  if (function == nullptr) return true;
  context.report<DiagnosticKind::NotInFunction>(range, name, function->syntax->name)
      .hint("make it a parameter, and pass it in the call");
  return false;
}

}  // namespace bpftracec::sema
