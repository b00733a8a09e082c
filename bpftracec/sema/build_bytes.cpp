// Functions of bytes as they lie in memory: buf(), and addresses of networks.
#include <algorithm>
#include <arpa/inet.h>
#include <array>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/rt/event_abi.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;
using syntax::range_of;

namespace {

const Type kWide = integer_type(8, false);

// The bytes of an array: where they lie, or the elements of a copy.
struct Bytes {
  ExprPtr address;
  AddressSpace space = AddressSpace::Unknown;
  std::vector<ExprPtr> parts;
  uint32_t size = 0;
  // A copy that the parts are read from.
  std::optional<VariableId> variable;
  ExprPtr value;
};

bool is_copied_array(const Type& type) { return type.kind == TypeKind::Tuple && type.is_array; }

bool is_array(const Type& type) { return type.kind == TypeKind::Array || is_copied_array(type); }

Bytes bytes_of_copy(ProbeContext& context, Operand operand) {
  const Type type = operand.type();
  const Type element = type.members->front().type;
  Bytes bytes;
  bytes.size = element.size * static_cast<uint32_t>(type.members->size());
  ExprPtr whole = take(context, std::move(operand));
  if (auto* written = std::get_if<TupleMake>(&whole->node)) {
    bytes.parts = std::move(written->elements);
    return bytes;
  }
  const SourceRange range = whole->range;
  bytes.variable = context.add_temporary(type);
  bytes.value = std::move(whole);
  for (uint32_t index = 0; index < type.members->size(); ++index) {
    bytes.parts.push_back(
        make_expr(element, range,
                  TupleElement{make_expr(type, range, VariableRead{*bytes.variable}), index}));
  }
  return bytes;
}

// Of an array, or of what a pointer or an integer leads to.
Bytes bytes_of(ProbeContext& context, Operand operand) {
  if (is_copied_array(operand.type())) return bytes_of_copy(context, std::move(operand));
  const Type type = operand.type();
  const SourceRange range = operand.range();
  Bytes bytes;
  if (type.kind == TypeKind::Array) bytes.size = type.count * type.element->size;
  const bool is_field = std::holds_alternative<FieldRead>(operand.expr().node);
  if (type.kind == TypeKind::Array && is_field) {
    Compute node{Operation::FieldAddress, {}};
    node.arguments.push_back(std::move(operand).take());
    bytes.address = make_expr(kWide, range, std::move(node));
    bytes.space = AddressSpace::Kernel;
    return bytes;
  }
  bytes.space = space_of(context, type);
  bytes.address = convert(take(context, std::move(operand)), kWide);
  return bytes;
}

// `value`, in which the parts of a copy are used.
Operand with_copy(Bytes& bytes, ExprPtr value) {
  if (!bytes.variable) return Operand(std::move(value));
  const Type type = value->type;
  const SourceRange range = value->range;
  return Operand(make_expr(
      type, range, BindVariable{*bytes.variable, std::move(bytes.value), std::move(value)}));
}

bool is_address(const Type& type) {
  return type.kind == TypeKind::Pointer || type.kind == TypeKind::Integer;
}

}  // namespace

// ---- buf() --------------------------------------------------------------------------------------

namespace {

uint32_t longest_buffer(const ProbeContext& context) {
  const auto head = static_cast<uint32_t>(sizeof(rt::buffer_head));
  return std::max(context.script.config.max_strlen, head + 1) - head;
}

struct BufferLength {
  uint32_t most = 0;
  ExprPtr value;
};

// The second argument of buf(); nothing when it is wrong, which has been reported.
std::optional<BufferLength> build_length(ProbeContext& context, const syntax::CallExpr& call) {
  Operand operand = build(context, call.arguments[1]);
  if (operand.is_error()) return std::nullopt;
  const IntegerConstant* constant = as_integer_constant(operand.expr());
  const bool is_negative = constant != nullptr && operand.type().is_signed &&
                           static_cast<int64_t>(constant->value) < 0;
  if (!is_integer_like(operand.type()) || is_negative) {
    context.report<DiagnosticKind::ArgumentType>(
        operand.range(), call.name, "a length of 0 or more",
        is_negative ? "a negative number" : spelling(operand.type()));
    return std::nullopt;
  }
  const uint32_t longest = longest_buffer(context);
  if (constant == nullptr || operand.parameter) {
    return BufferLength{longest, take_wide(context, std::move(operand), false)};
  }
  if (constant->value > longest) {
    context.report<DiagnosticKind::BufferLengthCut>(operand.range(), constant->value, longest);
  }
  const auto most = static_cast<uint32_t>(std::min<uint64_t>(constant->value, longest));
  return BufferLength{most, integer_constant(operand.range(), most, kWide)};
}

Operand buffer_of_text(SourceRange range, ExprPtr text, BufferLength length) {
  const uint32_t most = std::min(length.most, text->type.size);
  Compute node{Operation::BufferOfText, {}};
  node.arguments.push_back(std::move(text));
  node.arguments.push_back(std::move(length.value));
  return Operand(make_expr(buffer_type(most), range, std::move(node)));
}

Operand buffer_of_parts(SourceRange range, Bytes bytes, uint32_t length) {
  Compute node{Operation::BufferOfParts, std::move(bytes.parts)};
  bytes.parts.clear();
  return with_copy(bytes, make_expr(buffer_type(length), range, std::move(node)));
}

// Without a length, all of an array; nothing for other values.
std::optional<BufferLength> whole_length(ProbeContext& context, const syntax::CallExpr& call,
                                         const Operand& source) {
  if (!is_array(source.type())) {
    context.report<DiagnosticKind::BufferLengthMissing>(call.range, spelling(source.type()))
        .hint("buf(..., LENGTH)");
    return std::nullopt;
  }
  const Type& type = source.type();
  const uint32_t size = type.kind == TypeKind::Array
                            ? type.count * type.element->size
                            : type.members->front().type.size *
                                  static_cast<uint32_t>(type.members->size());
  const uint32_t most = std::min(size, longest_buffer(context));
  return BufferLength{most, integer_constant(call.range, most, kWide)};
}

}  // namespace

Operand build_buf(ProbeContext& context, const syntax::CallExpr& call) {
  Operand source = build(context, call.arguments[0]);
  if (source.is_error()) {
    check_all(context, call.arguments.subspan(1));
    return Operand::error(call.range);
  }
  const bool is_text = source.kind() == TypeKind::String || source.parameter.has_value();
  if (!is_text && !is_array(source.type()) && !is_address(source.type())) {
    context.report<DiagnosticKind::ArgumentType>(
        source.range(), call.name, "an address, an array or a string", spelling(source.type()));
    return Operand::error(call.range);
  }
  auto length = call.arguments.size() > 1 ? build_length(context, call)
                                          : whole_length(context, call, source);
  if (!length) return Operand::error(call.range);
  if (is_text) {
    ExprPtr text = source.parameter ? parameter_text(context, source.range(), *source.parameter,
                                                     kParameterTextCapacity)
                                    : std::move(source).take();
    return buffer_of_text(call.range, std::move(text), *std::move(length));
  }
  Bytes bytes = bytes_of(context, std::move(source));
  if (bytes.size != 0 && bytes.size < length->most) {
    length->most = bytes.size;
    if (as_integer_constant(*length->value) != nullptr) {
      length->value = integer_constant(call.range, bytes.size, kWide);
    }
  }
  if (bytes.address == nullptr) return buffer_of_parts(call.range, std::move(bytes), length->most);
  Compute node{Operation::ReadBuffer, {}, bytes.space};
  node.arguments.push_back(std::move(bytes.address));
  node.arguments.push_back(std::move(length->value));
  return Operand(make_expr(buffer_type(length->most), call.range, std::move(node)));
}

// ---- ntop(), pton() -----------------------------------------------------------------------------

namespace {

// The constants of Linux on all machines.
constexpr uint64_t kFamilyV4 = 2;
constexpr uint64_t kFamilyV6 = 10;
constexpr uint32_t kSizeV4 = 4;
constexpr uint32_t kSizeV6 = 16;

// The first of two arguments.
ExprPtr build_family(ProbeContext& context, const syntax::CallExpr& call) {
  Operand family = build(context, call.arguments[0]);
  if (family.is_error()) return nullptr;
  if (!is_integer_like(family.type())) {
    context.report<DiagnosticKind::ArgumentType>(family.range(), call.name, "AF_INET or AF_INET6",
                                                 spelling(family.type()));
    return nullptr;
  }
  return take_wide(context, std::move(family), false);
}

Operand inet_of_number(ProbeContext& context, SourceRange range, ExprPtr family, Operand address) {
  Compute node{Operation::InetOfParts, {}};
  if (family == nullptr) family = integer_constant(range, kFamilyV4, kWide);
  node.arguments.push_back(std::move(family));
  node.arguments.push_back(convert(take(context, std::move(address)), integer_type(4, false)));
  return Operand(make_expr(simple_type(TypeKind::Inet), range, std::move(node)));
}

Operand inet_of_bytes(SourceRange range, ExprPtr family, Bytes bytes) {
  if (family == nullptr) {
    const uint64_t implied = bytes.size == kSizeV4 ? kFamilyV4 : kFamilyV6;
    family = integer_constant(range, implied, kWide);
  }
  const bool is_in_memory = bytes.address != nullptr;
  Compute node{is_in_memory ? Operation::InetOfMemory : Operation::InetOfParts, {}, bytes.space};
  node.arguments.push_back(std::move(family));
  if (is_in_memory) {
    node.arguments.push_back(std::move(bytes.address));
    node.arguments.push_back(integer_constant(range, bytes.size, kWide));
  }
  for (ExprPtr& part : bytes.parts) node.arguments.push_back(std::move(part));
  return with_copy(bytes, make_expr(simple_type(TypeKind::Inet), range, std::move(node)));
}

}  // namespace

Operand build_ntop(ProbeContext& context, const syntax::CallExpr& call) {
  const bool has_family = call.arguments.size() == 2;
  ExprPtr family = has_family ? build_family(context, call) : nullptr;
  Operand address = build(context, call.arguments.back());
  if (address.is_error() || (has_family && family == nullptr)) return Operand::error(call.range);
  if (is_integer_like(address.type())) {
    return inet_of_number(context, call.range, std::move(family), std::move(address));
  }
  if (!is_array(address.type())) {
    context.report<DiagnosticKind::ArgumentType>(
        address.range(), call.name, "an integer or an array of bytes", spelling(address.type()));
    return Operand::error(call.range);
  }
  Bytes bytes = bytes_of(context, std::move(address));
  if (bytes.size != kSizeV4 && bytes.size != kSizeV6) {
    context.report<DiagnosticKind::AddressSize>(range_of(call.arguments.back()), bytes.size);
    return Operand::error(call.range);
  }
  return inet_of_bytes(call.range, std::move(family), std::move(bytes));
}

Operand build_pton(ProbeContext& context, const syntax::CallExpr& call) {
  const auto text = literal_text(context, call, 0);
  if (!text) return Operand::error(call.range);
  std::array<uint8_t, kSizeV6> bytes{};
  const bool is_v6 = text->find(':') != std::string::npos;
  if (inet_pton(is_v6 ? AF_INET6 : AF_INET, text->c_str(), bytes.data()) != 1) {
    context.report<DiagnosticKind::NoAddress>(range_of(call.arguments[0]), *text);
    return Operand::error(call.range);
  }
  const uint32_t size = is_v6 ? kSizeV6 : kSizeV4;
  const Type element = integer_type(1, false);
  TupleMake tuple;
  for (uint32_t index = 0; index < size; ++index)
    tuple.elements.push_back(integer_constant(call.range, bytes[index], element));
  return Operand(make_expr(copied_array_type(element, size), call.range, std::move(tuple)));
}

// ---- macaddr() ----------------------------------------------------------------------------------

Operand build_macaddr(ProbeContext& context, const syntax::CallExpr& call) {
  constexpr uint32_t kSize = 6;
  Operand address = build(context, call.arguments[0]);
  if (address.is_error()) return Operand::error(call.range);
  const Type type = address.type();
  if (!is_array(type) && type.kind != TypeKind::Pointer) {
    context.report<DiagnosticKind::ArgumentType>(
        address.range(), call.name, "an array of 6 bytes, or a pointer to them", spelling(type));
    return Operand::error(call.range);
  }
  Bytes bytes = bytes_of(context, std::move(address));
  if (is_array(type) && bytes.size < kSize) {
    context.report<DiagnosticKind::ArgumentType>(range_of(call.arguments[0]), call.name,
                                                 "an array of at least 6 bytes", spelling(type));
    return Operand::error(call.range);
  }
  const bool is_in_memory = bytes.address != nullptr;
  Compute node{is_in_memory ? Operation::MacOfMemory : Operation::MacOfParts, {}, bytes.space};
  if (is_in_memory) node.arguments.push_back(std::move(bytes.address));
  for (ExprPtr& part : bytes.parts) node.arguments.push_back(std::move(part));
  return with_copy(bytes, make_expr(simple_type(TypeKind::Mac), call.range, std::move(node)));
}

}  // namespace bpftracec::sema
