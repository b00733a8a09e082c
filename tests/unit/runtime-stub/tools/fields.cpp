#include "bpftracec/rt/attach.h"
#include "bpftracec/rt/format.h"
#include "skeleton.h"

namespace {

using namespace bpftracec::rt;

constexpr FormatPiece kPieces[] = {
    {.conversion = 's', .field = {&kTextType, 16, 16, 16}}, {.text = " pid "},
    {.conversion = 'd', .field = {&kSignedType, 4, 4}},     {.text = " prio "},
    {.conversion = 'd', .field = {&kSignedType, 8, 4}},     {.text = "\n"},
};
constexpr PrintfDetails kMessage = {kPieces};
constexpr RecordDescription kRecords[] = {{handle_printf, &kMessage, 32}};

constexpr ProbeDescription kProbes[] = {{.symbol = "on_exit",
                                         .name = "tracepoint:sched:sched_process_exit",
                                         .attacher = &kTracepointProbe,
                                         .target = "sched",
                                         .function = "sched_process_exit"}};

constexpr const char* kFields[] = {"pid", "prio", "comm"};
constexpr TracepointRecordDescription kTracepointRecords[] = {
    {"sched", "sched_process_exit", "process_exit", kFields}};

constexpr ToolDescription kTool = {
    .name = "fields",
    .version = "0",
    .script_name = "fields.bt",
    .skeleton = {open_object, load_object, destroy_object, object_of, nullptr, nullptr},
    .probes = kProbes,
    .records = kRecords,
    .tracepoint_records = kTracepointRecords,
    .max_map_keys = 4096,
    .print_maps_on_exit = true,
    .fails_on_missing_probes = true,
    .has_events = true,
};

}  // namespace

int main(int argc, char** argv) { return run(kTool, argc, argv); }
