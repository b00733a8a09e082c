#include "bpftracec/rt/attach.h"
#include "bpftracec/rt/format.h"
#include "skeleton.h"

namespace {

using namespace bpftracec::rt;

// Writing it takes longer than sending it, so that there are always more.
constexpr FormatPiece kNumber = {.conversion = 'd', .width = 40, .field = {&kSignedType, 0, 4}};
constexpr FormatPiece kPieces[] = {kNumber, kNumber, kNumber, kNumber, kNumber, kNumber,
                                   kNumber, kNumber, kNumber, kNumber, kNumber, kNumber};
constexpr PrintfDetails kMessage = {kPieces};
constexpr RecordDescription kRecords[] = {{handle_printf, &kMessage, 8}};

constexpr ProbeDescription kProbes[] = {{.symbol = "on_enter",
                                         .name = "tracepoint:raw_syscalls:sys_enter",
                                         .attacher = &kTracepointProbe,
                                         .target = "raw_syscalls",
                                         .function = "sys_enter"}};

constexpr SiteDescription kSites[] = {{.kind = SiteDescription::Kind::DivideByZero,
                                       .line = 3,
                                       .column = 1,
                                       .end_column = 6,
                                       .source_line = "1 / 0",
                                       .map = 0}};

Counters counters(void* skeleton) {
  auto& variables = *static_cast<tool*>(skeleton)->bss;
  return {.lost_events = reinterpret_cast<const volatile uint64_t*>(&variables.lost_events),
          .site_counts = reinterpret_cast<const volatile uint64_t*>(variables.site_counts),
          .site_codes = reinterpret_cast<const volatile int64_t*>(variables.site_codes)};
}

constexpr ToolDescription kTool = {
    .name = "flood",
    .version = "0",
    .script_name = "flood.bt",
    .skeleton = {open_object, load_object, destroy_object, object_of, nullptr, counters},
    .probes = kProbes,
    .records = kRecords,
    .sites = kSites,
    .max_map_keys = 4096,
    .print_maps_on_exit = true,
    .fails_on_missing_probes = true,
    .has_events = true,
};

}  // namespace

int main(int argc, char** argv) { return run(kTool, argc, argv); }
