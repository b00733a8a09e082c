// Functions of texts.
#include <algorithm>
#include <cstring>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/name_texts.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;
using syntax::range_of;

namespace {

const Type kWide = integer_type(8, false);

// Where a text is a number of turns of a loop, the verifier walks all of them.
constexpr uint32_t kMaxSearched = 2048;

constexpr uint64_t kAbsent = static_cast<uint64_t>(int64_t{-2});  // of strstr()

Operand literal(SourceRange range, uint64_t value, const Type& type) {
  Operand operand(integer_constant(range, value, type));
  operand.is_literal = true;
  return operand;
}

bool points_to_characters(const Type& type) {
  return type.kind == TypeKind::Pointer && type.element != nullptr &&
         type.element->kind == TypeKind::Integer && type.element->size == 1;
}

const std::string* text_of(const ExprPtr& expr) {
  const StringConstant* constant = as_string_constant(*expr);
  return constant != nullptr ? &constant->value : nullptr;
}

}  // namespace

ExprPtr text_argument(ProbeContext& context, const syntax::CallExpr& call, size_t index) {
  Operand operand = build(context, call.arguments[index]);
  if (operand.is_error()) return nullptr;
  const SourceRange range = operand.range();
  if (operand.parameter) {
    return parameter_text(context, range, *operand.parameter, kParameterTextCapacity);
  }
  if (operand.kind() == TypeKind::String) return std::move(operand).take();
  if (points_to_characters(operand.type())) {
    const AddressSpace space = space_of(context, operand.type());
    return make_expr(string_type(context.script.config.max_strlen), range,
                     StringRead{take(context, std::move(operand)), nullptr, space});
  }
  context.report<DiagnosticKind::ArgumentType>(range, call.name, "a string",
                                               spelling(operand.type()));
  return nullptr;
}

std::optional<uint64_t> count_argument(ProbeContext& context, const syntax::CallExpr& call,
                                       size_t index) {
  const Operand operand = build(context, call.arguments[index]);
  if (operand.is_error()) return std::nullopt;
  const IntegerConstant* constant = operand.parameter ? nullptr
                                                      : as_integer_constant(operand.expr());
  const bool is_negative = constant != nullptr && operand.type().is_signed &&
                           static_cast<int64_t>(constant->value) < 0;
  if (constant != nullptr && !is_negative && is_integer_like(operand.type())) {
    return constant->value;
  }
  context.report<DiagnosticKind::ArgumentType>(
      operand.range(), call.name, "a constant number of bytes",
      is_negative ? "a negative number" : spelling_beside_literal(operand));
  return std::nullopt;
}

std::optional<std::string> literal_text(ProbeContext& context, const syntax::CallExpr& call,
                                        size_t index) {
  const Operand operand = build(context, call.arguments[index]);
  if (operand.is_error()) return std::nullopt;
  const StringConstant* text = as_string_constant(operand.expr());
  if (text != nullptr && operand.is_literal) return text->value;
  diagnostics::Diagnostic& diagnostic = context.report<DiagnosticKind::ArgumentType>(
      operand.range(), call.name, "a string literal", spelling_beside_literal(operand));
  if (operand.parameter) diagnostic.hint("it must be known when the script is compiled");
  return std::nullopt;
}

// ---- comparing ----------------------------------------------------------------------------------

Operand build_strncmp(ProbeContext& context, const syntax::CallExpr& call) {
  ExprPtr lhs = text_argument(context, call, 0);
  ExprPtr rhs = text_argument(context, call, 1);
  const auto count = count_argument(context, call, 2);
  if (lhs == nullptr || rhs == nullptr || !count) return Operand::error(call.range);
  if (*count == 0) return literal(call.range, 0, kWide);
  const auto limit = static_cast<uint32_t>(std::min<uint64_t>(*count, UINT32_MAX));
  return Operand(
      make_expr(kWide, call.range, StringCompare{std::move(lhs), std::move(rhs), false, limit}));
}

namespace {

// A text or a buffer, as it lies in memory.
ExprPtr bytes_argument(ProbeContext& context, const syntax::CallExpr& call, size_t index) {
  Operand operand = build(context, call.arguments[index]);
  if (operand.kind() == TypeKind::Buffer) return std::move(operand).take();
  return text_argument(context, call, index);
}

uint32_t byte_count(const Type& type) {
  return type.kind == TypeKind::Buffer ? buffer_length(type) : type.size;
}

}  // namespace

Operand build_memcmp(ProbeContext& context, const syntax::CallExpr& call) {
  ExprPtr lhs = bytes_argument(context, call, 0);
  ExprPtr rhs = bytes_argument(context, call, 1);
  const auto count = count_argument(context, call, 2);
  if (lhs == nullptr || rhs == nullptr || !count) return Operand::error(call.range);
  const uint32_t most = std::min({byte_count(lhs->type), byte_count(rhs->type), kMaxSearched});
  if (*count > most) {
    context.report<DiagnosticKind::ComparedBytes>(range_of(call.arguments[2]), call.name, most,
                                                  *count);
    return Operand::error(call.range);
  }
  const Type type = integer_type(4, true);
  if (*count == 0) return literal(call.range, 0, type);
  Compute node{Operation::BytesOrder, {}};
  node.arguments.push_back(std::move(lhs));
  node.arguments.push_back(std::move(rhs));
  node.arguments.push_back(integer_constant(call.range, *count, kWide));
  return Operand(make_expr(type, call.range, std::move(node)));
}

// ---- searching ----------------------------------------------------------------------------------

namespace {

bool check_searched(ProbeContext& context, const syntax::CallExpr& call, const Expr& text) {
  if (text.type.size <= kMaxSearched) return true;
  context.report<DiagnosticKind::SearchedText>(text.range, call.name, kMaxSearched, text.type.size)
      .hint("take a part of it: str(..., {})", kMaxSearched);
  return false;
}

// Where the second argument begins in the first, an int32.
ExprPtr build_search(ProbeContext& context, const syntax::CallExpr& call) {
  ExprPtr text = text_argument(context, call, 0);
  ExprPtr wanted = text_argument(context, call, 1);
  if (text == nullptr || wanted == nullptr) return nullptr;
  const Type type = integer_type(4, true);
  if (text_of(text) != nullptr && text_of(wanted) != nullptr) {
    // What follows a NUL is not part of either.
    const char* first = text_of(text)->c_str();
    const char* found = std::strstr(first, text_of(wanted)->c_str());
    const uint64_t at = found != nullptr ? static_cast<uint64_t>(found - first) : kAbsent;
    return integer_constant(call.range, at, type);
  }
  if (!check_searched(context, call, *text) || !check_searched(context, call, *wanted)) {
    return nullptr;
  }
  Compute node{Operation::TextFind, {}};
  node.arguments.push_back(std::move(text));
  node.arguments.push_back(std::move(wanted));
  return make_expr(type, call.range, std::move(node));
}

}  // namespace

Operand build_strstr(ProbeContext& context, const syntax::CallExpr& call) {
  ExprPtr found = build_search(context, call);
  return found != nullptr ? Operand(std::move(found)) : Operand::error(call.range);
}

Operand build_strcontains(ProbeContext& context, const syntax::CallExpr& call) {
  ExprPtr found = build_search(context, call);
  if (found == nullptr) return Operand::error(call.range);
  if (const IntegerConstant* constant = as_integer_constant(*found)) {
    return literal(call.range, constant->value != kAbsent ? 1 : 0, bool_type());
  }
  const Type type = integer_type(8, true);
  return Operand(make_expr(bool_type(), call.range,
                           Binary{BinaryOp::NotEqual,
                                  convert(std::move(found), type),
                                  integer_constant(call.range, kAbsent, type),
                                  {}}));
}

// ---- lengths, and both together -------------------------------------------------------------------

Operand build_strlen(ProbeContext& context, const syntax::CallExpr& call) {
  ExprPtr text = text_argument(context, call, 0);
  if (text == nullptr) return Operand::error(call.range);
  if (const std::string* constant = text_of(text)) {
    return literal(call.range, std::strlen(constant->c_str()), kWide);
  }
  Compute node{Operation::TextLength, {}};
  node.arguments.push_back(std::move(text));
  return Operand(make_expr(kWide, call.range, std::move(node)));
}

Operand build_strcap(ProbeContext& context, const syntax::CallExpr& call) {
  const ExprPtr text = text_argument(context, call, 0);
  if (text == nullptr) return Operand::error(call.range);
  Operand operand = literal(call.range, text->type.size, literal_type(text->type.size));
  operand.adapts = true;
  return operand;
}

Operand build_str_concat(ProbeContext& context, const syntax::CallExpr& call) {
  ExprPtr first = text_argument(context, call, 0);
  ExprPtr second = text_argument(context, call, 1);
  if (first == nullptr || second == nullptr) return Operand::error(call.range);
  Compute node{Operation::TextConcat, {}};
  node.arguments.push_back(std::move(first));
  node.arguments.push_back(std::move(second));
  return Operand(
      make_expr(string_type(context.script.config.max_strlen), call.range, std::move(node)));
}

// ---- names of numbers ---------------------------------------------------------------------------

Operand build_name(ProbeContext& context, const syntax::CallExpr& call, Operation operation) {
  Operand number = build(context, call.arguments[0]);
  if (number.is_error()) return Operand::error(call.range);
  if (!is_integer_like(number.type())) {
    context.report<DiagnosticKind::ArgumentType>(number.range(), call.name, "an integer",
                                                 spelling(number.type()));
    return Operand::error(call.range);
  }
  const Type type = string_type(kNameCapacity);
  ExprPtr value = take_wide(context, std::move(number), true);
  if (const IntegerConstant* constant = as_integer_constant(*value)) {
    std::string text = name_of_number(operation, static_cast<int64_t>(constant->value));
    return Operand(make_expr(type, call.range, StringConstant{std::move(text)}));
  }
  Compute node{operation, {}};
  node.names = std::make_shared<const std::vector<std::string>>(names_of(operation));
  node.arguments.push_back(std::move(value));
  return Operand(make_expr(type, call.range, std::move(node)));
}

}  // namespace bpftracec::sema
