// The type of a place that values are put into: a variable, a map's value, a part of a map's key.
// It follows from all the values that the script puts there, in whatever order they are seen.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bpftracec/sema/operand.h"

namespace bpftracec::sema {

// Room for the text of a positional parameter. It lies in each tool's read-only data and, when
// printed, in each record; nobody has yet typed a longer one.
inline constexpr uint32_t kParameterTextCapacity = 256;

class InferredType {
 public:
  // Of a declaration (`let $x : T`): what is added later changes nothing.
  void fix(const Type& type, SourceRange where);

  // Takes one more value into account. False when the type stays as it was. A value that fits none
  // of those before is left out: who assigns it will find that it cannot be converted.
  bool add(const Operand& value, SourceRange where);
  bool add_aggregation(const Type& type, SourceRange where);
  // `++` and `--`.
  bool add_increment(bool is_increment, SourceRange where);

  bool is_known() const { return type_.kind != TypeKind::Error; }
  bool is_fixed() const { return is_fixed_; }
  // The error type as long as nothing is known.
  const Type& type() const { return type_; }
  // Holds nothing but non-negative literals (see Operand::adapts).
  bool adapts() const;
  // The first value that made the type what it is.
  SourceRange origin() const { return origin_; }

  // Where signed and unsigned 64-bit values meet, which only int64 can take: the two places.
  struct SignClash {
    SourceRange signed_value;
    SourceRange unsigned_value;
  };
  std::optional<SignClash> sign_clash() const;

 private:
  bool is_flexible() const;  // no integer among the values has a sign of its own
  bool add_parameter(SourceRange where);
  bool add_scalar(const Operand& value, SourceRange where);
  bool add_string(const Type& type, SourceRange where);
  bool add_pointer(const Type& type, SourceRange where);
  bool add_space(const Type& type);
  bool add_struct(const Type& type, SourceRange where);
  bool add_tuple(const Operand& value, SourceRange where);
  bool add_integer(const Type& type, bool adapts, uint64_t limit, SourceRange where);
  bool set(Type type, SourceRange where);
  Type integer() const;

  Type type_{.kind = TypeKind::Error};
  SourceRange origin_;
  bool is_fixed_ = false;

  // What the integers among the values need.
  uint32_t signed_size_ = 0;    // the largest of the signed ones; 0: none
  uint32_t unsigned_size_ = 0;  // the same
  bool has_literal_ = false;
  uint64_t largest_literal_ = 0;
  bool has_increment_ = false;
  bool has_parameter_ = false;
  bool has_only_bools_ = true;
  bool has_only_enum_ = true;
  std::optional<Type> enum_;  // that of all integers so far
  SourceRange signed_origin_;
  SourceRange unsigned_origin_;

  std::vector<InferredType> members_;  // of a tuple
};

// Whether `value` can be stored as a `type` without a cast.
bool fits(const Operand& value, const Type& type);

// The common type of two values, by the same rules; the error type when there is none.
Type common_type(const Operand& a, const Operand& b);

// The smallest type for a non-negative literal: signed where one holds it.
Type literal_type(uint64_t value);

// Whether both are taken as signed when they meet in arithmetic or a comparison.
bool meet_as_signed(const Operand& a, const Operand& b);

}  // namespace bpftracec::sema
