#include "bpftracec/rt/attach.h"
#include "skeleton.h"

namespace {

using namespace bpftracec::rt;

constexpr ProbeDescription kProbes[] = {{.symbol = "on_wakeup",
                                         .name = "rawtracepoint:$2",
                                         .attacher = &kRawTracepointProbe,
                                         .function = "$2",
                                         .has_parameters = true}};

constexpr ParameterDescription kParameters[] = {{1, true, false}, {2, false, true}};

void bind(void* skeleton, const Bindings& bindings) {
  static_cast<tool*>(skeleton)->rodata->param_1 = integer_parameter(bindings, 1);
}

constexpr ToolDescription kTool = {
    .name = "refused",
    .version = "0",
    .script_name = "refused.bt",
    .skeleton = {open_object, load_object, destroy_object, object_of, bind, nullptr},
    .probes = kProbes,
    .parameters = kParameters,
    .max_map_keys = 4096,
    .print_maps_on_exit = true,
    .fails_on_missing_probes = true,
};

}  // namespace

int main(int argc, char** argv) { return run(kTool, argc, argv); }
