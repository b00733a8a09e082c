// What building one program of the typed program needs: where it reads names and types, where it
// adds records and reports.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/sema/c_types.h"
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/names.h"
#include "bpftracec/sema/operand.h"
#include "bpftracec/sema/program_tables.h"
#include "bpftracec/sema/resolved_probe.h"
#include "bpftracec/sema/type_table.h"

namespace bpftracec::sema {

struct PrintfFormat;
struct FormattedArguments;

// A function of the script with its types. One that is not known is the error type, which has been
// reported.
struct FunctionSignature {
  const syntax::Function* syntax;
  std::vector<Type> parameters;
  Type result;
};

struct Functions {
  std::vector<FunctionSignature> list;  // by FunctionId
  std::map<std::string_view, FunctionId> ids;
};

// What all programs of a script have in common.
struct ScriptContext {
  const syntax::Script& script;
  const Config& config;
  const Names& names;
  TypeTable& types;
  CTypes& c_types;
  Functions functions = {};
  bool has_gaps = false;  // something of a program was left out, for which there must be an error
};

// Building is also how types are inferred: expressions are built from what is known so far, and
// only their types are looked at. For all but Program, `tables` and `sink` are ones that nobody
// reads.
enum class Purpose : uint8_t {
  Types,    // of variables and maps' values; what has no say in an expression's type may be unknown
            // yet
  Keys,     // adds what maps are keyed with to the types of their keys
  Program,  // all types are known
};

struct ProbeContext {
  ScriptContext& script;
  const ResolvedProbe& probe;
  std::vector<InferredType>& variable_types;  // of this probe
  ProgramTables& tables;
  diagnostics::DiagnosticSink& sink;
  Purpose purpose = Purpose::Program;
  uint32_t program = 0;  // the number that it will have in Program::programs
  std::vector<Variable> variables = {};
  std::vector<FunctionId> calls = {};                        // may have one more than once
  std::optional<std::vector<std::string>> parameters = {};   // as AttachPoint has them
  std::optional<TracepointRecordId> tracepoint_record = {};  // of the fields read so far
  uint32_t argument_count = 0;  // one more than the largest N of the argN read so far

  // The function that is being built; null in a probe.
  const FunctionSignature* function() const {
    return probe.function ? &script.functions.list[*probe.function] : nullptr;
  }

  const MapInfo& map_info(MapId map) const { return script.names.maps[map]; }
  MapTypes& map_types(MapId map) { return script.types.maps[map]; }

  // A variable that the script does not name.
  VariableId add_temporary(const Type& type) {
    variables.push_back({"", type});
    return static_cast<VariableId>(variables.size() - 1);
  }

  template <diagnostics::DiagnosticKind kind, typename... Args>
  diagnostics::Diagnostic& report(SourceRange where, const Args&... args) {
    return sink.report<kind>(where, args...);
  }
};

// Whether a name that is not known may have been defined where nobody looked. A name that only
// looks misspelt is still worth a word.
inline bool may_be_lost(const ProbeContext& context) {
  return may_define_more(context.script.script) || context.script.c_types.has_errors();
}

// Says that `name` is not there in probes of this kind but in others; the attach point is known.
Operand report_not_available(ProbeContext& context, SourceRange range, std::string_view name,
                             std::string_view where);

// Says that an expression has no meaning yet; `what` reads before "not supported yet".
Operand unsupported(ProbeContext& context, SourceRange where, std::string_view what);

// ---- values (operands to what surrounds them) ----

// The value; a parameter as a number.
ExprPtr take(ProbeContext& context, Operand operand);

// The value as a `type` that it fits (see fits()).
ExprPtr coerce(ProbeContext& context, Operand operand, const Type& type);

// The value as a place of this name and type takes it: a variable, say. Nothing where it is wrong
// or does not fit, which has been reported, or the type is not known yet.
std::optional<ExprPtr> take_for_place(ProbeContext& context, SourceRange where,
                                      const std::string& name, Operand value,
                                      const InferredType& type);

// The value as a condition; reports what cannot be one.
ExprPtr take_condition(ProbeContext& context, Operand operand);

// An integer, bool or pointer as 64 bits wide.
ExprPtr take_wide(ProbeContext& context, Operand operand, bool is_signed);

// `$index` as a text of at most `capacity` bytes.
ExprPtr parameter_text(ProbeContext& context, SourceRange range, uint32_t index, uint32_t capacity);

// "no arguments", "1 argument", "2 arguments"
std::string argument_count_text(size_t count);

// ---- expressions ----

Operand build(ProbeContext& context, const syntax::Expr& expr);
Operand build_binary(ProbeContext& context, SourceRange range, syntax::BinaryOp op, Operand lhs,
                     Operand rhs);
Operand build_operator(ProbeContext& context, const syntax::UnaryExpr& unary);
Operand build_operator(ProbeContext& context, const syntax::BinaryExpr& binary);
Operand build_operator(ProbeContext& context, const syntax::ConditionalExpr& conditional);
Operand build_operator(ProbeContext& context, const syntax::IncrementExpr& increment);
Operand build_cast(ProbeContext& context, const syntax::CastExpr& cast);
Operand build_sizeof(ProbeContext& context, const syntax::SizeofExpr& node);
Operand build_builtin(ProbeContext& context, const syntax::Identifier& identifier);
Operand build_field(ProbeContext& context, const syntax::FieldAccess& access);
// An element of an Array.
Operand build_array_element(ProbeContext& context, SourceRange range, Operand array, Operand index);
Operand build_index(ProbeContext& context, const syntax::IndexAccess& access);
// `&$x`, `&@m`
Operand build_address_of(ProbeContext& context, const syntax::UnaryExpr& unary);
Operand build_dereference(ProbeContext& context, const syntax::UnaryExpr& unary);
Operand build_call(ProbeContext& context, const syntax::CallExpr& call);
Operand build_str(ProbeContext& context, const syntax::CallExpr& call);
// `args.x` of a function of the kernel, or of a raw tracepoint.
Operand build_parameter_of_function(ProbeContext& context, const syntax::FieldAccess& access);
// What the function returned; its type is that of its declaration.
Operand build_typed_return_value(ProbeContext& context, SourceRange range);
// reg("name")
Operand build_register(ProbeContext& context, const syntax::CallExpr& call);

// `pid(init)`, `nsecs(tai)`, `ppid($task)`; also without arguments.
Operand build_builtin_call(ProbeContext& context, const syntax::CallExpr& call,
                           const BuiltinName& name);
// Whether it tells something of a task: of the current one, or of its argument.
bool is_of_task(const BuiltinName& name);
Operand build_task_value(ProbeContext& context, SourceRange range, std::string_view name,
                         BuiltinConstant constant);

// ---- functions of texts ----

// Arguments; nothing for a wrong one, which has been reported. A text may also be a parameter or a
// pointer to characters.
ExprPtr text_argument(ProbeContext& context, const syntax::CallExpr& call, size_t index);
std::optional<uint64_t> count_argument(ProbeContext& context, const syntax::CallExpr& call,
                                       size_t index);
std::optional<std::string> literal_text(ProbeContext& context, const syntax::CallExpr& call,
                                        size_t index);
Operand build_strncmp(ProbeContext& context, const syntax::CallExpr& call);
Operand build_strcontains(ProbeContext& context, const syntax::CallExpr& call);
Operand build_strstr(ProbeContext& context, const syntax::CallExpr& call);
Operand build_strlen(ProbeContext& context, const syntax::CallExpr& call);
Operand build_strcap(ProbeContext& context, const syntax::CallExpr& call);
Operand build_str_concat(ProbeContext& context, const syntax::CallExpr& call);
// strerror() and its like
Operand build_name(ProbeContext& context, const syntax::CallExpr& call, Operation operation);

// ---- functions of bytes, numbers and what they stand for ----

Operand build_buf(ProbeContext& context, const syntax::CallExpr& call);
Operand build_memcmp(ProbeContext& context, const syntax::CallExpr& call);
Operand build_ntop(ProbeContext& context, const syntax::CallExpr& call);
Operand build_pton(ProbeContext& context, const syntax::CallExpr& call);
Operand build_macaddr(ProbeContext& context, const syntax::CallExpr& call);
Operand build_bswap(ProbeContext& context, const syntax::CallExpr& call);
// kptr() and uptr()
Operand build_address_in(ProbeContext& context, const syntax::CallExpr& call, AddressSpace space);
Operand build_is_err(ProbeContext& context, const syntax::CallExpr& call);
Operand build_strftime(ProbeContext& context, const syntax::CallExpr& call);
Operand build_cgroupid(ProbeContext& context, const syntax::CallExpr& call);
Operand build_cgroup_path(ProbeContext& context, const syntax::CallExpr& call);

// Builds them for what they report, where nothing can come of them.
void check_all(ProbeContext& context, std::span<const syntax::Expr> exprs);

// ---- C ----

// Where an address lies that does not say it itself; of a Struct or an Array as well.
AddressSpace space_of(const ProbeContext& context, const Type& type);
// The value of a `type` at an address: a struct or an array by its address, all else is read.
Operand value_at(SourceRange range, ExprPtr address, Type type, AddressSpace space);
// A field of a struct, or of what a pointer to one points to.
Operand build_member(ProbeContext& context, const syntax::FieldAccess& access, Operand object);
// The size of what a pointer points to, on the target; `type` has one.
ExprPtr build_size(ProbeContext& context, SourceRange range, const Type& type);
Operand build_container_of(ProbeContext& context, const syntax::CallExpr& call);
Operand build_offsetof(ProbeContext& context, const syntax::OffsetofExpr& node);
// A constant that a macro or an enum defines; nothing for other names.
std::optional<Operand> build_c_constant(ProbeContext& context,
                                        const syntax::Identifier& identifier);
// A struct or an array as the tuple of what is in it; other values as they are.
Operand copied(ProbeContext& context, Operand operand);
// An array as copied() makes it; other values as they are.
Operand copied_array(ProbeContext& context, Operand operand);

// ---- tuples ----

// A tuple of `elements`; a record if there are `names`, one for each. Reports what cannot be part
// of one.
Operand tuple_of(ProbeContext& context, SourceRange range, std::vector<Operand> elements,
                 const std::vector<std::string>& names);
Operand build_tuple(ProbeContext& context, const syntax::TupleExpr& tuple);
Operand build_record(ProbeContext& context, const syntax::RecordExpr& record);
// A tuple as a `type` that it fits.
ExprPtr take_tuple(ProbeContext& context, Operand tuple, const Type& type);
// `type` is what both fit.
Operand build_tuple_comparison(ProbeContext& context, SourceRange range, bool is_equal, Operand lhs,
                               Operand rhs, const Type& type);
// `t.0`, `r.name`; `t[0]`
Operand build_tuple_field(ProbeContext& context, const syntax::FieldAccess& access, Operand tuple);
Operand build_tuple_index(ProbeContext& context, const syntax::IndexAccess& access, Operand tuple);

// ---- the script's functions ----

// Whether this is a probe's body, where `name` has a meaning. Reports it if not.
bool check_in_probe(ProbeContext& context, SourceRange range, std::string_view name);
Operand build_function_call(ProbeContext& context, const syntax::CallExpr& call,
                            FunctionId function);
void build_return_from_function(ProbeContext& context, const syntax::ReturnStatement& statement,
                                Block& block);
// ---- stacks and symbols ----

// kstack, ustack, with what is written in parentheses behind them.
Operand build_stack(ProbeContext& context, SourceRange range, AddressSpace space,
                    std::span<const syntax::Expr> arguments);
// ksym(), usym()
Operand build_symbol(ProbeContext& context, const syntax::CallExpr& call, AddressSpace space);
Operand build_kaddr(ProbeContext& context, const syntax::CallExpr& call);
Operand build_len(ProbeContext& context, const syntax::CallExpr& call);

// ---- statements where a value is wanted ----

// The block's value; of type None where its last statement is no expression.
Operand build_block_value(ProbeContext& context, const syntax::Block& block);
Operand build_if_value(ProbeContext& context, const syntax::IfStatement& written);
Operand build_comptime(ProbeContext& context, const syntax::ComptimeExpr& node);
// What the condition of `if comptime (c)` is; nothing for any other, and where it is wrong.
std::optional<bool> comptime_condition(ProbeContext& context, const syntax::Expr& condition);
// A choice between two values, each built by its function.
Operand build_choice(ProbeContext& context, SourceRange range, const syntax::Expr& condition,
                     const std::function<Operand()>& when_true,
                     const std::function<Operand()>& when_false);

// ---- maps ----

Operand build_map_read(ProbeContext& context, const syntax::MapAccess& access);
// The value of a key as build_key() makes it.
Operand read_map(ProbeContext& context, SourceRange range, MapId map, ExprPtr key);
std::string_view kind_spelling(ProbeKind kind);
// The key as the map has it, null for a scalar map; nothing where the access does not fit the map's
// shape, which has been reported.
std::optional<ExprPtr> build_key(ProbeContext& context, MapId map, SourceRange where,
                                 std::span<const syntax::Expr> parts);
// len() of a map.
Operand build_map_length(ProbeContext& context, const syntax::CallExpr& call);
Operand build_has_key(ProbeContext& context, const syntax::CallExpr& call);
// find(): nothing of the arguments but the map's value has a say in the variable's type.
Operand build_find(ProbeContext& context, const syntax::CallExpr& call);
std::optional<Operand> build_delete(ProbeContext& context, const DeleteTarget& target,
                                    SourceRange where);
// `@m[k] = f(...)`. Null for anything but a call of a map function.
const syntax::CallExpr* as_map_function_call(const syntax::Expr& expr);

// ---- output and actions: calls without a value ----

// Whether a format is right and gets the arguments that it wants. Reports it if not.
bool check_format(ProbeContext& context, const PrintfFormat& format, SourceRange range,
                  size_t argument_count);
// printf() and its like.
Operand build_formatted(ProbeContext& context, const syntax::CallExpr& call, RecordKind kind);
// The format and the values for it; nothing when something is wrong, which has been reported.
std::optional<FormattedArguments> format_arguments(ProbeContext& context,
                                                   const syntax::CallExpr& call);
// Sends a record with these values.
Operand emit(ProbeContext& context, RecordPlan plan, std::vector<ExprPtr> arguments);
Operand build_system(ProbeContext& context, const syntax::CallExpr& call);
Operand build_join(ProbeContext& context, const syntax::CallExpr& call);
Operand build_assert(ProbeContext& context, const syntax::CallExpr& call);
Operand build_debugf(ProbeContext& context, const syntax::CallExpr& call);
Operand build_signal(ProbeContext& context, const syntax::CallExpr& call, Operation operation);
// Whether a function that changes what is traced may be used. Reports it if not.
bool check_unsafe(ProbeContext& context, const syntax::CallExpr& call);
Operand build_getopt(ProbeContext& context, const syntax::CallExpr& call);
Operand build_print(ProbeContext& context, const syntax::CallExpr& call);
Operand build_clear(ProbeContext& context, const syntax::CallExpr& call, RecordKind kind);
Operand build_time(ProbeContext& context, const syntax::CallExpr& call);
Operand build_exit(ProbeContext& context, const syntax::CallExpr& call);

// ---- types as written ----

// Nothing for a type that is not known or not supported, which has been reported.
std::optional<Type> resolve_type(ProbeContext& context, const syntax::TypeName& name);

// What `typeof(...)` in place of a type's name means, with the `*` behind it.
std::optional<Type> resolve_typeof(ProbeContext& context, const syntax::TypeName& name);

// Of a type or of an expression. A bare word is a type if there is one of that name.
std::optional<Type> asked_type(ProbeContext& context, const syntax::TypeOrExpr& operand);

// What sizeof and offsetof give: the smallest unsigned integer, which adapts as a literal does.
Operand size_constant(SourceRange range, uint64_t size);

// ---- what is settled while the script is compiled ----

// The type that is asked for; nothing where it is wrong or not known yet.
std::optional<Type> build_typeof(ProbeContext& context, const syntax::TypeofExpr& node);
// `typeof(a) == typeof(b)`
bool compares_types(const syntax::BinaryExpr& binary);
Operand build_type_comparison(ProbeContext& context, const syntax::BinaryExpr& binary);
// is_str() and its like
Operand build_type_question(ProbeContext& context, const syntax::CallExpr& call, Function question);
// The record (btf_id, base_type, full_type).
Operand build_typeinfo(ProbeContext& context, const syntax::TypeinfoExpr& node);
Operand build_static_assert(ProbeContext& context, const syntax::CallExpr& call);
Operand build_fail(ProbeContext& context, const syntax::CallExpr& call);

// ---- statements ----

Block build_block(ProbeContext& context, const syntax::Block& block);
Block build_statements(ProbeContext& context, std::span<const syntax::Statement> statements);

// What an assignment puts into its target: the value, or with `op=` the result of the operation on
// `target`.
Operand build_assigned_value(ProbeContext& context, const syntax::Assignment& assignment,
                             Operand old_value);

}  // namespace bpftracec::sema
