// Takes from Debian 12's bpftrace (0.17) output what today's bpftrace, and so ours, writes
// otherwise. Each rule stands in the language reference's page about output; nothing else may
// differ.
#pragma once

#include <string>
#include <vector>

namespace bpftracec::differential_tests {

std::vector<std::string> normalise(const std::vector<std::string>& lines);

}  // namespace bpftracec::differential_tests
