// Text as a string literal, for dumps: "a\nb\xff". Any bytes come out as printable ASCII.
#pragma once

#include <string>
#include <string_view>

namespace bpftracec::base {

std::string quoted(std::string_view text);

}  // namespace bpftracec::base
