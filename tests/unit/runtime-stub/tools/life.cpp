#include "bpftracec/rt/attach.h"
#include "bpftracec/rt/format.h"
#include "skeleton.h"

namespace {

using namespace bpftracec::rt;

// A record with one number: "WHAT NUMBER\n".
struct Message {
  constexpr explicit Message(Text what)
      : pieces{{.text = what},
               {.conversion = 'd', .integer_size = 8, .field = {&kSignedType, 8, 8}},
               {.text = "\n"}},
        details{pieces} {}
  FormatPiece pieces[3];
  PrintfDetails details;
};
constexpr Message kBegin("begin ");
constexpr Message kTick("tick ");
constexpr Message kChild("cpid ");
constexpr Message kTarget("pid ");
constexpr Message kEnd("end ");
constexpr ExitDetails kExit = {{&kSignedType, 8, 8}};

constexpr RecordDescription kRecords[] = {
    {handle_printf, &kBegin.details, 16},
    {handle_printf, &kTick.details, 16},
    {handle_printf, &kChild.details, 16},
    {handle_printf, &kTarget.details, 16},
    {handle_exit, &kExit, 16},
    {handle_printf, &kEnd.details, 16},
};

constexpr ProbeDescription kProbes[] = {
    {.symbol = "begin_1", .name = "begin", .attacher = &kBeginProbe},
    {.symbol = "end_1", .name = "end", .attacher = &kEndProbe},
    {.symbol = "tick",
     .name = "interval:ms:$3",
     .attacher = &kIntervalProbe,
     .target = "ms",
     .count_text = "$3",
     .has_parameters = true},
    {.symbol = "begin_2", .name = "begin", .attacher = &kBeginProbe},
    {.symbol = "end_2", .name = "end", .attacher = &kEndProbe},
};

constexpr ParameterDescription kParameters[] = {
    {1, true, false}, {2, true, false}, {3, true, true}};

void bind(void* skeleton, const Bindings& bindings) {
  auto& constants = *static_cast<tool*>(skeleton)->rodata;
  constants.param_1 = integer_parameter(bindings, 1);
  constants.param_2 = integer_parameter(bindings, 2);
  constants.param_count = bindings.parameter_count;
  constants.cpid = bindings.child_pid;
  constants.target_pid = bindings.target_pid;
  constants.possible_cpus = bindings.possible_cpus;
}

Counters counters(void* skeleton) {
  return {.lost_events = reinterpret_cast<const volatile uint64_t*>(
              &static_cast<tool*>(skeleton)->bss->lost_events),
          .site_counts = nullptr,
          .site_codes = nullptr};
}

constexpr ToolDescription kTool = {
    .name = "life",
    .version = "0",
    .script_name = "life.bt",
    .skeleton = {open_object, load_object, destroy_object, object_of, bind, counters},
    .probes = kProbes,
    .records = kRecords,
    .parameters = kParameters,
    .max_map_keys = 4096,
    .print_maps_on_exit = true,
    .fails_on_missing_probes = true,
    .has_events = true,
};

}  // namespace

int main(int argc, char** argv) { return run(kTool, argc, argv); }
