// What a case may ask of the machine it runs on.
#pragma once

#include <string>

namespace bpftracec::runtime_tests {

//   tracefs            tracefs is mounted at its usual place
//   event CAT:NAME     the kernel has this tracepoint
//   kernel X.Y         the kernel is not older
//   command NAME       in PATH
//   file PATH
//   kprobes            CONFIG_KPROBES
//
// Empty if the machine has `need`; else what is missing. An unknown word counts as missing.
std::string missing_need(const std::string& need);

}  // namespace bpftracec::runtime_tests
