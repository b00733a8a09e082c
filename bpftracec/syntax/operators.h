// What all stages know of operators.
#pragma once

#include <string_view>

#include "bpftracec/syntax/ast.h"

namespace bpftracec::syntax {

std::string_view spelling(UnaryOp op);
std::string_view spelling(BinaryOp op);

// == != < <= > >=
bool is_comparison(BinaryOp op);

}  // namespace bpftracec::syntax
