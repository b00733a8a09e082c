// One lambda for each alternative: std::visit(overloaded{...}, variant). A missing one does not
// compile.
#pragma once

namespace bpftracec::base {

template <typename... Callables>
struct overloaded : Callables... {
  using Callables::operator()...;
};

}  // namespace bpftracec::base
