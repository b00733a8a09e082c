#include "bpftracec/sema/inferred_type.h"

#include <algorithm>
#include <limits>

#include "bpftracec/base/internal_error.h"

namespace bpftracec::sema {
namespace {

constexpr uint64_t kMaxInt64 = std::numeric_limits<int64_t>::max();

// The largest value of a signed type of `size` bytes; of an unsigned one with one bit more.
uint64_t largest_value(uint32_t size, bool is_signed) {
  const uint32_t bits = size * 8 - (is_signed ? 1 : 0);
  return bits >= 64 ? std::numeric_limits<uint64_t>::max() : (uint64_t{1} << bits) - 1;
}

uint32_t size_for(uint64_t value, bool is_signed) {
  uint32_t size = 1;
  while (size < 8 && value > largest_value(size, is_signed)) size *= 2;
  return size;
}

// Whether both have the same number of members, of the same names.
bool have_same_shape(const Type& a, const Type& b) {
  return a.kind == TypeKind::Tuple && b.kind == TypeKind::Tuple && a.is_array == b.is_array &&
         std::ranges::equal(*a.members, *b.members, {}, &TupleMember::name, &TupleMember::name);
}

// What is known of an element of a tuple.
class Element {
 public:
  Element(const Operand& tuple, size_t index) {
    if (index < tuple.elements.size()) {
      written_ = &tuple.elements[index];
    } else {
      stored_.emplace(make_expr((*tuple.type().members)[index].type, tuple.range(),
                                TupleElement{nullptr, static_cast<uint32_t>(index)}));
    }
  }
  const Operand& get() const { return written_ != nullptr ? *written_ : *stored_; }

 private:
  const Operand* written_ = nullptr;
  std::optional<Operand> stored_;
};

bool is_same_struct(Type a, const Type& b) {
  a.space = b.space;
  a.c_name = b.c_name;  // a typedef's or the struct's own
  return a == b;
}

// What a pointer must be to stand for both.
Type merge_pointers(const Type& a, const Type& b) {
  Type result = a;
  if (a.space != b.space) result.space = AddressSpace::Unknown;
  if (a.c_name != b.c_name) {
    result.c_name.clear();
    result.element = nullptr;
  }
  return result;
}

}  // namespace

void InferredType::fix(const Type& type, SourceRange where) {
  type_ = type;
  origin_ = where;
  is_fixed_ = true;
}

bool InferredType::adapts() const {
  return !is_fixed_ && type_.kind == TypeKind::Integer && has_literal_ && is_flexible() &&
         !has_parameter_;
}

bool InferredType::set(Type type, SourceRange where) {
  if (type == type_) return false;
  // The place that a message names is the first that is of the final kind, not the one that made it
  // wider.
  if (type.kind != type_.kind) origin_ = where;
  type_ = std::move(type);
  return true;
}

bool InferredType::is_flexible() const {
  return signed_size_ == 0 && unsigned_size_ == 0 && !has_increment_;
}

bool InferredType::add(const Operand& value, SourceRange where) {
  if (is_fixed_ && type_.kind == TypeKind::Pointer) return add_space(value.type());
  if (is_fixed_ || value.is_error()) return false;
  if (value.parameter) return add_parameter(where);
  switch (value.kind()) {
    case TypeKind::Bool:
    case TypeKind::Integer:
      return add_scalar(value, where);
    case TypeKind::String:
      return add_string(value.type(), where);
    case TypeKind::Pointer:
      return add_pointer(value.type(), where);
    case TypeKind::Tuple:
      return add_tuple(value, where);
    case TypeKind::Struct:
      return add_struct(value.type(), where);
    case TypeKind::Buffer:
      if (is_known() && (type_.kind != TypeKind::Buffer || type_.size >= value.type().size)) {
        return false;
      }
      return set(value.type(), where);
    case TypeKind::Inet:
    case TypeKind::Mac:
    case TypeKind::Timestamp:
    case TypeKind::CgroupPath:
    case TypeKind::UserName:
    case TypeKind::Stack:
    case TypeKind::Symbol:
      return !is_known() && set(value.type(), where);
    case TypeKind::Error:
    case TypeKind::None:
    case TypeKind::Array:
    case TypeKind::Count:
    case TypeKind::Sum:
    case TypeKind::Min:
    case TypeKind::Max:
    case TypeKind::Avg:
    case TypeKind::Stats:
    case TypeKind::Hist:
    case TypeKind::Lhist:
    case TypeKind::Tseries:
      return false;  // cannot be stored by an assignment
  }
  base::internal_error("unknown type kind");
}

bool InferredType::add_parameter(SourceRange where) {
  if (has_parameter_) return false;
  const bool is_text = type_.kind == TypeKind::String;
  if (is_known() && !is_text && !is_integer_like(type_)) return false;
  has_parameter_ = true;
  has_only_bools_ = false;
  has_only_enum_ = false;
  if (is_text) return set(string_type(std::max(type_.size, kParameterTextCapacity)), where);
  return set(integer(), where);
}

bool InferredType::add_scalar(const Operand& value, SourceRange where) {
  if (is_known() && !is_integer_like(type_)) return false;  // also: a null pointer's 0
  const Type& type = value.type();
  if (type.enumerators == nullptr || (enum_ && *enum_ != type)) has_only_enum_ = false;
  if (has_only_enum_) enum_ = type;
  if (type.kind == TypeKind::Bool) return add_integer(type, true, 1, where);
  has_only_bools_ = false;
  const IntegerConstant* constant = as_integer_constant(value.expr());
  const uint64_t limit = constant && value.adapts ? constant->value
                                                  : largest_value(type.size, type.is_signed);
  return add_integer(type, value.adapts, limit, where);
}

bool InferredType::add_string(const Type& type, SourceRange where) {
  const bool is_text = type_.kind == TypeKind::String;
  // A parameter that was taken for a number until now is a text after all.
  const bool is_parameter = has_parameter_ && !has_literal_ && is_flexible();
  if (is_known() && !is_text && !is_parameter) return false;
  const uint32_t known = is_text ? type_.size : is_parameter ? kParameterTextCapacity : 0;
  return set(string_type(std::max(known, type.size)), where);
}

bool InferredType::add_pointer(const Type& type, SourceRange where) {
  if (type_.kind == TypeKind::Pointer) return set(merge_pointers(type_, type), where);
  if (is_known() && !(type_.kind == TypeKind::Integer && is_flexible())) return false;
  return set(type, where);
}

// A declaration does not tell where a pointer leads; what is put there does.
bool InferredType::add_space(const Type& type) {
  if (type.kind != TypeKind::Pointer || type_.space != AddressSpace::Unknown) return false;
  type_.space = type.space;
  return type.space != AddressSpace::Unknown;
}

bool InferredType::add_struct(const Type& type, SourceRange where) {
  if (!is_known()) return set(type, where);
  if (type_.kind != TypeKind::Struct || !is_same_struct(type, type_)) return false;
  Type merged = type_;
  if (merged.space != type.space) merged.space = AddressSpace::Unknown;
  return set(std::move(merged), where);
}

bool InferredType::add_tuple(const Operand& value, SourceRange where) {
  const std::vector<TupleMember>& added = *value.type().members;
  if (is_known() && !have_same_shape(type_, value.type())) return false;
  members_.resize(added.size());
  std::vector<TupleMember> members;
  for (size_t i = 0; i < added.size(); ++i) {
    // What cannot be read (a floating-point number) is a member of a struct all the same.
    const bool is_value = added[i].type.kind != TypeKind::None;
    if (is_value) members_[i].add(Element(value, i).get(), where);
    members.push_back({added[i].name, is_value ? members_[i].type() : added[i].type});
  }
  Type type = tuple_type(std::move(members));
  type.is_array = value.type().is_array;
  return set(std::move(type), where);
}

bool InferredType::add_aggregation(const Type& type, SourceRange where) {
  if (is_fixed_) return false;
  if (!is_known()) return set(type, where);
  if (type_.kind != type.kind) return false;
  Type merged = type_;
  merged.is_signed = type_.is_signed || type.is_signed;
  return set(std::move(merged), where);
}

bool InferredType::add_increment(bool is_increment, SourceRange where) {
  if (is_fixed_) return false;
  if (is_known() && !is_integer_like(type_)) return false;
  has_only_bools_ = false;
  has_only_enum_ = false;
  has_increment_ = true;
  // What only counts upwards leaves an unsigned value unsigned.
  return add_integer(integer_type(8, true), is_increment, kMaxInt64, where);
}

bool InferredType::add_integer(const Type& type, bool adapts, uint64_t limit, SourceRange where) {
  const bool adapted_before = this->adapts();
  if (adapts) {
    has_literal_ = true;
    largest_literal_ = std::max(largest_literal_, limit);
  } else if (type.is_signed) {
    if (type.size > signed_size_) signed_origin_ = where;
    signed_size_ = std::max(signed_size_, type.size);
  } else {
    if (type.size > unsigned_size_) unsigned_origin_ = where;
    unsigned_size_ = std::max(unsigned_size_, type.size);
  }
  return set(integer(), where) || adapted_before != this->adapts();
}

Type InferredType::integer() const {
  if (enum_ && has_only_enum_) return *enum_;
  if (has_parameter_ && (signed_size_ != 0 || unsigned_size_ == 0)) return integer_type(8, true);
  if (signed_size_ == 0 && unsigned_size_ == 0) {
    if (has_only_bools_ && has_literal_) return bool_type();
    return literal_type(largest_literal_);
  }
  if (signed_size_ == 0) {
    const uint32_t literal_size = has_literal_ ? size_for(largest_literal_, false) : 0;
    return integer_type(has_parameter_ ? 8 : std::max(unsigned_size_, literal_size), false);
  }
  const uint32_t literal_size = has_literal_ ? size_for(largest_literal_, true) : 0;
  const uint32_t size = std::max(signed_size_, literal_size);
  if (unsigned_size_ < size) return integer_type(size, true);
  return integer_type(std::min(unsigned_size_ * 2, 8U), true);
}

std::optional<InferredType::SignClash> InferredType::sign_clash() const {
  if (is_fixed_ || type_.kind != TypeKind::Integer) return std::nullopt;
  if (signed_size_ == 0 || unsigned_size_ != 8) return std::nullopt;
  return SignClash{signed_origin_, unsigned_origin_};
}

namespace {

bool tuple_fits(const Operand& value, const Type& type) {
  if (value.kind() != TypeKind::Tuple || !have_same_shape(value.type(), type)) return false;
  for (size_t i = 0; i < type.members->size(); ++i) {
    if (!fits(Element(value, i).get(), (*type.members)[i].type)) return false;
  }
  return true;
}

}  // namespace

bool fits(const Operand& value, const Type& type) {
  switch (type.kind) {
    case TypeKind::Error:
      return true;
    case TypeKind::None:
      return value.kind() == TypeKind::None;
    case TypeKind::Bool:
      return value.kind() == TypeKind::Bool;
    case TypeKind::Integer:
      return is_integer_like(value.type());
    case TypeKind::Pointer:
      return value.kind() == TypeKind::Pointer || value.adapts || value.parameter.has_value();
    case TypeKind::String:
      return value.parameter.has_value() ||
             (value.kind() == TypeKind::String && value.type().size <= type.size);
    case TypeKind::Tuple:
      return tuple_fits(value, type);
    case TypeKind::Buffer:
      return value.kind() == TypeKind::Buffer && value.type().size <= type.size;
    case TypeKind::Inet:
    case TypeKind::Mac:
    case TypeKind::Timestamp:
    case TypeKind::CgroupPath:
    case TypeKind::UserName:
    case TypeKind::Stack:
    case TypeKind::Symbol:
      return value.type() == type;
    case TypeKind::Struct:
      return value.kind() == TypeKind::Struct && is_same_struct(value.type(), type);
    case TypeKind::Array:
    case TypeKind::Count:
    case TypeKind::Sum:
    case TypeKind::Min:
    case TypeKind::Max:
    case TypeKind::Avg:
    case TypeKind::Stats:
    case TypeKind::Hist:
    case TypeKind::Lhist:
    case TypeKind::Tseries:
      return false;
  }
  base::internal_error("unknown type kind");
}

Type common_type(const Operand& a, const Operand& b) {
  if (a.kind() == TypeKind::None && b.kind() == TypeKind::None) return a.type();
  InferredType both;
  both.add(a, a.range());
  both.add(b, b.range());
  if (!fits(a, both.type()) || !fits(b, both.type())) return {.kind = TypeKind::Error};
  return both.type();
}

Type literal_type(uint64_t value) {
  if (value > kMaxInt64) return integer_type(8, false);
  return integer_type(size_for(value, true), true);
}

bool meet_as_signed(const Operand& a, const Operand& b) {
  struct View {
    bool is_signed;
    bool adapts;
  };
  const auto view = [](const Operand& operand) {
    // A bool is as neutral as a literal 0 or 1.
    if (operand.kind() == TypeKind::Bool) return View{true, true};
    return View{operand.type().is_signed, operand.adapts};
  };
  const View left = view(a);
  const View right = view(b);
  if (left.adapts && right.adapts) return left.is_signed && right.is_signed;
  if (left.adapts) return right.is_signed;
  if (right.adapts) return left.is_signed;
  return left.is_signed || right.is_signed;
}

}  // namespace bpftracec::sema
