// Expressions that stand alone: literals, names, fields, elements, casts.
#include <algorithm>
#include <limits>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/nearest_name.h"
#include "bpftracec/base/overloaded.h"
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/probe_context.h"
#include "bpftracec/world/c_integer.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;

namespace {

// ---- literals -----------------------------------------------------------------------------------

Operand build_literal(const syntax::IntegerLiteral& literal) {
  Operand operand(integer_constant(literal.range, literal.value, literal_type(literal.value)));
  operand.is_literal = true;
  operand.adapts = true;
  return operand;
}

Operand build_literal(ProbeContext& context, const syntax::StringLiteral& literal) {
  // What follows a NUL is never seen, but takes its room as it does when a script runs in bpftrace.
  const uint32_t most = context.script.config.max_strlen - 1;
  if (literal.value.size() > most) {
    context.report<DiagnosticKind::StringTooLong>(literal.range, literal.value.size(), most)
        .hint("raise it: config = {{ max_strlen = {} }}", literal.value.size() + 1);
    return Operand::error(literal.range);
  }
  Operand operand(string_constant(literal.range, std::string(literal.value)));
  operand.is_literal = true;
  return operand;
}

Operand build_literal(const syntax::BooleanLiteral& literal) {
  Operand operand(integer_constant(literal.range, literal.value ? 1 : 0, bool_type()));
  operand.is_literal = true;
  return operand;
}

// ---- variables and parameters -------------------------------------------------------------------

Operand build_variable(ProbeContext& context, const syntax::Variable& variable) {
  const std::optional<VariableId> id = context.script.names.variable(variable);
  if (!id) return Operand::error(variable.range);
  const InferredType& type = context.variable_types[*id];
  if (!type.is_known()) return Operand::error(variable.range);
  Operand operand(make_expr(type.type(), variable.range, VariableRead{*id}));
  operand.adapts = type.adapts();
  return operand;
}

Operand build_parameter(ProbeContext& context, const syntax::PositionalParameter& parameter) {
  // Nobody passes more, and the tool's table of parameters has 32-bit numbers.
  if (parameter.index > std::numeric_limits<uint16_t>::max()) {
    context.report<DiagnosticKind::ParameterNumberTooLarge>(parameter.range, parameter.index,
                                                            std::numeric_limits<uint16_t>::max());
    return Operand::error(parameter.range);
  }
  Operand operand(make_expr(integer_type(8, true), parameter.range, LateConstantRead{0}));
  operand.parameter = static_cast<uint32_t>(parameter.index);
  return operand;
}

Operand build_parameter_count(ProbeContext& context, const syntax::ParameterCount& count) {
  const LateConstantId id = context.tables.late_constant(LateConstant::Kind::ParameterCount);
  return Operand(make_expr(integer_type(8, false), count.range, LateConstantRead{id}));
}

// ---- builtins -----------------------------------------------------------------------------------

// Whether the context is a struct pt_regs.
bool is_function_probe(ProgramKind kind) {
  return kind == ProgramKind::Kprobe || kind == ProgramKind::Kretprobe ||
         kind == ProgramKind::Uprobe || kind == ProgramKind::Uretprobe;
}

}  // namespace

std::string_view kind_spelling(ProbeKind kind) {
  switch (kind) {
#define PROBE_KIND(name, spelling, short_spelling) \
  case ProbeKind::name:                            \
    return spelling;
#include "bpftracec/world/probe_kind.def"
  }
  base::internal_error("unknown probe kind");
}

// What `probetype` gives.
std::string_view probe_type(ProbeKind kind) {
  const bool is_special = kind == ProbeKind::Begin || kind == ProbeKind::End ||
                          kind == ProbeKind::Self;
  return is_special ? "special" : kind_spelling(kind);
}

namespace {

// Registers that hold a function's arguments on x86-64; a raw tracepoint's prototype has at most 12
// parameters.
constexpr uint32_t kRegisterArguments = 6;
constexpr uint32_t kRawTracepointArguments = 12;
// As many as <sys/sdt.h> can pass.
constexpr uint32_t kUsdtArguments = 12;

// The largest N of argN; nothing where there is none.
std::optional<uint32_t> last_argument(ProbeKind kind) {
  switch (kind) {
    case ProbeKind::Kprobe:
    case ProbeKind::Uprobe:
      return kRegisterArguments - 1;
    case ProbeKind::RawTracepoint:
      return kRawTracepointArguments - 1;
    case ProbeKind::Usdt:
      return kUsdtArguments - 1;
    case ProbeKind::Begin:
    case ProbeKind::End:
    case ProbeKind::Tracepoint:
    case ProbeKind::Kretprobe:
    case ProbeKind::Fentry:
    case ProbeKind::Fexit:
    case ProbeKind::Uretprobe:
    case ProbeKind::Interval:
    case ProbeKind::Profile:
    case ProbeKind::Software:
    case ProbeKind::Hardware:
    case ProbeKind::Watchpoint:
    case ProbeKind::Self:
      return std::nullopt;
  }
  base::internal_error("unknown probe kind");
}

}  // namespace

Operand report_not_available(ProbeContext& context, SourceRange range, std::string_view name,
                             std::string_view where) {
  const ProbeKind kind = context.probe.attach_point->kind;
  context.report<DiagnosticKind::BuiltinNotAvailable>(range, name, kind_spelling(kind))
      .hint("it is there in {} probes", where);
  return Operand::error(range);
}

namespace {

Operand build_argument(ProbeContext& context, SourceRange range, uint32_t index) {
  const ProbeKind kind = context.probe.attach_point->kind;
  const std::string name = "arg" + std::to_string(index);
  const std::optional<uint32_t> last = last_argument(kind);
  if (!last) {
    if (kind == ProbeKind::Fentry || kind == ProbeKind::Fexit) {
      context.report<DiagnosticKind::BuiltinNotAvailable>(range, name, kind_spelling(kind))
          .hint("its arguments have names: args.NAME");
      return Operand::error(range);
    }
    if (kind == ProbeKind::Tracepoint) {
      context.report<DiagnosticKind::BuiltinNotAvailable>(range, name, kind_spelling(kind))
          .hint("a tracepoint has fields: args.NAME");
      return Operand::error(range);
    }
    return report_not_available(context, range, name, "kprobe, uprobe, usdt and rawtracepoint");
  }
  if (index > *last) {
    context.report<DiagnosticKind::NoSuchArgument>(range, name, kind_spelling(kind), *last);
    return Operand::error(range);
  }
  context.argument_count = std::max(context.argument_count, index + 1);
  // A marker's arguments have a sign or none, as each place tells.
  const bool is_marker = kind == ProbeKind::Usdt;
  if (is_marker) context.tables.late_constant(LateConstant::Kind::HasAttachCookies);
  return Operand(make_expr(is_marker ? integer_type(8, true) : builtin_type(Builtin::Argument),
                           range, BuiltinRead{Builtin::Argument, index}));
}

// Tells the tables what a builtin needs to be bound at the start of the tool.
void add_late_constants(ProgramTables& tables, Builtin builtin) {
  using Kind = LateConstant::Kind;
  switch (builtin) {
    case Builtin::Pid:
    case Builtin::Tid:
      tables.late_constant(Kind::PidNamespaceDevice);
      tables.late_constant(Kind::PidNamespaceInode);
      return;
    case Builtin::Elapsed:
      tables.late_constant(Kind::StartTime);
      [[fallthrough]];
    case Builtin::Nsecs:
      tables.late_constant(Kind::HasBootClock);
      return;
    case Builtin::Numaid:
    case Builtin::Jiffies:
    case Builtin::UserName:
    case Builtin::Usermode:
    case Builtin::Ctx:
    case Builtin::Uid:
    case Builtin::Gid:
    case Builtin::Cpu:
    case Builtin::Cgroup:
    case Builtin::Rand:
    case Builtin::Curtask:
    case Builtin::Comm:
    case Builtin::Retval:
    case Builtin::Argument:
    case Builtin::Cpid:
    case Builtin::Probe:
    case Builtin::Func:
      return;
  }
  base::internal_error("unknown builtin");
}

// A pointer to one of the kernel's structs, whose members can be read if its type is known here.
Type kernel_pointer(CTypes& types, const std::string& name) {
  const world::CType* task = types.find(world::CTag::Struct, name);
  std::shared_ptr<const Type> element;
  if (task != nullptr && task->is_complete) {
    element = std::make_shared<const Type>(types.convert(*task, AddressSpace::Kernel));
  }
  return pointer_type("struct " + name, AddressSpace::Kernel, std::move(element));
}

// What the program gets from the kernel.
Operand build_ctx(ProbeContext& context, SourceRange range) {
  const bool has_sample = context.probe.kind == ProgramKind::PerfEvent;
  if (!has_sample && !is_function_probe(context.probe.kind)) {
    return report_not_available(
        context, range, "ctx",
        "kprobe, kretprobe, uprobe, uretprobe, profile, interval, software, "
        "hardware and watchpoint");
  }
  const Type type = kernel_pointer(context.script.c_types,
                                   has_sample ? "bpf_perf_event_data" : "pt_regs");
  return Operand(make_expr(type, range, BuiltinRead{Builtin::Ctx}));
}

// Whether what was interrupted ran in user mode: BEGIN and END are run by the tool itself; what has
// no registers is code of the kernel.
Operand build_usermode(ProbeContext& context, SourceRange range) {
  const Type type = builtin_type(Builtin::Usermode);
  const ProgramKind kind = context.probe.kind;
  if (kind == ProgramKind::PerfEvent || is_function_probe(kind)) {
    return Operand(make_expr(type, range, BuiltinRead{Builtin::Usermode}));
  }
  const ProbeKind probe = context.probe.attach_point->kind;
  const bool is_own = probe == ProbeKind::Begin || probe == ProbeKind::End ||
                      probe == ProbeKind::Self;
  return Operand(integer_constant(range, is_own ? 1 : 0, type));
}

// A program or library without a path is looked for on the target, as parameters are put in there.
bool is_late(const AttachPoint& point) {
  if (point.has_parameters) return true;
  const bool is_in_file = point.kind == ProbeKind::Uprobe || point.kind == ProbeKind::Uretprobe;
  return is_in_file && point.target.find('/') == std::string::npos;
}

Operand build_late_text(ProbeContext& context, SourceRange range, LateConstant::Kind kind) {
  const LateConstantId id = context.tables.late_constant(kind, context.program);
  return Operand(make_expr(string_type(kProbeTextCapacity), range, LateConstantRead{id}));
}

// Of a program that is attached in many places.
Operand build_site_text(ProbeContext& context, SourceRange range, Builtin builtin) {
  context.tables.late_constant(LateConstant::Kind::HasAttachCookies);
  return Operand(make_expr(builtin_type(builtin), range, BuiltinRead{builtin}));
}

Operand build_probe_name(ProbeContext& context, SourceRange range) {
  const std::optional<AttachPoint>& point = context.probe.attach_point;
  if (!point) return Operand::error(range);
  if (point->has_wildcards) return build_site_text(context, range, Builtin::Probe);
  if (is_late(*point)) return build_late_text(context, range, LateConstant::Kind::ProbeName);
  return Operand(string_constant(range, point->name));
}

bool is_on_function(ProbeKind kind) {
  return kind == ProbeKind::Kprobe || kind == ProbeKind::Kretprobe || kind == ProbeKind::Fentry ||
         kind == ProbeKind::Fexit || kind == ProbeKind::Uprobe || kind == ProbeKind::Uretprobe;
}

Operand build_function_name(ProbeContext& context, SourceRange range) {
  const std::optional<AttachPoint>& point = context.probe.attach_point;
  if (!point) return Operand::error(range);
  if (!is_on_function(point->kind)) {
    return report_not_available(context, range, "func",
                                "kprobe, kretprobe, fentry, fexit, uprobe and uretprobe");
  }
  if (point->has_wildcards) return build_site_text(context, range, Builtin::Func);
  // Which function is at an address, only the target can tell.
  if (point->has_parameters || point->function.empty()) {
    return build_late_text(context, range, LateConstant::Kind::ProbeFunction);
  }
  return Operand(string_constant(range, point->function));
}

bool has_return_value(ProbeKind kind) {
  return kind == ProbeKind::Kretprobe || kind == ProbeKind::Uretprobe;
}

Operand build_builtin_variable(ProbeContext& context, SourceRange range, const BuiltinName& name) {
  const Builtin builtin = name.variable;
  if (builtin == Builtin::Probe) return build_probe_name(context, range);
  if (builtin == Builtin::Func) return build_function_name(context, range);
  if (builtin == Builtin::Cpid) {
    const LateConstantId id = context.tables.late_constant(LateConstant::Kind::ChildPid);
    return Operand(make_expr(builtin_type(builtin), range, LateConstantRead{id}));
  }
  if (builtin == Builtin::Argument || builtin == Builtin::Retval) {
    if (!context.probe.attach_point) return Operand::error(range);
    if (builtin == Builtin::Argument) return build_argument(context, range, name.argument_index);
    if (context.probe.attach_point->kind == ProbeKind::Fexit) {
      return build_typed_return_value(context, range);
    }
    if (!has_return_value(context.probe.attach_point->kind)) {
      return report_not_available(context, range, "retval", "kretprobe, fexit and uretprobe");
    }
  }
  if (builtin == Builtin::Curtask) {
    return Operand(make_expr(kernel_pointer(context.script.c_types, "task_struct"), range,
                             BuiltinRead{builtin}));
  }
  if (builtin == Builtin::Usermode || builtin == Builtin::Ctx) {
    if (!check_in_probe(context, range, builtin_spelling(builtin))) return Operand::error(range);
    if (!context.probe.attach_point) return Operand::error(range);
    return builtin == Builtin::Ctx ? build_ctx(context, range) : build_usermode(context, range);
  }
  add_late_constants(context.tables, builtin);
  return Operand(make_expr(builtin_type(builtin), range, BuiltinRead{builtin}));
}

Operand build_builtin_constant(ProbeContext& context, SourceRange range, BuiltinConstant constant) {
  if (constant == BuiltinConstant::Args) {
    context.report<DiagnosticKind::ArgsAlone>(range).hint("name a field: args.NAME");
    return Operand::error(range);
  }
  if (constant == BuiltinConstant::Kstack) {
    return build_stack(context, range, AddressSpace::Kernel, {});
  }
  if (constant == BuiltinConstant::Ustack) {
    return build_stack(context, range, AddressSpace::User, {});
  }
  if (is_of_task({.kind = BuiltinName::Kind::Constant, .constant = constant})) {
    return build_task_value(context, range, builtin_spelling(constant), constant);
  }
  if (constant == BuiltinConstant::Ncpus) {
    const LateConstantId id = context.tables.late_constant(LateConstant::Kind::PossibleCpus);
    return Operand(make_expr(integer_type(8, false), range, LateConstantRead{id}));
  }
  if (constant == BuiltinConstant::HasCpid) {
    const LateConstantId id = context.tables.late_constant(LateConstant::Kind::ChildPid);
    return Operand(
        convert(make_expr(integer_type(8, false), range, LateConstantRead{id}), bool_type()));
  }
  const std::optional<AttachPoint>& point = context.probe.attach_point;
  if (!point) return Operand::error(range);
  return Operand(string_constant(range, std::string(probe_type(point->kind))));
}

// Whether it means something in the body of a probe only.
bool belongs_to_probe(const BuiltinName& name) {
  if (name.kind == BuiltinName::Kind::Constant) return true;
  return name.kind == BuiltinName::Kind::Variable &&
         (name.variable == Builtin::Argument || name.variable == Builtin::Retval);
}

void report_unknown_identifier(ProbeContext& context, const syntax::Identifier& identifier) {
  if (is_unsupported_function(identifier.name)) {
    context.report<DiagnosticKind::UnsupportedFunction>(identifier.range, identifier.name);
    return;
  }
  if (find_function(identifier.name) != nullptr) {
    context.report<DiagnosticKind::FunctionWithoutCall>(identifier.range, identifier.name);
    return;
  }
  const auto& variables = context.script.names.variables[context.probe.probe_index];
  const bool is_variable = std::any_of(
      variables.begin(), variables.end(),
      [&](const VariableInfo& info) { return info.name == identifier.name; });
  const auto nearest = nearest_builtin(identifier.name);
  if (!is_variable && !nearest && may_be_lost(context)) return;
  Diagnostic& diagnostic = context.report<DiagnosticKind::UnknownIdentifier>(identifier.range,
                                                                             identifier.name);
  if (is_variable) {
    diagnostic.hint("did you mean the variable '${}'?", identifier.name);
  } else if (nearest) {
    diagnostic.hint("did you mean '{}'?", *nearest);
  }
}

// ---- sizes --------------------------------------------------------------------------------------

// "unsigned int" has no place in a TypeName; a single word does.
std::optional<Type> integer_type_named(std::string_view name) {
  if (name == "bool") return bool_type();
  const auto integer = world::c_integer(name);
  if (integer) return integer_type(integer->size, integer->is_signed);
  // The language's own names, which C knows with a "_t".
  for (const bool is_signed : {true, false}) {
    for (const uint32_t size : {1U, 2U, 4U, 8U}) {
      Type type = integer_type(size, is_signed);
      if (spelling(type) == name) return type;
    }
  }
  return std::nullopt;
}

// A type with the name that pointers to it have. None: one that only pointers can lead to.
struct NamedType {
  Type type;
  std::string name;
};

world::CTag tag_named(std::string_view word) {
  if (word == "struct") return world::CTag::Struct;
  if (word == "union") return world::CTag::Union;
  return word == "enum" ? world::CTag::Enum : world::CTag::None;
}

void report_unknown_type(ProbeContext& context, const syntax::TypeName& name,
                         const std::string& spelled) {
  static constexpr std::string_view kNames[] = {"int8",   "int16",  "int32",  "int64", "uint8",
                                                "uint16", "uint32", "uint64", "bool",  "string"};
  const world::CTypeCatalog& catalog = context.script.c_types.catalog();
  std::optional<std::string> nearest;
  if (name.tag.empty()) nearest = base::nearest_name(name.name, kNames);
  if (!nearest) nearest = catalog.nearest_type(tag_named(name.tag), name.name);
  if (!nearest && may_be_lost(context)) return;
  Diagnostic& diagnostic = context.report<DiagnosticKind::UnknownType>(name.range, spelled);
  if (nearest) {
    diagnostic.hint("did you mean '{}{}'?", name.tag.empty() ? "" : std::string(name.tag) + " ",
                    *nearest);
  }
  if (!catalog.missing_headers().empty()) {
    diagnostic.hint("neither the kernel's BTF nor a header has it; '{}' is not installed",
                    catalog.missing_headers().front());
  } else if (const base::Error* error = catalog.kernel_error()) {
    diagnostic.hint("types of the kernel cannot be read: {}", error->message);
  } else if (!nearest) {
    diagnostic.hint("neither the script, its headers nor the kernel's BTF define it");
  }
}

// The type before its suffixes.
std::optional<NamedType> named_type(ProbeContext& context, const syntax::TypeName& name) {
  std::string spelled(name.tag);
  if (!spelled.empty()) spelled += ' ';
  spelled += name.name;
  if (name.tag.empty()) {
    if (name.name == "username_t") {
      return NamedType{simple_type(TypeKind::UserName), spelled};
    }
    if (name.name == "void") return NamedType{{}, ""};
    if (auto type = integer_type_named(name.name)) return NamedType{*std::move(type), spelled};
  }
  CTypes& types = context.script.c_types;
  const world::CType* type = types.find(tag_named(name.tag), name.name);
  if (type == nullptr || !type->is_complete) {
    // A pointer to something unknown can still be passed on.
    report_unknown_type(context, name, spelled);
    return std::nullopt;
  }
  return NamedType{types.convert(*type, AddressSpace::Unknown), spelled};
}

NamedType pointer_to(NamedType pointee) {
  std::shared_ptr<const Type> element;
  // A bool in memory is a byte like any other.
  if (pointee.type.kind == TypeKind::Bool) pointee.type = integer_type(1, false);
  if (pointee.type.kind != TypeKind::None) {
    element = std::make_shared<const Type>(std::move(pointee.type));
  }
  Type type = pointer_type(std::move(pointee.name), AddressSpace::Unknown, std::move(element));
  std::string name = spelling(type);
  return {std::move(type), std::move(name)};
}

// Without a count (`int8[]`), the operand of the cast tells it; until then it is 0.
std::optional<NamedType> array_of(ProbeContext& context, const syntax::TypeName& name,
                                  const NamedType& element, std::optional<uint64_t> count) {
  constexpr uint64_t kMaxCount = 1 << 20;
  if (element.type.kind == TypeKind::None || count.value_or(0) > kMaxCount) {
    context.report<DiagnosticKind::NoSize>(name.range, name.name);
    return std::nullopt;
  }
  const auto elements = static_cast<uint32_t>(count.value_or(0));
  Type type{.kind = TypeKind::Array,
            .size = element.type.size * elements,
            .count = elements,
            .element = std::make_shared<const Type>(element.type)};
  std::string spelled = spelling(type);
  return NamedType{std::move(type), std::move(spelled)};
}

}  // namespace

// ---- entry --------------------------------------------------------------------------------------

Operand build(ProbeContext& context, const syntax::Expr& expr) {
  return std::visit(
      base::overloaded{
          [&](const syntax::ErrorExpr* node) { return Operand::error(node->range); },
          [&](const syntax::IntegerLiteral* node) { return build_literal(*node); },
          [&](const syntax::StringLiteral* node) { return build_literal(context, *node); },
          [&](const syntax::BooleanLiteral* node) { return build_literal(*node); },
          [&](const syntax::Identifier* node) { return build_builtin(context, *node); },
          [&](const syntax::Variable* node) { return build_variable(context, *node); },
          [&](const syntax::MapAccess* node) { return build_map_read(context, *node); },
          [&](const syntax::PositionalParameter* node) { return build_parameter(context, *node); },
          [&](const syntax::ParameterCount* node) { return build_parameter_count(context, *node); },
          [&](const syntax::FieldAccess* node) { return build_field(context, *node); },
          [&](const syntax::IndexAccess* node) { return build_index(context, *node); },
          [&](const syntax::CallExpr* node) { return build_call(context, *node); },
          [&](const syntax::UnaryExpr* node) { return build_operator(context, *node); },
          [&](const syntax::IncrementExpr* node) { return build_operator(context, *node); },
          [&](const syntax::BinaryExpr* node) { return build_operator(context, *node); },
          [&](const syntax::ConditionalExpr* node) { return build_operator(context, *node); },
          [&](const syntax::CastExpr* node) { return build_cast(context, *node); },
          [&](const syntax::TupleExpr* node) { return build_tuple(context, *node); },
          [&](const syntax::SizeofExpr* node) { return build_sizeof(context, *node); },
          [&](const syntax::RecordExpr* node) { return build_record(context, *node); },
          [&](const syntax::ComptimeExpr* node) { return build_comptime(context, *node); },
          [&](const syntax::IfStatement* node) { return build_if_value(context, *node); },
          [&](const syntax::Block* node) { return build_block_value(context, *node); },
          [&](const syntax::OffsetofExpr* node) { return build_offsetof(context, *node); },
          [&](const syntax::TypeofExpr* node) {
            context.report<DiagnosticKind::TypeAsValue>(node->range);
            return Operand::error(node->range);
          },
          [&](const syntax::TypeinfoExpr* node) { return build_typeinfo(context, *node); },
      },
      expr);
}

void check_all(ProbeContext& context, std::span<const syntax::Expr> exprs) {
  for (const syntax::Expr& expr : exprs) build(context, expr);
}

Operand build_builtin(ProbeContext& context, const syntax::Identifier& identifier) {
  const BuiltinName name = find_builtin(identifier.name);
  if (belongs_to_probe(name) && !check_in_probe(context, identifier.range, identifier.name)) {
    return Operand::error(identifier.range);
  }
  switch (name.kind) {
    case BuiltinName::Kind::Variable:
      return build_builtin_variable(context, identifier.range, name);
    case BuiltinName::Kind::Constant:
      return build_builtin_constant(context, identifier.range, name.constant);
    case BuiltinName::Kind::Unsupported:
      context.report<DiagnosticKind::UnsupportedBuiltin>(identifier.range, identifier.name);
      return Operand::error(identifier.range);
    case BuiltinName::Kind::StackArgument:
      context.report<DiagnosticKind::StackArgumentGone>(identifier.range, identifier.name)
          .hint("read the stack by hand: *(uint64 *)(reg(\"sp\") + 8 * (N + 1))");
      return Operand::error(identifier.range);
    case BuiltinName::Kind::Unknown:
      break;
  }
  const FunctionInfo* function = find_function(identifier.name);
  if (function != nullptr && function->min_arguments == 0) {
    return build_call(context, {identifier.range, identifier.name, identifier.range, {}});
  }
  if (auto constant = build_c_constant(context, identifier)) return *std::move(constant);
  report_unknown_identifier(context, identifier);
  return Operand::error(identifier.range);
}

// ---- types and casts ----------------------------------------------------------------------------

std::optional<Type> resolve_type(ProbeContext& context, const syntax::TypeName& name) {
  if (name.type_of != nullptr) return resolve_typeof(context, name);
  if (name.name.empty()) return std::nullopt;  // the parser has said why
  const bool is_sized_string = name.suffixes.size() == 1 && name.suffixes[0].size;
  if (name.name == "string" && name.tag.empty() && (name.suffixes.empty() || is_sized_string)) {
    const uint64_t size = is_sized_string ? *name.suffixes[0].size
                                          : context.script.config.max_strlen;
    if (size == 0 || size > context.script.config.max_strlen) {
      context.report<DiagnosticKind::StringSize>(name.range, context.script.config.max_strlen);
      return std::nullopt;
    }
    return string_type(static_cast<uint32_t>(size));
  }
  std::optional<NamedType> type = named_type(context, name);
  if (!type) return std::nullopt;
  for (const syntax::TypeSuffix& suffix : name.suffixes) {
    type = suffix.kind == syntax::TypeSuffix::Kind::Pointer
               ? std::optional(pointer_to(*std::move(type)))
               : array_of(context, name, *type, suffix.size);
    if (!type) return std::nullopt;
  }
  if (type->type.kind == TypeKind::None) {
    context.report<DiagnosticKind::UnsupportedType>(
        name.range, "values of type '" + (type->name.empty() ? "void" : type->name) + "'");
    return std::nullopt;
  }
  return type->type;
}

namespace {

bool is_array(const Operand& operand) {
  return operand.kind() == TypeKind::Array ||
         (operand.kind() == TypeKind::Tuple && operand.type().is_array);
}

Operand report_cast(ProbeContext& context, SourceRange range, const Operand& operand,
                    const Type& target) {
  context.report<DiagnosticKind::InvalidCast>(range, spelling(operand.type()), spelling(target));
  return Operand::error(range);
}

// The bytes of an integer as numbers, the lowest first.
Operand split_integer(ProbeContext& context, SourceRange range, Operand operand, Type target) {
  const Type element = *target.element;
  const uint32_t size = operand.type().size;
  if (target.count == 0 && size % element.size == 0) target.count = size / element.size;
  if (element.kind != TypeKind::Integer || target.count * element.size != size) {
    return report_cast(context, range, operand, target);
  }
  const Type wide = integer_type(8, false);
  const VariableId variable = context.add_temporary(wide);
  TupleMake tuple;
  for (uint32_t index = 0; index < target.count; ++index) {
    ExprPtr bits = make_expr(
        wide, range,
        Binary{BinaryOp::ShiftRight,
               make_expr(wide, range, VariableRead{variable}),
               integer_constant(range, uint64_t{index} * element.size * 8, wide),
               {}});
    tuple.elements.push_back(convert(std::move(bits), element));
  }
  const Type type = copied_array_type(element, target.count);
  ExprPtr whole = make_expr(type, range, std::move(tuple));
  return Operand(make_expr(
      type, range,
      BindVariable{variable, take_wide(context, std::move(operand), false), std::move(whole)}));
}

Operand join_integers(ProbeContext& context, SourceRange range, Operand operand,
                      const Type& target) {
  operand = copied(context, std::move(operand));
  if (operand.is_error()) return operand;
  const Type type = operand.type();
  const Type element = type.members->front().type;
  const size_t count = type.members->size();
  if (element.kind != TypeKind::Integer || element.size * count != target.size) {
    return report_cast(context, range, operand, target);
  }
  const Type wide = integer_type(8, false);
  const VariableId variable = context.add_temporary(type);
  ExprPtr result = integer_constant(range, 0, wide);
  for (uint32_t index = 0; index < count; ++index) {
    ExprPtr part = make_expr(element, range,
                             TupleElement{make_expr(type, range, VariableRead{variable}), index});
    part = convert(convert(std::move(part), integer_type(element.size, false)), wide);
    part = make_expr(wide, range,
                     Binary{BinaryOp::ShiftLeft,
                            std::move(part),
                            integer_constant(range, uint64_t{index} * element.size * 8, wide),
                            {}});
    result = make_expr(wide, range,
                       Binary{BinaryOp::BitwiseOr, std::move(result), std::move(part), {}});
  }
  ExprPtr value = convert(std::move(result), target);
  return Operand(make_expr(
      target, range, BindVariable{variable, take(context, std::move(operand)), std::move(value)}));
}

// A literal must be one of the values of the enum that it becomes.
bool check_enum_value(ProbeContext& context, const Operand& operand, const Type& target) {
  const IntegerConstant* constant = as_integer_constant(operand.expr());
  if (target.enumerators == nullptr || constant == nullptr || !operand.is_literal) return true;
  const auto& values = *target.enumerators;
  const bool is_known = std::ranges::find(values, constant->value, &Enumerator::value) !=
                        values.end();
  if (!is_known) {
    context.report<DiagnosticKind::NoSuchEnumerator>(operand.range(), spelling(target),
                                                     static_cast<int64_t>(constant->value));
  }
  return is_known;
}

Operand build_array_cast(ProbeContext& context, SourceRange range, Operand operand,
                         const Type& target) {
  if (target.kind == TypeKind::Integer && is_array(operand)) {
    return join_integers(context, range, std::move(operand), target);
  }
  if (target.kind == TypeKind::Array && operand.kind() == TypeKind::Integer) {
    return split_integer(context, range, std::move(operand), target);
  }
  return report_cast(context, range, operand, target);
}

}  // namespace

Operand build_cast(ProbeContext& context, const syntax::CastExpr& cast) {
  const std::optional<Type> type = resolve_type(context, cast.type);
  Operand operand = build(context, cast.operand);
  if (!type) return Operand::error(cast.range);
  if (context.purpose == Purpose::Types && operand.is_error()) {
    return Operand(make_expr(*type, cast.range, VariableRead{0}));
  }
  if (operand.is_error()) return Operand::error(cast.range);

  Type target = *type;
  if (target.kind == TypeKind::Array || is_array(operand)) {
    return build_array_cast(context, cast.range, std::move(operand), target);
  }
  const bool is_scalar = is_integer_like(operand.type()) || operand.kind() == TypeKind::Pointer;
  const bool to_scalar = is_integer_like(target) || target.kind == TypeKind::Pointer;
  const bool is_text = operand.kind() == TypeKind::String;
  const bool is_wider_text = is_text && target.kind == TypeKind::String &&
                             operand.type().size <= target.size;
  const bool is_text_to_bool = is_text && target.kind == TypeKind::Bool;
  const bool is_parameter_text = operand.parameter && target.kind == TypeKind::String;
  const bool is_user = operand.kind() == TypeKind::Integer && target.kind == TypeKind::UserName;
  if (is_user) return Operand(convert(take_wide(context, std::move(operand), false), target));
  if (!(is_scalar && to_scalar) && !is_wider_text && !is_text_to_bool && !is_parameter_text) {
    context.report<DiagnosticKind::InvalidCast>(cast.range, spelling(operand), spelling(target));
    return Operand::error(cast.range);
  }
  if (!check_enum_value(context, operand, target)) return Operand::error(cast.range);
  if (target.kind == TypeKind::Pointer && operand.kind() == TypeKind::Pointer) {
    target.space = operand.type().space;
  }
  ExprPtr expr = coerce(context, std::move(operand), target);
  expr->range = cast.range;
  return Operand(std::move(expr));
}

std::optional<Type> asked_type(ProbeContext& context, const syntax::TypeOrExpr& operand) {
  if (const auto* name = std::get_if<syntax::TypeName>(&operand)) {
    return resolve_type(context, *name);
  }
  const syntax::Expr& expr = std::get<syntax::Expr>(operand);
  if (const auto* const* asked = std::get_if<const syntax::TypeofExpr*>(&expr)) {
    return build_typeof(context, **asked);
  }
  if (const auto* const* word = std::get_if<const syntax::Identifier*>(&expr)) {
    CTypes& types = context.script.c_types;
    const world::CType* type = types.find(world::CTag::None, (*word)->name);
    if (type != nullptr && type->is_complete) return types.convert(*type, AddressSpace::Unknown);
  }
  const Operand value = build(context, expr);
  if (value.is_error()) return std::nullopt;
  return value.aggregation ? *value.aggregation : value.type();
}

Operand size_constant(SourceRange range, uint64_t size) {
  uint32_t bytes = 1;
  while (bytes < 8 && size >> (bytes * 8) != 0) bytes *= 2;
  Operand operand(integer_constant(range, size, integer_type(bytes, false)));
  operand.is_literal = true;
  operand.adapts = true;
  return operand;
}

Operand build_sizeof(ProbeContext& context, const syntax::SizeofExpr& node) {
  const std::optional<Type> type = asked_type(context, node.operand);
  if (!type) return Operand::error(node.range);
  const uint64_t elements = type->kind == TypeKind::Array ? type->count : 1;
  const uint64_t size = type->kind == TypeKind::Array ? elements * type->element->size
                                                      : uint64_t{type->size};
  if (size == 0) {
    context.report<DiagnosticKind::NoSize>(node.range, spelling(*type));
    return Operand::error(node.range);
  }
  return size_constant(node.range, size);
}

}  // namespace bpftracec::sema
