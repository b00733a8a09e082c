// For what can only be a fault of this compiler: says where, and aborts, so that a core or a
// debugger shows the rest.
#pragma once

#include <source_location>
#include <string_view>

namespace bpftracec::base {

[[noreturn]] void internal_error(std::string_view what,
                                 std::source_location where = std::source_location::current());

}  // namespace bpftracec::base
