// What becomes of the loops of a program or a function: plain loops, which the verifier walks turn
// by turn, or callbacks of a helper of the kernel, which it walks once.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

// What the kernels that a program is made for have.
enum class LoopHelpers : uint8_t {
  All,
  NoLoop,  // no bpf_loop (before Linux 5.17)
};

// The number of turns, if it is written in the script.
std::optional<uint64_t> constant_turns(const sema::ForRange& loop);

class LoopForms {
 public:
  // Of a probe, or of a function, which has no predicate.
  LoopForms(const sema::Code& code, const sema::Expr* predicate, LoopHelpers helpers);

  bool is_callback(const sema::ForRange& loop) const;
  // How many callbacks may run one inside of the other.
  uint32_t depth() const { return depth_; }
  // Whether the program would be another one without bpf_loop().
  bool uses_loop_helper() const { return uses_loop_helper_; }

  // Where a variable lives: in memory that callbacks share with what is around them, or in the one
  // body that uses it.
  bool is_shared(sema::VariableId variable) const { return uses_[variable].is_shared; }
  const sema::Block* user(sema::VariableId variable) const { return uses_[variable].body; }

 private:
  struct Use {
    const sema::Block* body;
    bool is_shared = false;
  };

  void walk(const sema::Block& block, uint32_t depth);
  void walk(const sema::Statement& statement, uint32_t depth);
  void add_callback(sema::VariableId variable, const sema::Block& body, uint32_t depth);

  const sema::Code& code_;
  const sema::Expr* predicate_;
  LoopHelpers helpers_;
  uint32_t depth_ = 0;
  bool uses_loop_helper_ = false;
  std::vector<Use> uses_;
};

}  // namespace bpftracec::bpf
