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

bool is_user_probe(ProgramKind kind) {
  return kind == ProgramKind::Uprobe || kind == ProgramKind::Uretprobe;
}

std::string_view kind_spelling(ProbeKind kind) {
  switch (kind) {
#define PROBE_KIND(name, spelling, short_spelling) \
  case ProbeKind::name:                            \
    return spelling;
#include "bpftracec/world/probe_kind.def"
  }
  base::internal_error("unknown probe kind");
}

// Registers that hold a function's arguments on x86-64; a raw tracepoint's prototype has at most 12
// parameters.
constexpr uint32_t kRegisterArguments = 6;
constexpr uint32_t kRawTracepointArguments = 12;

// The largest N of argN; nothing where there is none.
std::optional<uint32_t> last_argument(ProbeKind kind) {
  switch (kind) {
    case ProbeKind::Uprobe:
      return kRegisterArguments - 1;
    case ProbeKind::RawTracepoint:
      return kRawTracepointArguments - 1;
    case ProbeKind::Begin:
    case ProbeKind::End:
    case ProbeKind::Tracepoint:
    case ProbeKind::Uretprobe:
    case ProbeKind::Interval:
    case ProbeKind::Profile:
    case ProbeKind::Software:
      return std::nullopt;
  }
  base::internal_error("unknown probe kind");
}

Operand report_not_available(ProbeContext& context, SourceRange range, std::string_view name,
                             std::string_view where) {
  const ProbeKind kind = context.probe.attach_point->kind;
  context.report<DiagnosticKind::BuiltinNotAvailable>(range, name, kind_spelling(kind))
      .hint("it is there in {} probes", where);
  return Operand::error(range);
}

Operand build_argument(ProbeContext& context, SourceRange range, uint32_t index) {
  const ProbeKind kind = context.probe.attach_point->kind;
  const std::string name = "arg" + std::to_string(index);
  const std::optional<uint32_t> last = last_argument(kind);
  if (!last) {
    if (kind == ProbeKind::Tracepoint) {
      context.report<DiagnosticKind::BuiltinNotAvailable>(range, name, kind_spelling(kind))
          .hint("a tracepoint has fields: args.NAME");
      return Operand::error(range);
    }
    return report_not_available(context, range, name, "uprobe and rawtracepoint");
  }
  if (index > *last) {
    context.report<DiagnosticKind::NoSuchArgument>(range, name, kind_spelling(kind), *last);
    return Operand::error(range);
  }
  return Operand(
      make_expr(builtin_type(Builtin::Argument), range, BuiltinRead{Builtin::Argument, index}));
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
      return;
  }
  base::internal_error("unknown builtin");
}

Operand build_builtin_variable(ProbeContext& context, SourceRange range, const BuiltinName& name) {
  const Builtin builtin = name.variable;
  if (builtin == Builtin::Cpid) {
    const LateConstantId id = context.tables.late_constant(LateConstant::Kind::ChildPid);
    return Operand(make_expr(builtin_type(builtin), range, LateConstantRead{id}));
  }
  if (builtin == Builtin::Argument || builtin == Builtin::Retval) {
    if (!context.probe.attach_point) return Operand::error(range);
    if (builtin == Builtin::Argument) return build_argument(context, range, name.argument_index);
    if (context.probe.attach_point->kind != ProbeKind::Uretprobe) {
      return report_not_available(context, range, "retval", "uretprobe");
    }
  }
  add_late_constants(context.tables, builtin);
  return Operand(make_expr(builtin_type(builtin), range, BuiltinRead{builtin}));
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

Operand build_builtin_constant(ProbeContext& context, SourceRange range, BuiltinConstant constant) {
  if (constant == BuiltinConstant::Args) {
    context.report<DiagnosticKind::ArgsAlone>(range).hint("name a field: args.NAME");
    return Operand::error(range);
  }
  const std::optional<AttachPoint>& point = context.probe.attach_point;
  if (!point) return Operand::error(range);
  if (constant == BuiltinConstant::Probe) {
    if (is_late(*point)) return build_late_text(context, range, LateConstant::Kind::ProbeName);
    return Operand(string_constant(range, point->name));
  }
  if (!is_user_probe(context.probe.kind)) {
    return report_not_available(context, range, "func", "uprobe and uretprobe");
  }
  if (point->has_parameters) {
    return build_late_text(context, range, LateConstant::Kind::ProbeFunction);
  }
  return Operand(string_constant(range, point->function));
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

Type pointer_to(std::optional<Type> pointee, std::string name, uint32_t depth, AddressSpace space) {
  std::shared_ptr<const Type> element;
  if (pointee) element = std::make_shared<const Type>(*std::move(pointee));
  Type type = pointer_type(std::move(name), space, std::move(element));
  for (uint32_t level = 1; level < depth; ++level) {
    std::string inner = spelling(type);
    type = pointer_type(std::move(inner), space, std::make_shared<const Type>(type));
  }
  return type;
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
          // What has no meaning yet.
          [&](const syntax::OffsetofExpr* node) {
            return unsupported(context, node->range, "'offsetof' is");
          },
          [&](const syntax::TypeofExpr* node) {
            context.report<DiagnosticKind::TypeAsValue>(node->range);
            return Operand::error(node->range);
          },
          [&](const syntax::TypeinfoExpr* node) {
            return unsupported(context, node->range, "'typeinfo' is");
          },
      },
      expr);
}

void check_all(ProbeContext& context, std::span<const syntax::Expr> exprs) {
  for (const syntax::Expr& expr : exprs) build(context, expr);
}

Operand build_builtin(ProbeContext& context, const syntax::Identifier& identifier) {
  const BuiltinName name = find_builtin(identifier.name);
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
  const auto is_array = [](const syntax::TypeSuffix& suffix) {
    return suffix.kind == syntax::TypeSuffix::Kind::Array;
  };
  if (std::any_of(name.suffixes.begin(), name.suffixes.end(), is_array)) {
    context.report<DiagnosticKind::UnsupportedType>(name.range, "arrays");
    return std::nullopt;
  }
  std::optional<Type> pointee;
  if (name.tag.empty()) pointee = integer_type_named(name.name);
  const auto pointer_depth = static_cast<uint32_t>(name.suffixes.size());
  if (pointer_depth == 0) {
    if (pointee) return pointee;
    if (!name.tag.empty()) {
      context.report<DiagnosticKind::UnsupportedType>(name.range, "values of structs and enums");
      return std::nullopt;
    }
    static constexpr std::string_view kNames[] = {"int8",   "int16",  "int32",  "int64", "uint8",
                                                  "uint16", "uint32", "uint64", "bool",  "string"};
    const auto nearest = base::nearest_name(name.name, kNames);
    if (!nearest && may_be_lost(context)) return std::nullopt;
    Diagnostic& diagnostic = context.report<DiagnosticKind::UnknownType>(name.range, name.name);
    if (nearest) diagnostic.hint("did you mean '{}'?", *nearest);
    return std::nullopt;
  }
  // A bool in memory is a byte like any other.
  if (pointee && pointee->kind == TypeKind::Bool) pointee = integer_type(1, false);
  std::string pointee_name(name.tag);
  if (!pointee_name.empty()) pointee_name += ' ';
  pointee_name += name.name;
  return pointer_to(std::move(pointee), std::move(pointee_name), pointer_depth,
                    AddressSpace::Unknown);
}

Operand build_cast(ProbeContext& context, const syntax::CastExpr& cast) {
  const std::optional<Type> type = resolve_type(context, cast.type);
  Operand operand = build(context, cast.operand);
  if (!type) return Operand::error(cast.range);
  if (context.purpose == Purpose::Types && operand.is_error()) {
    return Operand(make_expr(*type, cast.range, VariableRead{0}));
  }
  if (operand.is_error()) return Operand::error(cast.range);

  Type target = *type;
  const bool is_scalar = is_integer_like(operand.type()) || operand.kind() == TypeKind::Pointer;
  const bool to_scalar = is_integer_like(target) || target.kind == TypeKind::Pointer;
  const bool is_text = operand.kind() == TypeKind::String;
  const bool is_wider_text = is_text && target.kind == TypeKind::String &&
                             operand.type().size <= target.size;
  const bool is_text_to_bool = is_text && target.kind == TypeKind::Bool;
  const bool is_parameter_text = operand.parameter && target.kind == TypeKind::String;
  if (!(is_scalar && to_scalar) && !is_wider_text && !is_text_to_bool && !is_parameter_text) {
    context.report<DiagnosticKind::InvalidCast>(cast.range, spelling(operand), spelling(target));
    return Operand::error(cast.range);
  }
  if (target.kind == TypeKind::Pointer && operand.kind() == TypeKind::Pointer) {
    target.space = operand.type().space;
  }
  ExprPtr expr = coerce(context, std::move(operand), target);
  expr->range = cast.range;
  return Operand(std::move(expr));
}

Operand build_sizeof(ProbeContext& context, const syntax::SizeofExpr& node) {
  std::optional<Type> type;
  if (const auto* name = std::get_if<syntax::TypeName>(&node.operand)) {
    type = resolve_type(context, *name);
  } else if (const auto* const* asked = std::get_if<const syntax::TypeofExpr*>(
                 &std::get<syntax::Expr>(node.operand))) {
    type = build_typeof(context, **asked);
  } else {
    const Operand operand = build(context, std::get<syntax::Expr>(node.operand));
    if (!operand.is_error()) type = operand.type();
  }
  if (!type) return Operand::error(node.range);
  const uint64_t elements = type->kind == TypeKind::Array ? type->count : 1;
  const uint64_t size = type->kind == TypeKind::Array ? elements * type->element->size
                                                      : uint64_t{type->size};
  if (size == 0) {
    context.report<DiagnosticKind::NoSize>(node.range, spelling(*type));
    return Operand::error(node.range);
  }
  Operand operand(integer_constant(node.range, size, literal_type(size)));
  operand.is_literal = true;
  operand.adapts = true;
  return operand;
}

}  // namespace bpftracec::sema
