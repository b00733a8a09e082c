#include "bpftracec/rt/aggregation.h"
#include "bpftracec/rt/attach.h"
#include "bpftracec/rt/format.h"
#include "bpftracec/rt/print_map.h"
#include "skeleton.h"

namespace {

using namespace bpftracec::rt;

constexpr Field kKey[] = {{&kTextType, 0, 16, 16}};

constexpr MapDescription kMaps[] = {{.name = "@",
                                     .symbol = "map_anon",
                                     .is_scalar = false,
                                     .is_per_cpu = true,
                                     .key = kKey,
                                     .key_size = 16,
                                     .value_size = 8,
                                     .value = {},
                                     .aggregation = &kCount,
                                     .is_signed = false,
                                     .histogram = {}}};

constexpr ProbeDescription kProbes[] = {{.symbol = "probe_1",
                                         .name = "tracepoint:raw_syscalls:sys_enter",
                                         .attacher = &kTracepointProbe,
                                         .target = "raw_syscalls",
                                         .function = "sys_enter"}};

constexpr ToolDescription kTool = {
    .name = "count",
    .version = "0",
    .script_name = "count.bt",
    .skeleton = {open_object, load_object, destroy_object, object_of, nullptr, nullptr},
    .probes = kProbes,
    .maps = kMaps,
    .max_map_keys = 4096,
    .print_maps_on_exit = true,
    .fails_on_missing_probes = true,
    .print_maps = print_maps,
};

}  // namespace

int main(int argc, char** argv) { return run(kTool, argc, argv); }
