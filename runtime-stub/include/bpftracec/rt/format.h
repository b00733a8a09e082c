// How values are shown and ordered. A tool's tables name the types that it uses.
#pragma once

#include <cstdint>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

// The bytes of a value, wherever they are stored.
struct Value {
  const std::byte* data;
  uint32_t size;                  // integers: 1, 2, 4 or 8
  uint32_t capacity = 0;          // texts: a text that fills it was cut
  const void* details = nullptr;  // as Field::details
};

struct ValueType {
  void (*text)(const Tracer& tracer, const Value& value, Buffer& to);
  void (*json)(const Tracer& tracer, const Value& value, Buffer& to);
  int (*compare)(const Value& a, const Value& b);
  bool is_signed;   // as a number; unsigned otherwise
  bool is_integer;  // maps of such values are ordered by value and may be divided
  // In the name of an entry in JSON, where that is not `text`.
  void (*json_key)(const Tracer& tracer, const Value& value, Buffer& to) = nullptr;
};

extern const ValueType kBoolType;
extern const ValueType kSignedType;
extern const ValueType kUnsignedType;
extern const ValueType kPointerType;
extern const ValueType kTextType;
extern const ValueType kTupleType;          // details: a TupleDescription
extern const ValueType kRecordType;         // likewise
extern const ValueType kArrayType;          // likewise
extern const ValueType kSignedEnumType;     // details: an EnumDescription
extern const ValueType kUnsignedEnumType;   // likewise
extern const ValueType kNullType;           // what cannot be shown, of a struct
extern const ValueType kBufferType;         // bytes; others than printable ones as \xHH
extern const ValueType kEscapedBufferType;  // all of them so
extern const ValueType kHexBufferType;      // HH, between blanks
extern const ValueType kInetType;
extern const ValueType kMacType;
extern const ValueType kTimestampType;   // details: a FormatDescription, for strftime()
extern const ValueType kCgroupPathType;  // likewise: a pattern for names of hierarchies
extern const ValueType kUserNameType;
extern const ValueType kParameterType;  // what copy_printed_parameter() made

// In a key or a map's value, which begins at `base`.
inline Value value_at(const Field& field, const std::byte* base) {
  return {base + field.offset, field.size, field.capacity, field.details};
}

// In a record: a text may lie in its tail.
Value value_in(const Field& field, const Record& record);

// The number in `value`, extended to 64 bits by its own sign.
uint64_t load_integer(const Value& value, bool is_signed);
inline uint64_t load_integer(const Value& value, const ValueType& type) {
  return load_integer(value, type.is_signed);
}

// Integers divided as print(@map, top, divisor) wants it; 0 divides as 1.
int64_t divide_signed(int64_t value, uint64_t divisor);
inline uint64_t divide_unsigned(uint64_t value, uint64_t divisor) {
  return divisor > 1 ? value / divisor : value;
}

// One printf conversion of `value`, with its flags, width and precision.
void format_piece(const Tracer& tracer, const FormatPiece& piece, const Value& value, Buffer& to);

// A whole format.
void format_pieces(const Tracer& tracer, const Table<FormatPiece>& pieces, const Record& record,
                   Buffer& to);

}  // namespace bpftracec::rt
