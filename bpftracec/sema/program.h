// The typed program: what sema hands to both code generators. Plain data; every name is bound,
// every expression typed, every layout that the BPF side and the tool must agree on decided.
// Neither generator looks at the syntax tree or the world.
//
// The tree is expanded: a probe with three attach points is three ProbePrograms, since fields and
// builtins may differ.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bpftracec/diagnostics/source_range.h"
#include "bpftracec/sema/type.h"

namespace bpftracec::world {
class CTypeCatalog;
}

namespace bpftracec::sema {

using diagnostics::SourceRange;

using VariableId = uint32_t;  // index into Code::variables
using FunctionId = uint32_t;  // index into Program::functions
using MapId = uint32_t;       // index into Program::maps
using RecordId = uint32_t;  // index into Program::records; also the id at the start of each record
using TracepointRecordId = uint32_t;  // index into Program::tracepoint_records
using KernelRecordId = uint32_t;      // index into Program::kernel_records
using LateConstantId = uint32_t;      // index into Program::late_constants
using SiteId = uint32_t;              // index into Program::sites
using StackStoreId = uint32_t;        // index into Program::stack_stores

// ---- expressions --------------------------------------------------------------------------------------------

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;
struct Statement;
using Block = std::vector<Statement>;

// Of a `probe` or `func` that is known only on the target: room for most paths. Longer texts are
// cut.
inline constexpr uint32_t kProbeTextCapacity = 256;

enum class Builtin : uint8_t {
#define BUILTIN_VARIABLE(name, spelling, type) name,
#include "bpftracec/sema/builtin.def"
};

enum class Register : uint8_t {
#define REGISTER(name, spelling, x86_64, aarch64) name,
#include "bpftracec/sema/register.def"
};

// Integer and bool constants; the bits, sign-extended to 64 when the type is signed.
struct IntegerConstant {
  uint64_t value;
};

// Bytes without the final NUL; the type's capacity is at least one more. `probe` and `func` end up
// here, too, where the script tells all of them.
struct StringConstant {
  std::string value;
};

// `probe` and `func` are read so where a program is attached in many places, which only the target
// knows: each has its own.
struct BuiltinRead {
  Builtin builtin;
  uint32_t argument_index = 0;  // Argument; Retval of fexit: the number of words before it
  bool is_address = false;      // an argument that the verifier knows as a pointer: fentry, fexit
};

// reg(): what the register held when the probe was hit, a uint64.
struct RegisterRead {
  Register place;
};

// A value that is known only when the tool starts (`$1`, `$#`, `cpid`, `probe` of `uprobe:libc:f`).
struct LateConstantRead {
  LateConstantId constant;
};

struct VariableRead {
  VariableId variable;
};

// The value, or zero / the empty string when the key is absent. For a map of a castable
// aggregation: its value merged over all CPUs, as a 64-bit integer of the aggregation's sign (avg:
// total / count; needs bpf_map_lookup_percpu_elem, Linux 5.19).
// For a map of stats(): the record (count, average, total), merged likewise.
struct MapRead {
  MapId map;
  ExprPtr key;  // of MapPlan::key_type; null for a scalar map
};

// `&$x`, `&@m`: where the variable's slot lies, or the map.
struct AddressOf {
  std::optional<VariableId> variable;  // either this
  std::optional<MapId> map;            // or this
};

// A field of the tracepoint's record that the program's context points to. Integer, pointer:
// loaded. String (CharArray, DataLoc): read as text. An element of an array field when `index` is
// set.
struct FieldRead {
  TracepointRecordId record;
  uint32_t field;  // index into TracepointRecord::fields
  ExprPtr index;   // null: the whole field
};

// `*p`, `p[i]`: reads a value of this expression's type from the address, which already includes
// the index; zero when the read fails.
struct MemoryRead {
  ExprPtr address;  // Pointer or Integer
  AddressSpace space;
};

// A member of one of the kernel's structs or unions, at the place that it has on the target.
struct KernelPlace {
  KernelRecordId record;       // the outermost
  std::vector<uint32_t> path;  // indexes into KernelRecord::members, from outer to inner
};

// The address of the member of a struct that lies at `base`.
struct MemberAddress {
  ExprPtr base;
  KernelPlace place;
};

// An Integer or Bool member, be it a bitfield, with the size that it has on the target; zero when
// the read fails.
struct MemberRead {
  ExprPtr base;
  KernelPlace place;
  AddressSpace space;
};

// Whether the member exists on the target. Where it does not, nothing may read it.
struct KernelHas {
  KernelPlace place;
};

// The size of the record on the target, a uint64.
struct KernelSize {
  KernelRecordId record;
};

// str(): NUL-terminated text at an address; empty when it cannot be read. Without `max_length`,
// text that does not fit fills the whole capacity without a NUL, which marks it as cut (printing
// appends the trailer). With it, at most max_length - 1 characters are kept, unmarked.
struct StringRead {
  ExprPtr address;     // Pointer or Integer
  ExprPtr max_length;  // an unsigned integer; may be null
  AddressSpace space;  // Unknown: try user memory, then kernel memory
};

// Element `index` of a string, an int8; 0 when out of range.
struct StringIndex {
  ExprPtr text;
  ExprPtr index;
};

enum class Operation : uint8_t {
#define OPERATION(name, spelling) name,
#include "bpftracec/sema/operation.def"
};

// Room for each text of strerror(), signal_name() and syscall_name().
inline constexpr uint32_t kNameCapacity = 64;

// operation.def says what the arguments are.
struct Compute {
  Operation operation;
  std::vector<ExprPtr> arguments;
  AddressSpace space = AddressSpace::Unknown;  // of memory whose address is an argument
  std::optional<SiteId> site = {};             // where the helper's failures are counted
  // ErrorName and its like: texts by number, the last for all others.
  std::shared_ptr<const std::vector<std::string>> names = {};
};

enum class UnaryOp : uint8_t { LogicalNot, BitwiseNot, Negate };

// Operands have been converted to one common type (the shift count keeps its own). Signed and
// unsigned division, right shift and comparison are told apart by the operands' type, not by the
// operator.
enum class BinaryOp : uint8_t {
  Add,
  Subtract,
  Multiply,
  Divide,  // C semantics; a zero divisor gives 1 and is counted at `site`
  Modulo,  // likewise
  BitwiseAnd,
  BitwiseOr,
  BitwiseXor,
  ShiftLeft,
  ShiftRight,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
};

struct Unary {
  UnaryOp op;
  ExprPtr operand;
};

struct Binary {
  BinaryOp op;
  ExprPtr lhs;  // Integer, Bool or Pointer
  ExprPtr rhs;
  std::optional<SiteId> site;  // Divide, Modulo unless the divisor is a constant other than zero
};

// Equality of texts up to the shorter capacity; the result is Bool, or an integer 0 or 1.
struct StringCompare {
  ExprPtr lhs;
  ExprPtr rhs;
  bool is_equal;                       // false: !=
  std::optional<uint32_t> limit = {};  // compares no more than so many bytes
};

// Short-circuit && and ||; operands are conditions (see Convert).
struct Logical {
  bool is_and;
  ExprPtr lhs;
  ExprPtr rhs;
};

struct Conditional {
  ExprPtr condition;  // Bool
  ExprPtr when_true;  // both branches have this expression's type, which may be None for calls
  ExprPtr when_false;
};

// Changes the type to the expression's own: integer width and sign, integer to pointer and back,
// anything scalar to Bool (is it non-zero, is the text non-empty), text to a larger capacity.
struct Convert {
  ExprPtr operand;
};

// `++x` and its like; the value is the old one (postfix) or the new one (prefix), as int64.
struct Increment {
  std::optional<VariableId> variable;  // either this
  std::optional<MapId> map;            // or this
  ExprPtr key;                         // of the map
  bool is_increment;
  bool is_prefix;
  std::optional<SiteId> site;  // the map's update
};

// Removes a key (or a scalar map's value); the result, Bool, says whether it was there.
struct DeleteElement {
  MapId map;
  ExprPtr key;
};

// `(a, b)` and `(a = 1, b = 2)`: the elements have the types of the members.
struct TupleMake {
  std::vector<ExprPtr> elements;
};

// `t.0`, `r.name`
struct TupleElement {
  ExprPtr tuple;
  uint32_t index;
};

// Whether a map has a key.
struct HasKey {
  MapId map;
  ExprPtr key;
};

// The number of a map's keys, an int64.
struct MapLength {
  MapId map;
};

// kstack, ustack: the stack of the event, its frames put into the store under the stack's number.
struct StackCapture {
  std::optional<StackStoreId> store;     // none: nothing is captured, the value is all zero
  std::optional<RecordId> announcement;  // of a stack that was not in the store and whose names
                                         // the process may take along when it ends: UserStack
  SiteId site = 0;
};

// len() of a stack: the number of its frames, an int64.
struct StackDepth {
  ExprPtr stack;
};

// usym(): the address, and the process that it belongs to.
struct UserSymbolMake {
  ExprPtr address;  // uint64
};

// Sends record `record` to the tool; `arguments` fill RecordPlan::fields in order. The type is
// None.
struct EmitRecord {
  RecordId record;
  std::vector<ExprPtr> arguments;
};

// Assigns `value` to a variable, then gives `body`: for a value that is used twice and must be
// computed once (`a ?: b`).
struct BindVariable {
  VariableId variable;
  ExprPtr value;  // of the variable's type
  ExprPtr body;
};

// `{ statements; value }`: runs the statements, then gives the value, which may be one of type
// None.
struct Sequence {
  Block body;
  ExprPtr value;
};

// A call of one of the script's functions. The type is its result's.
struct Call {
  FunctionId function;
  ExprPtr arguments;  // the tuple FunctionProgram::arguments; null if it takes none
};

struct Expr {
  Type type;
  SourceRange range;
  std::variant<IntegerConstant, StringConstant, BuiltinRead, RegisterRead, LateConstantRead,
               VariableRead, MapRead, FieldRead, MemoryRead, MemberAddress, MemberRead, KernelHas,
               KernelSize, StringRead, StringIndex, Compute, Unary, Binary, StringCompare, Logical,
               Conditional, Convert, Increment, DeleteElement, HasKey, MapLength, TupleMake,
               TupleElement, StackCapture, StackDepth, UserSymbolMake, EmitRecord, BindVariable,
               Sequence, Call, AddressOf>
      node;
};

// ---- statements ---------------------------------------------------------------------------------------------

// The value is evaluated and dropped.
struct Evaluate {
  ExprPtr value;
};

struct AssignVariable {
  VariableId variable;
  ExprPtr value;  // of the variable's type
};

struct AssignMap {
  MapId map;
  ExprPtr key;
  ExprPtr value;  // of the map's value type
  SiteId site;
};

// `@m[k] = count()` and its like. For sum, min, max, avg, stats, hist, lhist: `value` converted to
// a 64-bit integer.
struct UpdateAggregation {
  MapId map;
  ExprPtr key;
  ExprPtr value;  // null for count()
  SiteId site;
};

struct If {
  ExprPtr condition;  // Bool
  Block then_block;
  Block else_block;
};

struct While {
  ExprPtr condition;  // Bool
  Block body;
};

// Runs the body `count` times; 1 to 100. A literal count copies the body; a late one is a bounded
// loop that leaves early.
struct Unroll {
  uint32_t count = 0;
  std::optional<LateConstantId> late_count;  // instead of `count`
  Block body;
};

// Runs the body for each number from `begin` to `end` - 1. The bounds, int64, are evaluated once;
// what the body does to the variable does not change the count.
struct ForRange {
  VariableId variable;
  ExprPtr begin;
  ExprPtr end;
  Block body;
  std::optional<SiteId> site;  // where turns that no kernel would run are counted; none where the
                               // number of turns is a constant of at most kMaxTurns
};

// Runs the body for each element of a keyed map; `variable` is the tuple (key, value). Of a
// castable aggregation, the value is as MapRead gives it.
struct ForMap {
  VariableId variable;
  MapId map;
  Block body;
};

// bpf_loop() does no more turns in one call (the kernel's BPF_MAX_LOOPS).
inline constexpr uint64_t kMaxTurns = uint64_t{1} << 23;

// Leaves the body that it stands in: a probe's or a function's.
struct Return {
  ExprPtr value;  // of a probe: int64, null for its default; of a function: of its result's type,
                  // null where it has none
};

// Leaves the program, also from within a function: what follows exit().
struct LeaveProgram {};

struct Break {};
struct Continue {};

struct Statement {
  SourceRange range;
  std::variant<Evaluate, AssignVariable, AssignMap, UpdateAggregation, If, While, Unroll, ForRange,
               ForMap, Return, LeaveProgram, Break, Continue, Block>
      node;
};

// ---- what programs, maps and records are ----------------------------------------------------------------------

// A scratch variable of one program; zero until assigned. Block scoping is resolved: two variables
// may have one name.
struct Variable {
  std::string name;
  Type type;
};

// What probes and functions have in common.
struct Code {
  std::string symbol;  // the BPF function's name: a C identifier, unique, at most 15 characters
                       // where possible
  std::vector<Variable> variables;
  uint32_t parameter_count = 0;  // the first variables are a function's parameters
  Block body;
  std::vector<FunctionId>
      calls;  // what it calls directly, each once, in the order of their numbers
};

// A struct of a tracepoint's record with the fields that the script reads. The BPF side makes a
// CO-RE struct type named `struct_name` of it; the tool gives libbpf a BTF in which a struct of
// that name has the target's offsets, from the event's format file.
struct TracepointField {
  std::string name;
  enum class Kind : uint8_t { Scalar, CharArray, Array, DataLoc, RelDataLoc } kind = Kind::Scalar;
  Type type;                  // of a FieldRead without index: Integer, Pointer, String, Array
  uint32_t offset = 0;        // on the build host: only the initial value of the relocation
  uint32_t storage_size = 0;  // bytes in the record; an integer is loaded with this size, then cut
                              // to `type`
  uint32_t element_size = 0;  // Array
};

struct TracepointRecord {
  std::string category;
  std::string event;
  std::string struct_name;  // a C identifier without "___", unique in the program
  std::vector<TracepointField> fields;
};

// What libbpf has to know of a member's type to find its equal on the target.
struct KernelType {
  enum class Kind : uint8_t { Integer, Float, Pointer, Enum, Record, Array } kind = Kind::Integer;
  uint64_t size = 0;                          // bytes
  bool is_signed = false;                     // Integer, Enum
  uint64_t count = 0;                         // Array
  std::shared_ptr<const KernelType> element;  // Array
  std::optional<KernelRecordId> record;       // Record, but not of an element of an array
};

struct KernelMember {
  std::string name;
  uint64_t bit_offset = 0;  // on the build host, as all numbers here
  uint32_t bit_size = 0;    // of a bitfield; 0: not one
  KernelType type;
};

// One of the kernel's structs or unions with the members that the script reads; those of anonymous
// ones within it count as its own.
struct KernelRecord {
  std::string name;  // the tag, or that of the typedef; empty for one that is only a member
  bool is_union = false;
  bool is_typedef = false;
  uint64_t size = 0;
  std::vector<KernelMember> members;
};

enum class ProbeKind : uint8_t {
#define PROBE_KIND(name, spelling, short_spelling) name,
#include "bpftracec/world/probe_kind.def"
};

// How the program hooks in; decides the BPF program type and section.
enum class ProgramKind : uint8_t {
  RawTracepoint,  // raw_tp; also begin and end, which the tool runs by BPF_PROG_TEST_RUN
  Tracepoint,
  Kprobe,
  Kretprobe,
  Fentry,  // tracing programs
  Fexit,
  Uprobe,     // kprobe type, section uprobe; also usdt
  Uretprobe,  // kprobe type, section uretprobe
  PerfEvent,  // profile, interval, software
};

// What the tool needs to attach a program. Texts may hold `$N` where `has_parameters` says so; the
// tool replaces them at start.
struct AttachPoint {
  ProbeKind kind;
  std::string name;      // normalised, what `probe` gives: "tracepoint:sched:sched_switch"
  std::string target;    // kprobe: module, or empty. tracepoint: category. uprobe, usdt: path as
                         // written. interval, profile: unit. software: event
  std::string function;  // kprobe: symbol, empty for an address. tracepoint, rawtracepoint: event.
                         // uprobe: symbol
  uint64_t offset = 0;   // kprobe: from the symbol, or the address
  std::string scope;     // usdt: provider, or empty for any
  uint64_t count = 0;    // usdt: how many arguments the program reads. interval, profile: rate or
                         // period in `unit`. software: count, 0 = default
  std::string count_text;  // instead of `count` when the script gives a parameter there
  bool has_parameters = false;
  // fentry, fexit, where the program reads arguments by their place: what they are called.
  std::optional<std::vector<std::string>> parameters = {};
  bool has_wildcards = false;  // stands for all that target and function match where the tool runs
  SourceRange range;
};

struct ProbeProgram : Code {
  AttachPoint attach_point;
  ProgramKind kind = ProgramKind::RawTracepoint;
  bool filters_by_target_pid = false;  // -p is checked in the program (tracepoints); otherwise by
                                       // the kernel or not at all
  std::optional<TracepointRecordId> tracepoint_record;
  ExprPtr predicate;  // Bool; null without
  int64_t default_return = 0;
};

// A function of the script, which programs and other functions call; never itself, be it through
// others.
struct FunctionProgram : Code {
  std::string name;  // as in the script
  SourceRange range;
  Type arguments;  // a tuple, one member for each parameter
  Type result;     // None without
};

// The kernel's MAX_CALL_FRAMES without the program itself: how many functions, or callbacks of
// loops, may run one inside of the other.
inline constexpr uint32_t kMaxCallDepth = 7;

// The value, or a part of the key, at its place in memory; of slot_size().
struct Slot {
  Type type;
  uint32_t offset = 0;
  uint32_t size = 0;
};

// A bound of lhist(): a literal or a parameter.
using LateInteger = std::variant<int64_t, LateConstantId>;

// The numbers are those of rt::tseries_function.
enum class TseriesFunction : uint8_t { Last, Avg, Max, Min, Sum };

// The constant arguments of tseries().
struct TseriesShape {
  uint64_t interval = 1;  // ns
  uint32_t count = 1;     // of intervals that are kept
  TseriesFunction function = TseriesFunction::Last;

  friend bool operator==(const TseriesShape&, const TseriesShape&) = default;
};

struct MapPlan {
  std::string name;        // as in the script, with @
  std::string symbol;      // of the map in the object: a C identifier ("map_calls")
  SourceRange range;       // its first use
  bool is_scalar = false;  // no key; stored in a one-element array
  Type key_type;           // a tuple for several keys; None for a scalar map
  uint32_t key_size = 0;   // 4 for a scalar map (the array's index)
  Slot value;  // for aggregations: offset 0, layout as event_abi.h has it for value.type
  uint32_t value_size = 0;    // with the `is_set` word of scalar maps (event_abi.h)
  bool is_per_cpu = false;    // aggregations
  uint32_t max_entries = 0;   // 1 for a scalar map; else the compile-time default that the target
                              // may change, unless
  bool has_own_size = false;  // the script says how large it is: `let @m = hash(N)`
  bool is_lru = false;        // a full map drops the entry that was used longest ago
  uint32_t hist_bits = 0;     // hist: each power of two is cut in 2^bits
  LateInteger lhist_min, lhist_max, lhist_step;
  TseriesShape tseries;
  uint32_t bucket_count = 0;  // hist, lhist: u64 counters in the value; tseries: words
};

// A map in which the frames of stacks lie, by the number that stands for each of them in keys,
// values and records. Its entries are never changed.
struct StackStore {
  uint32_t frames = 0;         // of each entry
  bool has_build_ids = false;  // each frame is a struct bpf_stack_build_id, not an address
  std::string symbol;          // of the map in the object
};

// The parts of the key, as they are printed between commas; empty for a scalar map.
inline std::vector<Slot> key_slots(const MapPlan& map) {
  if (map.is_scalar) return {};
  const Type& key = map.key_type;
  if (key.kind != TypeKind::Tuple || is_record(key) || key.is_array) {
    return {{map.key_type, 0, map.key_size}};
  }
  std::vector<Slot> slots;
  for (const TupleMember& member : *map.key_type.members)
    slots.push_back({member.type, member.offset, member.size});
  return slots;
}

enum class RecordKind : uint8_t {
  Printf,
  PrintValue,
  PrintMap,
  Clear,
  Zero,
  Time,
  Exit,
  Cat,  // with a format, as the next three
  System,
  Errorf,
  Warnf,
  Join,       // one field: texts with their NULs, one after the other
  UserStack,  // rt::user_stack_record: a process has a stack that was not seen before
};

// printf: literal text, or a conversion of one argument.
struct FormatPiece {
  std::string text;     // literal bytes, %% already resolved; only when `conversion` is 0
  char conversion = 0;  // d i u x X o c p s, and of buffers: r, R for rx, H for rh
  std::string flags;    // of "-+ #0", as written
  std::optional<uint32_t> width;
  std::optional<uint32_t> precision;
  uint32_t integer_size = 4;  // bytes that an integer conversion keeps: hh 1, h 2, none 4, l ll j z
                              // t L 8
  uint32_t argument = 0;      // index into RecordPlan::fields
};

// A field of a record. Texts and buffers of up to kInlineTextCapacity bytes lie in the fixed part;
// longer ones in the tail, at their real length, found through a text_ref (event_abi.h) at
// `offset`.
struct RecordField {
  Type type;
  uint32_t offset = 0;  // from the record's start, that is, with the id
  uint32_t size = 0;    // in the fixed part: natural size of integers (1 to 8), capacity of inline
                        // texts, 8 of a text_ref
  bool is_tail = false;
  bool is_parameter = false;  // the text of a ParameterValue: a number in JSON if it is one
};

struct RecordPlan {
  RecordKind kind;
  SourceRange range;                // of the call
  std::vector<RecordField> fields;  // naturally aligned, in order of the arguments
  uint32_t fixed_size = 0;          // rounded up to 8
  uint32_t max_tail_size = 0;       // 0: a record of fixed size
  std::vector<FormatPiece> format;  // Printf, Cat, System, Errorf, Warnf
  std::string separator;            // Join
  std::string time_format;          // Time
  std::optional<MapId> map;  // PrintMap, Clear, Zero. PrintMap has two fields: top and div, uint64
};

inline constexpr uint32_t kInlineTextCapacity = 64;

// join() takes so many texts of so many bytes, with the NUL.
inline constexpr uint32_t kMaxJoined = 16;
inline constexpr uint32_t kMaxJoinedText = 1024;

// A value that the tool writes into the object's read-only data before load.
struct LateConstant {
  enum class Kind : uint8_t {
    ParameterInteger,  // $index as a number, int64
    ParameterText,     // $index as text, char[size]
    ParameterValue,    // $index as it is printed, char[size]: in decimal if it is a number, 0 when
                       // absent, else as it is
    ParameterCount,    // $#, uint64
    ChildPid,          // cpid, uint64
    TargetPid,         // -p: uint32, 0 = all
    StartTime,         // nsecs when the tool started, for `elapsed`; uint64
    PossibleCpus,      // uint32
    HasBootClock,      // uint32: bpf_ktime_get_boot_ns exists (Linux 5.8)
    PidNamespaceDevice,  // uint64, with the next: the tracer's pid namespace; inode 0 = the initial
                         // one, ask nothing
    PidNamespaceInode,   // uint64
    TaiOffset,           // CLOCK_TAI - the clock of nsecs when the tool started, int64
    CgroupId,            // of the cgroup whose path is `name`, uint64
    OptionNumber,        // getopt(`name`) as a number or a bool, uint64
    OptionText,          // getopt(`name`), char[size]
    ProbeName,           // `probe` of program `index`, char[size]
    ProbeFunction,       // `func` of program `index`, char[size]
    HasAttachCookies,    // uint32: bpf_get_attach_cookie exists (Linux 5.15)
    KernelAddress,       // kaddr("name"), uint64
  } kind;
  uint32_t index = 0;  // of a parameter or a program
  uint32_t size = 8;   // bytes
  std::string symbol;  // the variable's name in .rodata: "param_1", "param_text_1", "start_ns", ...
  std::string name = {};  // CgroupId, KernelAddress, OptionNumber, OptionText
};

inline bool is_text(const LateConstant& constant) {
  using Kind = LateConstant::Kind;
  const Kind kind = constant.kind;
  return kind == Kind::OptionText || kind == Kind::ParameterText || kind == Kind::ParameterValue ||
         kind == Kind::ProbeName || kind == Kind::ProbeFunction;
}

// A place where a helper may fail, a divisor be zero, or a loop end too early. The programs count
// per site in .bss: `site_counts[]` (uint64) and `site_codes[]` (int64, the helper's last result).
struct Site {
  enum class Kind : uint8_t {
    MapUpdate,
    DivideByZero,
    Signal,
    LoopLimit,  // the code is the number of turns after which the loop was stopped
    Stack,      // a stack was not captured, or its store is full
  } kind;
  SourceRange range;
  std::optional<MapId> map;
};

struct Config {
  uint32_t max_strlen = 1024;
  uint32_t max_map_keys = 4096;
  std::string str_trunc_trailer = "..";
  std::string license = "GPL";
  uint64_t max_cat_bytes = 10240;
  bool is_unsafe = false;  // --unsafe: functions may change what is traced. Not set by a script
  bool print_maps_on_exit = true;
  StackMode stack_mode = StackMode::Bpftrace;
  bool demangles = true;
  bool fails_on_missing_probes = true;
  uint32_t max_probes = 1024;      // places that all attach points together may stand for
  uint64_t ring_buffer_bytes = 0;  // 0: chosen on the target
};

// A value that the tool takes as --name=VALUE.
struct OptionPlan {
  enum class Kind : uint8_t { Bool, Integer, Text } kind = Kind::Bool;
  std::string name = {};
  std::string help = {};
  // What it is when it is not given.
  uint64_t number = 0;
  bool is_signed = false;  // Integer
  std::string text = {};
  SourceRange range = {};

  bool has_same_default(const OptionPlan& other) const {
    return kind == other.kind && number == other.number && is_signed == other.is_signed &&
           text == other.text;
  }
};

struct Program {
  std::string script_name;  // for messages of the tool: the file's base name, "stdin" for -e
  std::string source;       // the script's text: run-time messages show the line
  Config config;
  std::vector<ProbeProgram> programs;      // in source order
  std::vector<FunctionProgram> functions;  // in source order
  std::vector<MapPlan> maps;               // ordered by name
  std::vector<RecordPlan> records;
  std::vector<StackStore> stack_stores;
  std::vector<TracepointRecord> tracepoint_records;
  std::vector<KernelRecord> kernel_records;  // not empty: the tool needs the kernel's BTF
  std::vector<LateConstant> late_constants;
  std::vector<Site> sites;
  std::vector<OptionPlan> options;                     // in the order of their first use
  std::shared_ptr<const world::CTypeCatalog> c_types;  // keeps what types refer to
};

}  // namespace bpftracec::sema
