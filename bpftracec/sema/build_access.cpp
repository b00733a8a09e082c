// Reads below a value: fields of a tracepoint's record, elements, memory that a pointer points to,
// and str().
#include <algorithm>
#include <string>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/probe_context.h"
#include "bpftracec/world/c_integer.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using syntax::range_of;

namespace {

// ---- C types ------------------------------------------------------------------------------------

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view without_qualifiers(std::string_view text) {
  for (bool changed = true; changed;) {
    changed = false;
    text = trim(text);
    for (const std::string_view word : {"const", "volatile", "__user"}) {
      if (text.starts_with(word) && text.size() > word.size() && text[word.size()] == ' ') {
        text.remove_prefix(word.size() + 1);
        changed = true;
      } else if (text.ends_with(word)) {
        text.remove_suffix(word.size());
        changed = true;
      }
    }
  }
  return text;
}

const world::CType* find_c_type(CTypes& types, std::string_view name) {
  for (const auto& [word, tag] :
       {std::pair{"struct ", world::CTag::Struct}, std::pair{"union ", world::CTag::Union},
        std::pair{"enum ", world::CTag::Enum}}) {
    if (name.starts_with(word)) return types.find(tag, trim(name.substr(name.find(' '))));
  }
  return types.find(world::CTag::None, name);
}

// `spelling` ends with '*': "const char *const *"
Type pointer_from_c(CTypes& types, std::string_view spelling, AddressSpace space) {
  const std::string_view pointee = without_qualifiers(spelling.substr(0, spelling.rfind('*')));
  if (pointee.ends_with('*')) {
    Type inner = pointer_from_c(types, pointee, space);
    std::string name = sema::spelling(inner);
    return pointer_type(std::move(name), space, std::make_shared<const Type>(std::move(inner)));
  }
  std::shared_ptr<const Type> element;
  if (const auto integer = world::c_integer(pointee)) {
    element = std::make_shared<const Type>(integer_type(integer->size, integer->is_signed));
  } else if (pointee != "void") {
    const world::CType* type = find_c_type(types, pointee);
    const bool is_usable = type != nullptr && type->is_complete;
    Type converted = is_usable ? types.convert(*type, space) : Type{};
    if (converted.kind != TypeKind::None) {
      element = std::make_shared<const Type>(std::move(converted));
    }
  }
  return pointer_type(pointee == "void" ? "" : std::string(pointee), space, std::move(element));
}

// ---- address spaces -----------------------------------------------------------------------------

bool is_syscall_tracepoint(const ResolvedProbe& probe) {
  return probe.attach_point && probe.attach_point->kind == ProbeKind::Tracepoint &&
         probe.attach_point->target == "syscalls";
}

// ---- fields of a tracepoint ---------------------------------------------------------------------

// What a script may do with a field of the world; the error type if nothing yet.
TracepointField make_field(const ProbeContext& context, const world::TracepointField& field) {
  using Kind = TracepointField::Kind;
  TracepointField result{.name = field.name,
                         .kind = Kind::Scalar,
                         .type = {.kind = TypeKind::Error},
                         .offset = field.offset,
                         .storage_size = field.size,
                         .element_size = field.element_size};
  switch (field.kind) {
    case world::FieldKind::Integer:
      result.type = integer_type(field.element_size, field.is_signed);
      break;
    case world::FieldKind::Pointer:
      // The only pointers that user space has put into a record are arguments of system calls.
      result.type = pointer_from_c(
          context.script.c_types, field.c_type,
          is_syscall_tracepoint(context.probe) ? AddressSpace::User : AddressSpace::Kernel);
      break;
    case world::FieldKind::CharArray:
      result.kind = Kind::CharArray;
      result.type = string_type(field.size);
      break;
    case world::FieldKind::Array: {
      const bool is_integer = field.element_size == 1 || field.element_size == 2 ||
                              field.element_size == 4 || field.element_size == 8;
      if (!is_integer) break;
      result.kind = Kind::Array;
      result.type = {.kind = TypeKind::Array,
                     .size = field.size,
                     .count = field.size / field.element_size,
                     .element = std::make_shared<const Type>(
                         integer_type(field.element_size, field.is_signed))};
      break;
    }
    case world::FieldKind::DataLoc:
    case world::FieldKind::RelDataLoc: {
      const bool is_relative = field.kind == world::FieldKind::RelDataLoc;
      const std::string_view text_type = is_relative ? "__rel_data_loc char[" : "__data_loc char[";
      if (!field.c_type.starts_with(text_type)) break;
      result.kind = is_relative ? Kind::RelDataLoc : Kind::DataLoc;
      result.type = string_type(context.script.config.max_strlen);
      break;
    }
    case world::FieldKind::Opaque:
      break;
  }
  return result;
}

void report_unknown_field(ProbeContext& context, const syntax::FieldAccess& access) {
  const world::TracepointFormat& format = *context.probe.format;
  if (access.field.starts_with("common_")) {
    context.report<DiagnosticKind::CommonField>(access.field_range, access.field);
    return;
  }
  Diagnostic& diagnostic = context.report<DiagnosticKind::UnknownField>(
      access.field_range, format.category + ":" + format.event, access.field);
  base::NearestName search(access.field);
  for (const world::TracepointField& field : format.fields) search.consider(field.name);
  if (const auto nearest = search.found()) {
    diagnostic.hint("did you mean '{}'?", *nearest);
  } else if (!format.fields.empty()) {
    std::string names;
    for (const world::TracepointField& field : format.fields) {
      if (!names.empty()) names += ", ";
      names += field.name;
    }
    diagnostic.hint("its fields are {}", names);
  }
}

const world::TracepointField* find_field(const world::TracepointFormat& format,
                                         std::string_view name) {
  const auto find = [&](std::string_view wanted) {
    return std::find_if(format.fields.begin(), format.fields.end(),
                        [&](const world::TracepointField& field) { return field.name == wanted; });
  };
  auto field = find(name);
  // What scripts for versions before 0.20 write.
  constexpr std::string_view kOldPrefix = "data_loc_";
  if (field == format.fields.end() && name.starts_with(kOldPrefix)) {
    field = find(name.substr(kOldPrefix.size()));
  }
  return field == format.fields.end() ? nullptr : &*field;
}

Operand build_tracepoint_field(ProbeContext& context, const syntax::FieldAccess& access) {
  const world::TracepointFormat* format = context.probe.format;
  if (format == nullptr) return Operand::error(access.range);
  const world::TracepointField* field = find_field(*format, access.field);
  if (field == nullptr) {
    report_unknown_field(context, access);
    return Operand::error(access.range);
  }
  TracepointField planned = make_field(context, *field);
  if (planned.type.kind == TypeKind::Error) {
    context.report<DiagnosticKind::UnsupportedField>(access.field_range, field->name,
                                                     field->c_type);
    return Operand::error(access.range);
  }
  Type type = planned.type;
  const ProgramTables::FieldPlace place = context.tables.tracepoint_field(*format,
                                                                          std::move(planned));
  context.tracepoint_record = place.record;
  return Operand(
      make_expr(std::move(type), access.range, FieldRead{place.record, place.field, nullptr}));
}

Operand build_args_field(ProbeContext& context, const syntax::FieldAccess& access) {
  if (!check_in_probe(context, access.range, "args")) return Operand::error(access.range);
  if (!context.probe.attach_point) return Operand::error(access.range);
  switch (context.probe.attach_point->kind) {
    case ProbeKind::Tracepoint:
      return build_tracepoint_field(context, access);
    case ProbeKind::Fentry:
    case ProbeKind::Fexit:
    case ProbeKind::RawTracepoint:
      return build_parameter_of_function(context, access);
    case ProbeKind::Uprobe:
      context.report<DiagnosticKind::UnsupportedArgs>(access.range)
          .hint("its arguments by number are arg0, arg1, ...");
      return Operand::error(access.range);
    case ProbeKind::Begin:
    case ProbeKind::End:
    case ProbeKind::Kprobe:
    case ProbeKind::Kretprobe:
    case ProbeKind::Uretprobe:
    case ProbeKind::Usdt:
    case ProbeKind::Interval:
    case ProbeKind::Profile:
    case ProbeKind::Software:
    case ProbeKind::Hardware:
    case ProbeKind::Watchpoint:
    case ProbeKind::Self:
      break;
  }
  context.report<DiagnosticKind::NoArgs>(access.range, context.probe.attach_point->name);
  return Operand::error(access.range);
}

bool is_args(const syntax::Expr& expr) {
  const auto* const* identifier = std::get_if<const syntax::Identifier*>(&expr);
  return identifier != nullptr && (*identifier)->name == "args";
}

// ---- elements -----------------------------------------------------------------------------------

// A constant index, or nothing. Reports one that cannot be right.
bool check_index(ProbeContext& context, const Operand& index, uint64_t count) {
  const IntegerConstant* constant = as_integer_constant(index.expr());
  if (constant == nullptr) return true;
  if (index.type().is_signed && static_cast<int64_t>(constant->value) < 0) {
    context.report<DiagnosticKind::NegativeIndex>(index.range());
    return false;
  }
  if (constant->value >= count) {
    context.report<DiagnosticKind::IndexOutOfRange>(index.range(), constant->value, count);
    return false;
  }
  return true;
}

Operand build_character(ProbeContext& context, SourceRange range, Operand text, Operand index) {
  if (!check_index(context, index, text.type().size)) return Operand::error(range);
  ExprPtr value = std::move(text).take();
  ExprPtr position = take_wide(context, std::move(index), false);
  return Operand(
      make_expr(integer_type(1, true), range, StringIndex{std::move(value), std::move(position)}));
}

// What a pointer points to must have a size.
bool check_pointee(ProbeContext& context, SourceRange range, const Type& pointer) {
  if (pointer.element != nullptr) return true;
  context.report<DiagnosticKind::NotDereferenceable>(range, spelling(pointer))
      .hint("cast it to a pointer to an integer type: (uint64 *)...");
  return false;
}

Operand build_pointed_element(ProbeContext& context, SourceRange range, Operand pointer,
                              Operand index) {
  if (!check_pointee(context, pointer.range(), pointer.type())) return Operand::error(range);
  const Type element = *pointer.type().element;
  const AddressSpace space = space_of(context, pointer.type());
  Operand address = build_binary(context, range, syntax::BinaryOp::Add, std::move(pointer),
                                 std::move(index));
  if (address.is_error()) return address;
  return value_at(range, std::move(address).take(), element, space);
}

}  // namespace

AddressSpace space_of(const ProbeContext& context, const Type& type) {
  const bool may_know = type.kind == TypeKind::Pointer || type.kind == TypeKind::Struct ||
                        type.kind == TypeKind::Array || type.kind == TypeKind::Integer;
  if (may_know && type.space != AddressSpace::Unknown) return type.space;
  if (context.function() != nullptr) {
    const Type* pointee = type.kind == TypeKind::Pointer ? type.element.get() : &type;
    const bool is_kernel_record = pointee != nullptr && pointee->kind == TypeKind::Struct &&
                                  pointee->c_type->origin == world::CTypeOrigin::Kernel;
    return is_kernel_record ? AddressSpace::Kernel : AddressSpace::Either;
  }
  const ResolvedProbe& probe = context.probe;
  const bool is_user = probe.kind == ProgramKind::Uprobe || probe.kind == ProgramKind::Uretprobe ||
                       is_syscall_tracepoint(probe);
  return is_user ? AddressSpace::User : AddressSpace::Unknown;
}

namespace {

// Where the elements of an array begin one after the other; 0, where nothing can be read, for an
// index that is outside.
ExprPtr element_address(ProbeContext& context, SourceRange range, ExprPtr array, ExprPtr index) {
  const Type wide = integer_type(8, false);
  const Type type = array->type;
  const auto address_at = [&](ExprPtr position) {
    ExprPtr base = convert(std::move(array), wide);
    const IntegerConstant* constant = as_integer_constant(*position);
    if (constant != nullptr && constant->value == 0) return base;
    ExprPtr offset = make_expr(wide, range,
                               Binary{BinaryOp::Multiply,
                                      std::move(position),
                                      build_size(context, range, *type.element),
                                      {}});
    return make_expr(wide, range, Binary{BinaryOp::Add, std::move(base), std::move(offset), {}});
  };
  if (as_integer_constant(*index) != nullptr) return address_at(std::move(index));
  const VariableId variable = context.add_temporary(wide);
  ExprPtr is_inside = make_expr(bool_type(), range,
                                Binary{BinaryOp::Less,
                                       make_expr(wide, range, VariableRead{variable}),
                                       integer_constant(range, type.count, wide),
                                       {}});
  ExprPtr address = make_expr(
      wide, range,
      Conditional{std::move(is_inside), address_at(make_expr(wide, range, VariableRead{variable})),
                  integer_constant(range, 0, wide)});
  return make_expr(wide, range, BindVariable{variable, std::move(index), std::move(address)});
}

}  // namespace

Operand build_array_element(ProbeContext& context, SourceRange range, Operand array,
                            Operand index) {
  if (!check_index(context, index, array.type().count)) return Operand::error(range);
  const AddressSpace space = space_of(context, array.type());
  ExprPtr expr = take(context, std::move(array));
  const Type element = *expr->type.element;
  ExprPtr position = take_wide(context, std::move(index), false);
  if (auto* field = std::get_if<FieldRead>(&expr->node)) {
    field->index = std::move(position);
    expr->type = element;
    expr->range = range;
    return Operand(std::move(expr));
  }
  return value_at(range, element_address(context, range, std::move(expr), std::move(position)),
                  element, space);
}

Operand build_field(ProbeContext& context, const syntax::FieldAccess& access) {
  if (is_args(access.object)) return build_args_field(context, access);
  Operand object = build(context, access.object);
  if (object.is_error()) return Operand::error(access.range);
  if (object.kind() == TypeKind::Tuple) {
    return build_tuple_field(context, access, std::move(object));
  }
  const bool is_pointer = object.kind() == TypeKind::Pointer;
  if (is_pointer && object.type().element == nullptr && !object.type().c_name.empty()) {
    context.report<DiagnosticKind::NotDereferenceable>(range_of(access.object),
                                                       spelling(object.type()));
    return Operand::error(access.range);
  }
  const bool is_struct = is_pointer ? object.type().element != nullptr &&
                                          object.type().element->kind == TypeKind::Struct
                                    : object.kind() == TypeKind::Struct;
  if (is_struct) return build_member(context, access, std::move(object));
  context.report<DiagnosticKind::NotAStruct>(access.range, spelling(object.type()));
  return Operand::error(access.range);
}

Operand build_index(ProbeContext& context, const syntax::IndexAccess& access) {
  Operand object = build(context, access.object);
  if (object.kind() == TypeKind::Tuple) {
    return build_tuple_index(context, access, std::move(object));
  }
  Operand index = build(context, access.index);
  if (object.is_error() || index.is_error()) return Operand::error(access.range);
  if (!is_integer_like(index.type())) {
    context.report<DiagnosticKind::IndexType>(index.range(), spelling(index.type()));
    return Operand::error(access.range);
  }
  switch (object.kind()) {
    case TypeKind::Array:
      return build_array_element(context, access.range, std::move(object), std::move(index));
    case TypeKind::String:
      return build_character(context, access.range, std::move(object), std::move(index));
    case TypeKind::Pointer:
      return build_pointed_element(context, access.range, std::move(object), std::move(index));
    default:
      break;
  }
  context.report<DiagnosticKind::NotIndexable>(range_of(access.object), spelling(object.type()));
  return Operand::error(access.range);
}

Operand build_address_of(ProbeContext& context, const syntax::UnaryExpr& unary) {
  AddressOf place;
  Type type = pointer_type("void", AddressSpace::Kernel, nullptr);
  if (const auto* const* variable = std::get_if<const syntax::Variable*>(&unary.operand)) {
    const Operand value = build(context, unary.operand);
    place.variable = context.script.names.variable(**variable);
    if (value.is_error() || !place.variable) return Operand::error(unary.range);
    const bool can_follow = is_integer_like(value.type()) || value.kind() == TypeKind::Pointer ||
                            value.kind() == TypeKind::String;
    type = pointer_type(spelling(value.type()), AddressSpace::Kernel,
                        can_follow ? std::make_shared<const Type>(value.type()) : nullptr);
  } else if (const auto* const* map = std::get_if<const syntax::MapAccess*>(&unary.operand)) {
    place.map = context.script.names.map(**map);
  } else {
    return Operand::error(unary.range);  // the parser has said what it wants
  }
  return Operand(make_expr(std::move(type), unary.range, place));
}

Operand build_dereference(ProbeContext& context, const syntax::UnaryExpr& unary) {
  Operand operand = build(context, unary.operand);
  if (operand.is_error()) return Operand::error(unary.range);
  const AddressSpace space = space_of(context, operand.type());
  if (operand.kind() == TypeKind::Pointer) {
    if (!check_pointee(context, unary.range, operand.type())) return Operand::error(unary.range);
    const Type element = *operand.type().element;
    return value_at(unary.range, std::move(operand).take(), element, space);
  }
  if (!is_integer_like(operand.type())) {
    context.report<DiagnosticKind::InvalidOperand>(unary.range, "*", spelling(operand.type()));
    return Operand::error(unary.range);
  }
  ExprPtr address = take_wide(context, std::move(operand), false);
  return value_at(unary.range, std::move(address), integer_type(8, false), space);
}

// ---- str() --------------------------------------------------------------------------------------

namespace {

// The second argument of str().
struct StrLength {
  std::optional<uint64_t> constant;
  ExprPtr expr;  // of a length that is not constant
};

// Nothing when it is wrong, which has been reported.
std::optional<StrLength> build_str_length(ProbeContext& context, const syntax::Expr& argument) {
  Operand operand = build(context, argument);
  if (operand.is_error()) return std::nullopt;
  if (!is_integer_like(operand.type())) {
    context.report<DiagnosticKind::ArgumentType>(operand.range(), "str", "an integer as its length",
                                                 spelling(operand.type()));
    return std::nullopt;
  }
  const IntegerConstant* constant = as_integer_constant(operand.expr());
  if (constant == nullptr) {
    return StrLength{std::nullopt, take_wide(context, std::move(operand), false)};
  }
  if (operand.type().is_signed && static_cast<int64_t>(constant->value) < 0) {
    context.report<DiagnosticKind::ArgumentType>(operand.range(), "str", "a length of 0 or more",
                                                 "a negative number");
    return std::nullopt;
  }
  const uint32_t most = context.script.config.max_strlen;
  if (constant->value > most) {
    context.report<DiagnosticKind::StrLengthCut>(operand.range(), constant->value, most);
  }
  return StrLength{std::min<uint64_t>(constant->value, most), nullptr};
}

// The text from its character `offset` on, with at most `max_length` bytes and the NUL among them;
// both may be null.
Operand part_of_text(ProbeContext& context, SourceRange range, ExprPtr text, ExprPtr offset,
                     ExprPtr max_length) {
  const Type type = text->type;
  const Type wide = integer_type(8, false);
  const VariableId variable = context.add_temporary(type);
  ExprPtr address = make_expr(wide, range, AddressOf{variable, {}});
  if (offset != nullptr) {
    address = make_expr(wide, range,
                        Binary{BinaryOp::Add, std::move(address), std::move(offset), {}});
  }
  ExprPtr part = make_expr(
      type, range, StringRead{std::move(address), std::move(max_length), AddressSpace::Kernel});
  return Operand(make_expr(type, range, BindVariable{variable, std::move(text), std::move(part)}));
}

// As many bytes, with the NUL, as `str(x, length)` takes of a text that is there already.
ExprPtr bytes_of(SourceRange range, StrLength length) {
  const Type wide = integer_type(8, false);
  if (length.constant) return integer_constant(range, *length.constant + 1, wide);
  return make_expr(
      wide, range,
      Binary{BinaryOp::Add, std::move(length.expr), integer_constant(range, 1, wide), {}});
}

Operand build_str_of_text(ProbeContext& context, SourceRange range, Operand text,
                          std::optional<StrLength> length) {
  if (!length) {
    ExprPtr expr = std::move(text).take();
    return Operand(std::move(expr));
  }
  const StringConstant* constant = as_string_constant(text.expr());
  if (constant != nullptr && length->constant) {
    return Operand(string_constant(range, constant->value.substr(0, *length->constant)));
  }
  return part_of_text(context, range, take(context, std::move(text)), nullptr,
                      bytes_of(range, *std::move(length)));
}

Operand build_str_of_parameter(ProbeContext& context, SourceRange range, uint32_t index,
                               std::optional<StrLength> length) {
  if (!length || length->constant) {
    const uint64_t wanted = length ? *length->constant + 1 : kParameterTextCapacity;
    return Operand(
        parameter_text(context, range, index,
                       static_cast<uint32_t>(std::min<uint64_t>(wanted, kParameterTextCapacity))));
  }
  return part_of_text(context, range, parameter_text(context, range, index, kParameterTextCapacity),
                      nullptr, bytes_of(range, *std::move(length)));
}

// `$1 + 2`: in str(), the parameter's text from its third character on.
const syntax::BinaryExpr* as_parameter_with_offset(const syntax::Expr& expr) {
  const auto* const* sum = std::get_if<const syntax::BinaryExpr*>(&expr);
  const bool is_one = sum != nullptr && (*sum)->op == syntax::BinaryOp::Add &&
                      std::holds_alternative<const syntax::PositionalParameter*>((*sum)->lhs);
  return is_one ? *sum : nullptr;
}

Operand build_str_of_sum(ProbeContext& context, const syntax::BinaryExpr& sum,
                         std::optional<StrLength> length) {
  const Operand parameter = build(context, sum.lhs);
  const Operand offset = build(context, sum.rhs);
  if (parameter.is_error() || offset.is_error()) return Operand::error(sum.range);
  const IntegerConstant* constant = as_integer_constant(offset.expr());
  if (constant == nullptr || offset.kind() != TypeKind::Integer || !parameter.parameter) {
    context.report<DiagnosticKind::NotConstant>(offset.range());
    return Operand::error(sum.range);
  }
  // What is behind the text's end is NULs up to there.
  const uint64_t first = std::min<uint64_t>(constant->value, kParameterTextCapacity - 1);
  return part_of_text(
      context, sum.range,
      parameter_text(context, sum.range, *parameter.parameter, kParameterTextCapacity),
      integer_constant(sum.range, first, integer_type(8, false)),
      length ? bytes_of(sum.range, *std::move(length)) : nullptr);
}

}  // namespace

Operand build_str(ProbeContext& context, const syntax::CallExpr& call) {
  std::optional<StrLength> length;
  if (call.arguments.size() == 2) {
    length = build_str_length(context, call.arguments[1]);
    if (!length) return Operand::error(call.range);
  }
  if (const auto* sum = as_parameter_with_offset(call.arguments[0])) {
    return build_str_of_sum(context, *sum, std::move(length));
  }
  Operand source = build(context, call.arguments[0]);
  if (source.is_error()) return Operand::error(call.range);
  if (source.parameter) {
    return build_str_of_parameter(context, call.range, *source.parameter, std::move(length));
  }
  if (source.kind() == TypeKind::String) {
    return build_str_of_text(context, call.range, std::move(source), std::move(length));
  }
  const bool is_address = source.kind() == TypeKind::Integer || source.kind() == TypeKind::Pointer;
  if (!is_address) {
    context.report<DiagnosticKind::ArgumentType>(source.range(), "str", "an address",
                                                 spelling(source.type()));
    return Operand::error(call.range);
  }
  // Nothing lies at an address that somebody wrote down; the number itself is meant.
  const IntegerConstant* number = as_integer_constant(source.expr());
  if (number != nullptr && source.is_literal) {
    const std::string text = source.type().is_signed
                                 ? std::to_string(static_cast<int64_t>(number->value))
                                 : std::to_string(number->value);
    return build_str_of_text(context, call.range, Operand(string_constant(call.range, text)),
                             std::move(length));
  }
  const uint32_t most = context.script.config.max_strlen;
  const uint32_t capacity = length && length->constant
                                ? static_cast<uint32_t>(std::max<uint64_t>(*length->constant, 1))
                                : most;
  const AddressSpace space = space_of(context, source.type());
  ExprPtr max_length;
  if (length && length->constant) {
    max_length = integer_constant(range_of(call.arguments[1]), *length->constant,
                                  integer_type(8, false));
  } else if (length) {
    max_length = std::move(length->expr);
  }
  ExprPtr address = take(context, std::move(source));
  return Operand(make_expr(string_type(capacity), call.range,
                           StringRead{std::move(address), std::move(max_length), space}));
}

}  // namespace bpftracec::sema
