#include "site_program.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/event_abi.h"

namespace bpftracec::rt {

namespace {

// An instruction that loads 64 bits takes the place of two; the second has the upper half.
bool is_mark(const bpf_insn* instruction) {
  constexpr auto kLow = static_cast<int32_t>(kSiteIndexMark & UINT32_MAX);
  constexpr auto kHigh = static_cast<int32_t>(kSiteIndexMark >> 32);
  return instruction->code == (BPF_LD | BPF_IMM | BPF_DW) && instruction->src_reg == 0 &&
         instruction[0].imm == kLow && instruction[1].imm == kHigh;
}

}  // namespace

bool asks_for_site(const bpf_program* program) {
  const bpf_insn* instructions = bpf_program__insns(program);
  for (size_t i = 0; i + 1 < bpf_program__insn_cnt(program); ++i) {
    if (is_mark(&instructions[i])) return true;
  }
  return false;
}

int load_for_site(const bpf_program* program, uint32_t number, Failure& failure) {
  const size_t count = bpf_program__insn_cnt(program);
  auto* instructions = static_cast<bpf_insn*>(allocate(count * sizeof(bpf_insn)));
  memcpy(instructions, bpf_program__insns(program), count * sizeof(bpf_insn));
  for (size_t i = 0; i + 1 < count; ++i) {
    if (!is_mark(&instructions[i])) continue;
    instructions[i].imm = static_cast<int32_t>(number);
    instructions[i + 1].imm = 0;
  }
  bpf_prog_load_opts options = {};
  options.sz = sizeof options;
  options.expected_attach_type = bpf_program__expected_attach_type(program);
  const int copy = bpf_prog_load(bpf_program__type(program), bpf_program__name(program), "GPL",
                                 instructions, count, &options);
  free(instructions);
  if (copy < 0) {
    failure.set("the kernel does not load the program once more: %s", error_text(errno));
  }
  return copy;
}

}  // namespace bpftracec::rt
