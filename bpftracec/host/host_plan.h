// What is to be written into a tool's C++ file: the program as the stub's tables (rt/tool.h) will
// have it, before any text is made. Plain data.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bpftracec/host/cpp_writer.h"
#include "bpftracec/sema/program.h"

namespace bpftracec::host {

// A structure with the layout that the BPF programs give a record, a key or a value.
struct MemberPlan {
  CppIdentifier type;
  CppIdentifier name;
  uint32_t array_size = 0;  // 0: no array
  uint32_t offset = 0;      // where it must lie
};

struct StructPlan {
  CppIdentifier name;
  std::vector<MemberPlan> members;
  uint32_t size = 0;  // what it must take
};

// A value in such a structure: rt::Field.
struct FieldPlan {
  CppIdentifier value_type;  // rt::kSignedType, ...
  CppIdentifier structure;
  CppIdentifier member;
  uint32_t capacity = 0;
  bool is_tail = false;
  std::optional<CppIdentifier> details;  // the name of a TuplePlan, EnumPlan or StackPlan
};

// The members of a tuple, at numbered places: the tuple itself is bytes in a structure.
struct TupleMemberPlan {
  std::string name;  // of a record's member
  CppIdentifier value_type;
  uint32_t offset = 0;
  uint32_t size = 0;
  uint32_t capacity = 0;
  std::optional<CppIdentifier> details;
};

// rt::TupleDescription
struct TuplePlan {
  CppIdentifier name;
  std::vector<TupleMemberPlan> members;
};

struct EnumeratorPlan {
  std::string name;
  uint64_t value = 0;
};

// rt::EnumDescription.
struct EnumPlan {
  CppIdentifier name;
  std::vector<EnumeratorPlan> enumerators;  // at least one
};

// rt::FormatDescription.
struct FormatPlan {
  CppIdentifier name;
  std::string text;
};

// rt::StackDescription
struct StackPlan {
  CppIdentifier name;
  CppIdentifier mode;  // of rt::StackMode
  uint32_t store = 0;  // none (a stack without frames): 0
};

struct PiecePlan {
  std::string text;
  char conversion = 0;
  std::string flags;
  int32_t width = -1;
  int32_t precision = -1;
  uint32_t integer_size = 4;
  std::optional<FieldPlan> field;  // of a conversion
};

struct RecordPlan {
  sema::RecordKind kind;
  StructPlan layout;
  std::vector<FieldPlan> fields;
  std::vector<PiecePlan> pieces;  // Printf
  std::string time_format;        // Time
  std::string separator;          // Join
  uint32_t line = 0;              // Errorf, Warnf: its place, as SitePlan has it
  uint32_t column = 0;
  uint32_t end_column = 0;
  uint32_t map = 0;  // PrintMap, Clear, Zero
};

struct HistogramPlan {
  uint32_t bits = 0;
  std::array<int64_t, 3> bounds = {0, 0, 1};       // lhist: min, max, step
  std::array<uint32_t, 3> parameters = {0, 0, 0};  // instead of a bound: the index of $N
};

struct MapPlan {
  std::string name;
  std::string symbol;
  bool is_scalar = false;
  bool is_per_cpu = false;
  std::optional<StructPlan> key_layout;  // none for a scalar map
  StructPlan value_layout;
  uint32_t key_size = 0;
  std::vector<FieldPlan> key;
  std::optional<FieldPlan> value;            // either this
  std::optional<CppIdentifier> aggregation;  // or this: rt::kCount, ...
  bool is_signed = false;
  HistogramPlan histogram;
  uint32_t max_entries = 0;  // where the script tells it
};

struct ProbePlan {
  std::string symbol;
  CppIdentifier attacher;  // rt::kTracepointProbe, ...
  const sema::AttachPoint* attach_point = nullptr;
};

struct ParameterPlan {
  uint32_t index = 0;
  bool is_integer = false;
  bool is_text = false;
};

struct SitePlan {
  sema::Site::Kind kind;
  uint32_t line = 0;
  uint32_t column = 0;
  uint32_t end_column = 0;
  std::string source_line;
  uint32_t map = 0;
};

// Refers to the program it was made from.
struct HostPlan {
  const sema::Program* program = nullptr;
  std::vector<EnumPlan> enums;
  std::vector<FormatPlan> formats;
  std::vector<TuplePlan> tuples;  // those inside of others first
  std::vector<StackPlan> stacks;
  std::vector<RecordPlan> records;
  std::vector<MapPlan> maps;
  std::vector<ProbePlan> probes;
  std::vector<ParameterPlan> parameters;  // by index
  std::vector<SitePlan> sites;
  bool names_addresses = false;       // shows a value of ksym_t, usym_t, or a stack
  bool names_user_addresses = false;  // of a process
};

}  // namespace bpftracec::host
