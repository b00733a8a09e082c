// What a generated tool hands to the stub: constant tables that describe its probes, maps and
// records, and a few functions around the skeleton that bpftool generated. The generated file
// defines one ToolDescription and calls run().
//
// The tables name the stub's features by pointers (handlers, value types, aggregations, attachers),
// so that the linker takes the archive members that a tool uses and leaves the others. This header
// includes little, because every tool compiles it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bpftracec/rt/event_abi.h"

struct bpf_object;
struct bpf_object_open_opts;
struct btf;
struct bpf_program;

namespace bpftracec::rt {

class Tracer;
class Failure;
struct ValueType;    // format.h: how a value is shown and ordered
struct Aggregation;  // aggregation.h: how per-CPU values become one
struct Attacher;     // attach.h: how a kind of probe is attached

// A constant table.
template <typename T>
struct Table {
  const T* data = nullptr;
  uint32_t size = 0;

  constexpr Table() = default;
  template <size_t N>
  constexpr Table(const T (&array)[N])
      : data(array),
        size(N) {}  // NOLINT(google-explicit-constructor): tables are written as arrays
  constexpr const T* begin() const { return data; }
  constexpr const T* end() const { return data + size; }
  constexpr const T& operator[](uint32_t index) const { return data[index]; }
};

// Text of known length: script text may hold NULs.
struct Text {
  const char* data = "";
  uint32_t size = 0;

  constexpr Text() = default;
  constexpr Text(const char* text, uint32_t length) : data(text), size(length) {}
  template <size_t N>
  constexpr Text(const char (&literal)[N])
      : data(literal), size(N - 1) {}  // NOLINT(google-explicit-constructor): literals are texts
};

// A value at a place in a record, key or map value.
struct Field {
  const ValueType* type;
  uint32_t offset;
  uint32_t size;                  // bytes there (8 of a text_ref)
  uint32_t capacity = 0;          // texts: capacity of the type, to tell cut ones
  bool is_tail = false;           // texts in a record: a text_ref is at `offset`
  const void* details = nullptr;  // what the type needs to know of this one: a TupleDescription
};

// The members of a tuple or record, at their places in it.
struct TupleMember {
  Text name;  // of a record's member
  Field field;
};
struct TupleDescription {
  Table<TupleMember> members;
};

// The constants of an enum; the first of several with one value is the one that is shown.
struct EnumeratorDescription {
  Text name;
  uint64_t value;  // extended by the enum's sign
};
struct EnumDescription {
  Table<EnumeratorDescription> enumerators;
};

// What some types need to show a value.
struct FormatDescription {
  Text text;
};

// How a stack is shown (kRawStackType and its like, stacks.h).
enum class StackMode : uint8_t { Bpftrace, Perf, Raw, BuildId };

// Of a value that is an rt::stack_key.
struct StackDescription {
  StackMode mode;
  uint32_t store;  // index into ToolDescription::stack_stores
};

// A map with the frames of stacks, by stack_key::id.
struct StackStoreDescription {
  const char* symbol;  // of the map in the object
  uint32_t frames;     // of each entry
  bool has_build_ids;  // each frame is a struct bpf_stack_build_id, not an address
};

// ---- records ------------------------------------------------------------------------------------------------

struct Record {
  const std::byte* data;  // starts with record_header
  uint32_t size;          // at least the fixed size of its kind: the event loop has checked
};

struct RecordDescription {
  void (*handle)(Tracer& tracer, const Record& record, const void* details);  // e.g. handle_printf
  const void* details;  // what that handler needs, e.g. a PrintfDetails
  uint32_t fixed_size;
};

// One piece of a printf format: literal text, or a conversion of a field.
struct FormatPiece {
  Text text;            // literal when conversion is 0
  char conversion = 0;  // d i u x X o c p s
  const char* flags = "";
  int width = -1;  // -1: none
  int precision = -1;
  uint32_t integer_size = 4;  // bytes kept by integer conversions
  Field field = {};
};

struct PrintfDetails {
  Table<FormatPiece> pieces;
};
struct PrintValueDetails {
  Field field;
};
struct PrintMapDetails {
  uint32_t map;
  uint32_t top_offset;  // of the two uint64 in the record
  uint32_t div_offset;
};
struct MapDetails {  // clear, zero
  uint32_t map;
};
struct TimeDetails {
  const char* format;
};
struct ExitDetails {
  Field code;
};
struct NoDetails {};

struct ScriptMessageDetails {  // errorf, warnf
  Table<FormatPiece> pieces;
  bool is_error;
  uint32_t line;  // the place in the script, as SiteDescription has it
  uint32_t column;
  uint32_t end_column;
};
struct JoinDetails {
  Field field;  // texts with their NULs, one after the other
  Text separator;
};

void handle_printf(Tracer& tracer, const Record& record, const void* details);
void handle_print_value(Tracer& tracer, const Record& record, const void* details);
void handle_print_map(Tracer& tracer, const Record& record, const void* details);
void handle_clear(Tracer& tracer, const Record& record, const void* details);
void handle_zero(Tracer& tracer, const Record& record, const void* details);
void handle_time(Tracer& tracer, const Record& record, const void* details);
void handle_exit(Tracer& tracer, const Record& record, const void* details);
void handle_cat(Tracer& tracer, const Record& record, const void* details);     // PrintfDetails
void handle_system(Tracer& tracer, const Record& record, const void* details);  // likewise
void handle_script_message(Tracer& tracer, const Record& record, const void* details);
void handle_join(Tracer& tracer, const Record& record, const void* details);
void handle_user_stack(Tracer& tracer, const Record& record, const void* details);

// ---- maps ---------------------------------------------------------------------------------------------------

// lhist() bounds or hist() bits; a bound that is a parameter has `*_parameter` >= 1 and is taken
// from there.
struct HistogramShape {
  uint32_t bits = 0;
  int64_t min = 0, max = 0, step = 1;
  uint32_t min_parameter = 0, max_parameter = 0, step_parameter = 0;
};

struct MapDescription {
  Text name;           // "@calls"
  const char* symbol;  // of the map in the object
  bool is_scalar;
  bool is_per_cpu;
  Table<Field> key;  // empty for a scalar map
  uint32_t key_size;
  uint32_t value_size;             // with is_set
  Field value;                     // maps of plain values
  const Aggregation* aggregation;  // else null
  bool is_signed;                  // the aggregation's argument
  HistogramShape histogram;
  uint32_t
      max_entries = 0;  // of a map whose size the script tells; 0: ToolDescription::max_map_keys
};

// ---- probes -------------------------------------------------------------------------------------------------

struct ProbeDescription {
  const char* symbol;        // of the BPF program in the object
  Text name;                 // "tracepoint:sched:sched_switch"
  const Attacher* attacher;  // kBeginProbe, kTracepointProbe, ...
  Text target;  // kprobe: module, or empty. tracepoint: category. uprobe: path. interval, profile:
                // unit. software: event
  Text function;   // tracepoint, rawtracepoint: event. uprobe: symbol
  uint64_t count;  // usdt: how many arguments the program reads. interval, profile: rate or period.
                   // software: count, 0 = default
  Text count_text;      // instead of `count`, with parameters
  bool has_parameters;  // the texts hold `$N`, to be replaced at start
  uint64_t offset = 0;  // kprobe: from the function's start; without a function, the address
  Text scope = {};      // usdt: provider, or empty
  // fentry, fexit: the function must have these parameters, in this order.
  bool needs_parameters = false;
  Table<const char*> parameters = {};
  bool has_wildcards = false;  // stands for all that `target` and `function` match here
};

// A tracepoint's record whose fields the programs read through CO-RE relocations against `struct
// struct_name`.
struct TracepointRecordDescription {
  const char* category;
  const char* event;
  const char* struct_name;
  Table<const char*> fields;  // names of those used
};

// One of the kernel's types that programs have relocations against.
struct KernelTypeName {
  enum class Kind : uint8_t { Struct, Union, Typedef };

  const char* name;
  Kind kind;
};

// A positional parameter that the script uses.
struct ParameterDescription {
  uint32_t index;   // 1 for $1
  bool is_integer;  // used as a number
  bool is_text;     // used as text
};

// What the tool takes as --name=VALUE, for getopt().
struct OptionDescription {
  enum class Kind : uint8_t { Bool, Integer, Text } kind;
  const char* name;
  const char* help;
  uint64_t number;  // what it is when it is not given
  bool is_signed;
  const char* text;
};
struct OptionValue {
  uint64_t number;
  const char* text;
};

// A place in the script that a run-time warning is about.
struct SiteDescription {
  enum class Kind : uint8_t { MapUpdate, DivideByZero, LoopLimit, Signal, Stack } kind;
  uint32_t line;        // 1-based
  uint32_t column;      // 1-based
  uint32_t end_column;  // one past the end; on another line: 0
  Text source_line;
  uint32_t map;  // MapUpdate: index into maps
};

// What a probe is called on the target: parameters are in place, and the file of a uprobe is the
// one that was found.
struct ProbeTexts {
  const char* name;
  const char* function;
};

// What the stub has found out on the target, for bind().
struct Bindings {
  uint64_t start_ns;    // CLOCK_BOOTTIME, or CLOCK_MONOTONIC without has_boot_clock
  uint64_t child_pid;   // of -c; 0 without
  uint32_t target_pid;  // of -p; 0 without
  uint32_t possible_cpus;
  bool has_boot_clock;
  bool has_attach_cookies;
  uint64_t pid_namespace_device;
  uint64_t pid_namespace_inode;  // 0: the initial namespace
  int64_t wall_clock_offset;     // from that clock to the wall clock
  int64_t tai_offset;            // and to CLOCK_TAI
  uint64_t parameter_count;
  const char* const* parameters;  // parameter_count texts; parameters[0] is $1
  const OptionValue* options;     // one for each of ToolDescription::options
  const ProbeTexts* probes;       // one for each of ToolDescription::probes
  Failure* failure;               // set where something is not there that the script names
};

// $index as a number (0 when absent; run() has checked that it is one), and as text into a buffer
// of `size` bytes, always with a final NUL.
int64_t integer_parameter(const Bindings& bindings, uint32_t index);
void copy_text_parameter(const Bindings& bindings, uint32_t index, char* to, size_t size);
// The same as it is printed: in decimal if the text is a number, 0 when absent.
void copy_printed_parameter(const Bindings& bindings, uint32_t index, char* to, size_t size);

// `probe` and `func` of a probe, into a buffer of `size` bytes. Texts of so many bytes and more are
// cut and have no NUL.
void copy_probe_name(const Bindings& bindings, uint32_t probe, char* to, size_t size);
void copy_probe_function(const Bindings& bindings, uint32_t probe, char* to, size_t size);

// Into a buffer of `size` bytes, always with a final NUL.
void copy_option_text(const Bindings& bindings, uint32_t option, char* to, size_t size);

// kaddr()
uint64_t kernel_address(const Bindings& bindings, const char* name);
// cgroupid()
uint64_t cgroup_id(const Bindings& bindings, const char* path);

// The counters that programs keep in .bss.
struct Counters {
  const volatile uint64_t* lost_events;  // null when the script sends no records
  const volatile uint64_t* site_counts;  // one a site; null without sites
  const volatile int64_t* site_codes;
};

// The skeleton, behind plain functions that the generated file defines.
struct SkeletonFunctions {
  void* (*open)(const bpf_object_open_opts* options);  // null with errno set
  int (*load)(void* skeleton);                         // 0 or -errno
  void (*destroy)(void* skeleton);
  bpf_object* (*object)(void* skeleton);
  void (*bind)(void* skeleton,
               const Bindings& bindings);  // between open and load; null when nothing is bound
  Counters (*counters)(void* skeleton);    // after load
};

// ---- the tool -------------------------------------------------------------------------------------------------

struct ToolDescription {
  const char* name;     // of the tool, for --help
  const char* version;  // of the compiler
  const char* script_name;
  SkeletonFunctions skeleton;
  Table<ProbeDescription> probes;  // in source order
  Table<MapDescription> maps;      // ordered by name
  Table<RecordDescription> records;
  Table<TracepointRecordDescription> tracepoint_records;
  Table<ParameterDescription> parameters;
  Table<SiteDescription> sites;
  Text truncation_trailer;
  uint32_t max_map_keys;  // what keyed maps were compiled with; BPFTRACE_MAX_MAP_KEYS changes it at
                          // start
  // Places that all probes together may be attached to; BPFTRACE_MAX_PROBES changes it at start.
  uint32_t max_probes = 1024;
  uint64_t ring_buffer_bytes;   // 0: chosen here
  uint32_t largest_record = 0;  // bytes, where the buffer must be larger than usual for it; else 0
  bool print_maps_on_exit;
  bool fails_on_missing_probes;             // missing_probes = error
  bool has_events;                          // the object has the ring buffer map `events`
  Table<KernelTypeName> kernel_types = {};  // each once; empty: nothing of the kernel is read
  // read_kernel_types(); null without kernel_types.
  bool (*read_kernel_types)(const ToolDescription& tool, const char* path, btf* types) = nullptr;
  Table<OptionDescription> options = {};
  bool is_unsafe = false;          // compiled with --unsafe
  uint64_t max_cat_bytes = 10240;  // that cat() shows of a file
  Table<StackStoreDescription> stack_stores = {};
  char* (*demangle)(const char* name) = nullptr;  // stacks.h; null: names stay as they are
  void (*print_maps)(Tracer& tracer) = nullptr;   // print_map.h's print_maps(); null without maps
};

// Parses the tool's command line, loads, attaches, traces until the end, prints the maps. Returns
// the exit status.
int run(const ToolDescription& tool, int argc, char** argv);

// Adds the types that `tool` names to `types`, from the raw BTF in the file `path`. False when one
// of them is not there (a module may have it) or the file is none that we understand: then
// `types` holds something incomplete, and libbpf has to read the file itself.
bool read_kernel_types(const ToolDescription& tool, const char* path, btf* types);

}  // namespace bpftracec::rt
