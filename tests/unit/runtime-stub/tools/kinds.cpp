#include "bpftracec/rt/attach.h"
#include "bpftracec/rt/format.h"
#include "bpftracec/rt/print_map.h"
#include "skeleton.h"

namespace {

using namespace bpftracec::rt;

constexpr Field kKey[] = {{&kUnsignedType, 0, 8}};
constexpr MapDescription kMaps[] = {{.name = "@hits",
                                     .symbol = "map_hits",
                                     .is_scalar = false,
                                     .is_per_cpu = false,
                                     .key = kKey,
                                     .key_size = 8,
                                     .value_size = 8,
                                     .value = {&kUnsignedType, 0, 8},
                                     .aggregation = nullptr,
                                     .is_signed = false,
                                     .histogram = {}}};

constexpr ProbeDescription kProbes[] = {
    {.symbol = "entry_1",
     .name = "uprobe:$1:$2",
     .attacher = &kUprobe,
     .target = "$1",
     .function = "$2",
     .has_parameters = true},
    {.symbol = "entry_2",
     .name = "uprobe:$1:$2",
     .attacher = &kUprobe,
     .target = "$1",
     .function = "$2",
     .has_parameters = true},
    {.symbol = "leave",
     .name = "uretprobe:$1:$2",
     .attacher = &kUretprobe,
     .target = "$1",
     .function = "$2",
     .has_parameters = true},
    {.symbol = "sample",
     .name = "profile:hz:499",
     .attacher = &kProfileProbe,
     .target = "hz",
     .count = 499},
    {.symbol = "timer",
     .name = "interval:us:1000",
     .attacher = &kIntervalProbe,
     .target = "us",
     .count = 1000},
    {.symbol = "fault",
     .name = "software:page-faults:1",
     .attacher = &kSoftwareProbe,
     .target = "page-faults",
     .count = 1},
    {.symbol = "raw",
     .name = "tracepoint:sched:sched_switch",
     .attacher = &kTracepointProbe,
     .target = "sched",
     .function = "sched_switch"},
    {.symbol = "raw_only",
     .name = "rawtracepoint:sched_switch",
     .attacher = &kRawTracepointProbe,
     .function = "sched_switch"},
    {.symbol = "by_perf",
     .name = "tracepoint:syscalls:sys_enter_getppid",
     .attacher = &kTracepointProbe,
     .target = "syscalls",
     .function = "sys_enter_getppid"},
    {.symbol = "raw_without",
     .name = "tracepoint:syscalls:sys_exit_getppid",
     .attacher = &kTracepointProbe,
     .target = "syscalls",
     .function = "sys_exit_getppid"},
};

constexpr ParameterDescription kParameters[] = {{1, false, true}, {2, false, true}};

void bind(void* skeleton, const Bindings& bindings) {
  static_cast<tool*>(skeleton)->rodata->target_pid = bindings.target_pid;
}

constexpr ToolDescription kTool = {
    .name = "kinds",
    .version = "0",
    .script_name = "kinds.bt",
    .skeleton = {open_object, load_object, destroy_object, object_of, bind, nullptr},
    .probes = kProbes,
    .maps = kMaps,
    .parameters = kParameters,
    .max_map_keys = 4096,
    .print_maps_on_exit = true,
    .fails_on_missing_probes = true,
    .print_maps = print_maps,
};

}  // namespace

int main(int argc, char** argv) { return run(kTool, argc, argv); }
