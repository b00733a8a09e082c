// Values that are shown with what the tool knows (times, cgroups), and small functions of numbers
// and addresses.
#include <optional>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;

namespace {

const Type kWide = integer_type(8, false);

std::optional<Operand> integer_argument(ProbeContext& context, const syntax::CallExpr& call,
                                        size_t index) {
  Operand operand = build(context, call.arguments[index]);
  if (operand.is_error()) return std::nullopt;
  if (is_integer_like(operand.type())) return operand;
  context.report<DiagnosticKind::ArgumentType>(operand.range(), call.name, "an integer",
                                               spelling(operand.type()));
  return std::nullopt;
}

bool is_time_of(const Expr& expr, Operation clock) {
  const auto* node = std::get_if<Compute>(&expr.node);
  return node != nullptr && node->operation == clock;
}

// A time as strftime() takes it: of the clock that `nsecs` shows.
ExprPtr boot_time(ProbeContext& context, ExprPtr time) {
  if (!is_time_of(*time, Operation::TaiTime)) return time;
  const SourceRange range = time->range;
  const LateConstantId offset = context.tables.late_constant(LateConstant::Kind::TaiOffset);
  return make_expr(kWide, range,
                   Binary{BinaryOp::Subtract,
                          std::move(time),
                          make_expr(kWide, range, LateConstantRead{offset}),
                          {}});
}

}  // namespace

// ---- strftime() ---------------------------------------------------------------------------------

Operand build_strftime(ProbeContext& context, const syntax::CallExpr& call) {
  const auto format = literal_text(context, call, 0);
  auto time = integer_argument(context, call, 1);
  if (!format || !time) return Operand::error(call.range);
  const IntegerConstant* constant = as_integer_constant(time->expr());
  const bool is_negative = constant != nullptr && time->type().is_signed &&
                           static_cast<int64_t>(constant->value) < 0;
  if (is_negative || is_time_of(time->expr(), Operation::MonotonicTime)) {
    context
        .report<DiagnosticKind::ArgumentType>(
            time->range(), call.name, "a time that nsecs has given",
            is_negative ? "a negative number" : "one of the monotonic clock")
        .hint("strftime(\"...\", nsecs)");
    return Operand::error(call.range);
  }
  ExprPtr value = boot_time(context, take_wide(context, *std::move(time), false));
  ExprPtr shown = convert(std::move(value), formatted_type(TypeKind::Timestamp, *format));
  shown->range = call.range;
  return Operand(std::move(shown));
}

// ---- cgroups ------------------------------------------------------------------------------------

Operand build_cgroupid(ProbeContext& context, const syntax::CallExpr& call) {
  const auto path = literal_text(context, call, 0);
  if (!path) return Operand::error(call.range);
  const LateConstantId id = context.tables.late_constant(LateConstant::Kind::CgroupId, 0, 0, *path);
  return Operand(make_expr(kWide, call.range, LateConstantRead{id}));
}

Operand build_cgroup_path(ProbeContext& context, const syntax::CallExpr& call) {
  auto id = integer_argument(context, call, 0);
  std::optional<std::string> filter = "";
  if (call.arguments.size() == 2) filter = literal_text(context, call, 1);
  if (!id || !filter) return Operand::error(call.range);
  ExprPtr value = convert(take_wide(context, *std::move(id), false),
                          formatted_type(TypeKind::CgroupPath, *filter));
  value->range = call.range;
  return Operand(std::move(value));
}

// ---- numbers and addresses ----------------------------------------------------------------------

namespace {

uint64_t swapped(uint64_t value, uint32_t size) {
  uint64_t result = 0;
  for (uint32_t byte = 0; byte < size; ++byte) {
    result = result << 8 | (value & 0xff);
    value >>= 8;
  }
  return result;
}

}  // namespace

Operand build_bswap(ProbeContext& context, const syntax::CallExpr& call) {
  auto number = integer_argument(context, call, 0);
  if (!number) return Operand::error(call.range);
  const Type type = integer_type(number->type().size, false);
  ExprPtr value = convert(take(context, *std::move(number)), type);
  value->range = call.range;
  if (const IntegerConstant* constant = as_integer_constant(*value)) {
    Operand folded(integer_constant(call.range, swapped(constant->value, type.size), type));
    folded.is_literal = true;
    return folded;
  }
  if (type.size == 1) return Operand(std::move(value));
  Compute node{Operation::ByteSwap, {}};
  node.arguments.push_back(std::move(value));
  return Operand(make_expr(type, call.range, std::move(node)));
}

Operand build_address_in(ProbeContext& context, const syntax::CallExpr& call, AddressSpace space) {
  Operand address = build(context, call.arguments[0]);
  if (address.is_error()) return Operand::error(call.range);
  Type type = address.type();
  if (type.kind == TypeKind::Bool || !(is_integer_like(type) || type.kind == TypeKind::Pointer)) {
    context.report<DiagnosticKind::ArgumentType>(address.range(), call.name, "an address",
                                                 spelling(type));
    return Operand::error(call.range);
  }
  ExprPtr value = take(context, std::move(address));
  value->type.space = space;
  return Operand(std::move(value));
}

// What functions of the kernel return instead of an address: -4095 to -1.
Operand build_is_err(ProbeContext& context, const syntax::CallExpr& call) {
  constexpr uint64_t kLeast = static_cast<uint64_t>(int64_t{-4095});
  Operand address = build(context, call.arguments[0]);
  if (address.is_error()) return Operand::error(call.range);
  if (!is_integer_like(address.type()) && address.kind() != TypeKind::Pointer) {
    context.report<DiagnosticKind::ArgumentType>(address.range(), call.name, "an address",
                                                 spelling(address.type()));
    return Operand::error(call.range);
  }
  // A number extends by its own sign before it is taken for an address.
  ExprPtr value = convert(take_wide(context, std::move(address), false), kWide);
  return Operand(make_expr(bool_type(), call.range,
                           Binary{BinaryOp::GreaterEqual,
                                  std::move(value),
                                  integer_constant(call.range, kLeast, kWide),
                                  {}}));
}

}  // namespace bpftracec::sema
