// Stacks of calls, and addresses by their names.
#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;
using syntax::range_of;

namespace {

constexpr uint32_t kDefaultLimit = 127;
constexpr uint32_t kMaxLimit = 1024;

std::string_view name_of(AddressSpace space) {
  return space == AddressSpace::Kernel ? "kstack" : "ustack";
}

// A word in parentheses is a mode, whatever else it may mean elsewhere.
const syntax::Identifier* as_word(const syntax::Expr& expr) {
  const auto* const* identifier = std::get_if<const syntax::Identifier*>(&expr);
  return identifier != nullptr ? *identifier : nullptr;
}

struct StackShape {
  StackMode mode;
  uint32_t limit = kDefaultLimit;
};

bool read_mode(ProbeContext& context, const syntax::Identifier& word, StackShape& shape) {
  const auto mode = find_stack_mode(word.name);
  if (!mode) {
    context.report<DiagnosticKind::StackMode>(word.range);
    return false;
  }
  shape.mode = *mode;
  return true;
}

bool read_limit(ProbeContext& context, const syntax::Expr& written, AddressSpace space,
                StackShape& shape) {
  const Operand limit = build(context, written);
  if (limit.is_error()) return false;
  if (limit.parameter) {
    unsupported(context, limit.range(), "a parameter as a stack's number of frames is");
    return false;
  }
  const IntegerConstant* constant = as_integer_constant(limit.expr());
  if (constant == nullptr || limit.kind() != TypeKind::Integer) {
    context.report<DiagnosticKind::ArgumentType>(limit.range(), name_of(space),
                                                 "an integer literal as its number of frames",
                                                 spelling(limit.type()));
    return false;
  }
  // A negative number is a large one, too.
  if (constant->value > kMaxLimit) {
    context.report<DiagnosticKind::StackLimit>(limit.range(), name_of(space), kMaxLimit,
                                               static_cast<int64_t>(constant->value));
    return false;
  }
  shape.limit = static_cast<uint32_t>(constant->value);
  return true;
}

bool read_arguments(ProbeContext& context, SourceRange range, AddressSpace space,
                    std::span<const syntax::Expr> arguments, StackShape& shape) {
  if (arguments.empty()) return true;
  if (const syntax::Identifier* word = as_word(arguments[0])) {
    return read_mode(context, *word, shape) &&
           (arguments.size() == 1 || read_limit(context, arguments[1], space, shape));
  }
  if (arguments.size() > 1) {
    context.report<DiagnosticKind::StackArguments>(range, name_of(space))
        .hint("write {}(perf, 5)", name_of(space));
    return false;
  }
  return read_limit(context, arguments[0], space, shape);
}

// The process that stacks and symbols of user space belong to.
void need_process_id(ProgramTables& tables) {
  tables.late_constant(LateConstant::Kind::PidNamespaceDevice);
  tables.late_constant(LateConstant::Kind::PidNamespaceInode);
}

StackCapture capture(ProbeContext& context, SourceRange range, AddressSpace space,
                     const StackShape& shape) {
  StackCapture result{.site = context.tables.site(Site::Kind::Stack, range)};
  if (shape.limit == 0) return result;
  result.store = context.tables.stack_store(shape.limit, shape.mode == StackMode::BuildId);
  // Memory for very long ones may have to be counted by CPU in the programs.
  context.tables.late_constant(LateConstant::Kind::PossibleCpus);
  if (space == AddressSpace::Kernel) return result;
  need_process_id(context.tables);
  const bool has_names = shape.mode == StackMode::Bpftrace || shape.mode == StackMode::Perf;
  if (!has_names) return result;
  RecordPlan plan{.kind = RecordKind::UserStack};
  for (const uint32_t size : {4U, 8U, 4U, 4U})
    plan.fields.push_back({.type = integer_type(size, false)});
  result.announcement = context.tables.record(std::move(plan));
  return result;
}

const syntax::StringLiteral* literal_name(ProbeContext& context, const syntax::CallExpr& call) {
  const auto* const* literal = std::get_if<const syntax::StringLiteral*>(&call.arguments[0]);
  if (literal != nullptr) return *literal;
  const Operand found = build(context, call.arguments[0]);
  if (found.is_error()) return nullptr;
  context.report<DiagnosticKind::ArgumentType>(range_of(call.arguments[0]), call.name,
                                               "a string literal", spelling_beside_literal(found));
  return nullptr;
}

}  // namespace

Operand build_stack(ProbeContext& context, SourceRange range, AddressSpace space,
                    std::span<const syntax::Expr> arguments) {
  if (!check_in_probe(context, range, name_of(space))) return Operand::error(range);
  StackShape shape{.mode = context.script.config.stack_mode};
  if (!read_arguments(context, range, space, arguments, shape)) return Operand::error(range);
  if (space == AddressSpace::Kernel && shape.mode == StackMode::BuildId) {
    context.report<DiagnosticKind::KernelBuildIds>(range);
    return Operand::error(range);
  }
  return Operand(make_expr(stack_type(space, shape.mode, shape.limit), range,
                           capture(context, range, space, shape)));
}

Operand build_symbol(ProbeContext& context, const syntax::CallExpr& call, AddressSpace space) {
  Operand address = build(context, call.arguments[0]);
  if (address.is_error()) return Operand::error(call.range);
  if (address.kind() != TypeKind::Integer && address.kind() != TypeKind::Pointer) {
    context.report<DiagnosticKind::ArgumentType>(address.range(), call.name, "an address",
                                                 spelling(address.type()));
    return Operand::error(call.range);
  }
  ExprPtr number = take_wide(context, std::move(address), false);
  if (space == AddressSpace::Kernel) {
    return Operand(convert(std::move(number), symbol_type(space)));
  }
  need_process_id(context.tables);
  return Operand(make_expr(symbol_type(space), call.range, UserSymbolMake{std::move(number)}));
}

Operand build_kaddr(ProbeContext& context, const syntax::CallExpr& call) {
  const syntax::StringLiteral* name = literal_name(context, call);
  if (name == nullptr) return Operand::error(call.range);
  const LateConstantId id = context.tables.late_constant(LateConstant::Kind::KernelAddress, 0, 0,
                                                         name->value);
  // What is cast to a pointer without more words leads into the kernel.
  Type type = integer_type(8, false);
  type.space = AddressSpace::Kernel;
  return Operand(make_expr(std::move(type), call.range, LateConstantRead{id}));
}

Operand build_len(ProbeContext& context, const syntax::CallExpr& call) {
  const auto* const* map = std::get_if<const syntax::MapAccess*>(&call.arguments[0]);
  if (map != nullptr && !(*map)->has_keys) {
    return build_map_length(context, call);
  }
  Operand stack = build(context, call.arguments[0]);
  if (stack.is_error()) return Operand::error(call.range);
  if (stack.kind() != TypeKind::Stack) {
    context.report<DiagnosticKind::ArgumentType>(stack.range(), call.name, "a map or a stack",
                                                 spelling(stack.type()));
    return Operand::error(call.range);
  }
  return Operand(
      make_expr(integer_type(8, true), call.range, StackDepth{take(context, std::move(stack))}));
}

}  // namespace bpftracec::sema
