// What the tree knows of a script's tokens and the formatter needs: whether a `-` has one operand
// or two, whether a `{` begins a body or a value. Only the formatter includes it.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "bpftracec/syntax/ast.h"

namespace bpftracec::syntax {

enum class BlockKind : uint8_t {
  Probe,       // its '{' has a line of its own
  Statements,  // one statement a line, each with its ';'
  Value,       // its last expression may have no ';', and a short one may stay in one line
};

// By the offsets at which the tokens begin.
struct FormatRoles {
  std::map<uint32_t, BlockKind> blocks;  // '{'
  std::set<uint32_t> items;              // the first token of what stands at the root
  std::set<uint32_t> statements;         // the first token of each statement and setting
  std::map<uint32_t, BinaryOp> binary;   // operators
  std::set<uint32_t> prefix;             // operators before their operand
  std::map<uint32_t, uint32_t> types;    // where a type as written begins and ends
  std::set<uint32_t> cast_ends;          // where the type of a cast ends
};

FormatRoles find_roles(const Script& script);

}  // namespace bpftracec::syntax
