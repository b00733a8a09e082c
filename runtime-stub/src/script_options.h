// Options that the script has by getopt(): --name, --name=VALUE.
#pragma once

#include "bpftracec/rt/tool.h"
#include "failure.h"

namespace bpftracec::rt {

// One for each of tool.options, as it is when it is not given.
OptionValue* default_options(const ToolDescription& tool);

// `text` is what stands behind the `=`, or null. False with a message where it is wrong.
bool set_option(const OptionDescription& option, const char* text, OptionValue& value,
                Failure& failure);

// Takes options out of the `count` words behind `--`, which are parameters otherwise; the others
// are moved to the front. False with a message for unknown ones.
bool take_options(const ToolDescription& tool, char** words, uint32_t& count, OptionValue* values,
                  Failure& failure);

}  // namespace bpftracec::rt
