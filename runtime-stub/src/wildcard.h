// Patterns of attach points.
#pragma once

namespace bpftracec::rt {

// `*` stands for any run of characters, all others for themselves.
bool matches(const char* pattern, const char* text);

}  // namespace bpftracec::rt
