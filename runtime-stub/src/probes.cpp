#include "probes.h"

#include <linux/bpf.h>
#include <new>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/event_abi.h"
#include "integer_literal.h"
#include "parameters.h"
#include "site_texts.h"

namespace bpftracec::rt {

namespace {

// The program for a loop that bpf_loop() runs is in the object in two forms: the one that is not
// for this kernel is not loaded.
bpf_program* choose_form(bpf_object* object, const char* symbol, const Target& target) {
  bpf_program* program = bpf_object__find_program_by_name(object, symbol);
  Buffer plain_symbol;
  plain_symbol.append_text(symbol);
  plain_symbol.append_text(kPlainProgramSuffix);
  plain_symbol.append('\0');
  bpf_program* plain = bpf_object__find_program_by_name(object, plain_symbol.text().data);
  if (plain == nullptr) return program;
  const bool has_loop = target.has(5, 17);
  bpf_program__set_autoload(has_loop ? plain : program, false);
  return has_loop ? program : plain;
}

// Not in functions that the program calls, or has called.
bool calls(const bpf_program* program, bpf_func_id helper) {
  const bpf_insn* instructions = bpf_program__insns(program);
  for (size_t i = 0; i < bpf_program__insn_cnt(program); ++i) {
    const bpf_insn& instruction = instructions[i];
    if (instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == 0 &&
        instruction.imm == helper) {
      return true;
    }
  }
  return false;
}

// Also when other functions of the object run in it, which would have to be followed.
bool may_update_maps(const bpf_program* program) {
  if (calls(program, BPF_FUNC_map_update_elem) || calls(program, BPF_FUNC_loop) ||
      calls(program, BPF_FUNC_for_each_map_elem)) {
    return true;
  }
  const bpf_insn* instructions = bpf_program__insns(program);
  for (size_t i = 0; i < bpf_program__insn_cnt(program); ++i) {
    const bpf_insn& instruction = instructions[i];
    if (instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == BPF_PSEUDO_CALL) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool Probes::prepare(bpf_object* object, Failure& failure) {
  probes_ = static_cast<Probe*>(allocate((tool_.probes.size + 1) * sizeof(Probe)));
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    Probe& probe = *new (&probes_[i]) Probe{.description = &tool_.probes[i]};
    if (!prepare_one(probe, object, failure)) return false;
  }
  return true;
}

bool Probes::prepare_one(Probe& probe, bpf_object* object, Failure& failure) {
  const ProbeDescription& description = *probe.description;
  const Bindings& bindings = context_.bindings;
  probe.name = substitute_parameters(description.name, bindings, failure);
  probe.target = substitute_parameters(description.target, bindings, failure);
  probe.function = substitute_parameters(description.function, bindings, failure);
  probe.scope = substitute_parameters(description.scope, bindings, failure);
  const char* count = substitute_parameters(description.count_text, bindings, failure);
  if (probe.name == nullptr || probe.target == nullptr || probe.function == nullptr ||
      probe.scope == nullptr || count == nullptr) {
    return failure.prefix("%.*s: ", static_cast<int>(description.name.size), description.name.data);
  }
  probe.count = description.count;
  if (int64_t value = 0; *count != '\0') {
    if (!parse_integer(text_of(count), value) || value < 0) {
      return failure.set("%s: '%s' is not a positive number", probe.name, count);
    }
    probe.count = static_cast<uint64_t>(value);
  }
  probe.program = choose_form(object, description.symbol, context_.target);
  if (probe.program == nullptr) {
    return failure.set("%s: the tool has no program '%s'", probe.name, description.symbol);
  }
  if (!context_.target.has(5, 13) && calls(probe.program, BPF_FUNC_for_each_map_elem)) {
    failure.set("%s: a loop over a map needs a kernel that can go through one", probe.name);
    return failure.hint("bpf_for_each_map_elem() came with Linux 5.13; this is %s",
                        context_.target.release);
  }
  return true;
}

bool Probes::accept_missing(Probe& probe, Failure& failure) {
  failure.prefix("cannot attach %s: ", probe.name);
  if (missing_ == MissingProbes::Fail) return false;
  if (missing_ == MissingProbes::Warn) failure.print(context_.log.errors(), "WARNING");
  failure.clear();
  probe.is_missing = true;
  return true;
}

bool Probes::find(Failure& failure) {
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    Probe& probe = probes_[i];
    const Attacher& attacher = *probe.description->attacher;
    if (attacher.find == nullptr || attacher.find(context_, probe, failure)) continue;
    if (!accept_missing(probe, failure)) return false;
    bpf_program__set_autoload(probe.program, false);
  }
  if (count() == 0) return failure.set("No probes to attach");
  return number_sites(failure);
}

// A wildcard may match far more than its author thinks.
bool Probes::number_sites(Failure& failure) {
  uint32_t sites = 0;
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    probes_[i].first_site = sites;
    sites += probes_[i].site_count;
  }
  if (sites == 0 || count() <= tool_.max_probes) return true;
  failure.set("this tool would be attached to %u probes, which exceeds the limit of %u", count(),
              tool_.max_probes);
  return failure.hint("name fewer, or raise the limit: BPFTRACE_MAX_PROBES=%u", count());
}

uint32_t Probes::site_count() const {
  uint32_t sites = 0;
  for (uint32_t i = 0; i < tool_.probes.size; ++i) sites += probes_[i].site_count;
  return sites;
}

bool Probes::make_places(bpf_object* object, Failure& failure) const {
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    const Attacher& attacher = *probes_[i].description->attacher;
    if (attacher.make_places == nullptr) continue;
    if (!attacher.make_places(object, site_count(), failure)) return false;
  }
  return make_site_texts(object, site_count(), failure);
}

bool Probes::write_places(bpf_object* object, Failure& failure) const {
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    const Attacher& attacher = *probes_[i].description->attacher;
    if (attacher.write_places != nullptr && !attacher.write_places(object, probes_[i], failure)) {
      return false;
    }
    for (uint32_t site = 0; site < probes_[i].site_count; ++site) {
      const uint32_t number = probes_[i].first_site + site;
      if (!write_site_text(object, number, probes_[i].sites[site], failure)) return false;
    }
  }
  return true;
}

// Paths are shown as the user has written them. A program or library without one has been looked
// for, and is shown as what was found.
const ProbeTexts* Probes::make_texts() const {
  auto* texts = static_cast<ProbeTexts*>(allocate((tool_.probes.size + 1) * sizeof(ProbeTexts)));
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    const Probe& probe = probes_[i];
    texts[i] = {probe.name,
                probe.found_function != nullptr ? probe.found_function : probe.function};
    if (probe.path == nullptr || strchr(probe.target, '/') != nullptr) continue;
    const int kind_size = static_cast<int>(strcspn(probe.name, ":"));
    char* name = nullptr;
    if (asprintf(&name, "%.*s:%s:%s", kind_size, probe.name, probe.path, probe.function) >= 0) {
      texts[i].name = name;
    }
  }
  return texts;
}

bool Probes::list() {
  bool can_all = true;
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    Probe& probe = probes_[i];
    const Attacher& attacher = *probe.description->attacher;
    Failure failure;
    const bool can = attacher.find == nullptr || attacher.find(context_, probe, failure);
    can_all = can_all && can;
    const bool has_many = can && probe.description->has_wildcards;
    for (uint32_t site = 0; has_many && site < probe.site_count; ++site)
      puts(probe.sites[site].name);
    if (has_many) continue;
    printf("%s", probe.name);
    if (!can) {
      printf(": no: %s", failure.message());
    } else if (probe.path != nullptr) {
      printf(": %s+0x%llx", probe.path, static_cast<unsigned long long>(probe.offset));
    }
    putchar('\n');
  }
  return can_all;
}

bool Probes::attach_one(Probe& probe, Failure& failure) {
  context_.log.note("attaching %s", probe.name);
  return probe.description->attacher->attach(context_, probe, failure) ||
         accept_missing(probe, failure);
}

// In source order where the kernel runs the oldest program of an event first, and then backwards
// where it runs the newest first: probes on one event always run in source order.
bool Probes::attach_stage(Attacher::Stage stage, Failure& failure) {
  const auto is_due = [&](const Probe& probe, bool newest_runs_first) {
    const Attacher& attacher = *probe.description->attacher;
    return attacher.stage == stage && !probe.is_missing &&
           attacher.newest_runs_first == newest_runs_first;
  };
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    if (is_due(probes_[i], false) && !attach_one(probes_[i], failure)) return false;
  }
  for (uint32_t i = tool_.probes.size; i-- > 0;) {
    if (is_due(probes_[i], true) && !attach_one(probes_[i], failure)) return false;
  }
  return true;
}

uint32_t Probes::count() const {
  uint32_t count = 0;
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    if (!probes_[i].is_missing) count += probes_[i].sites == nullptr ? 1 : probes_[i].site_count;
  }
  return count;
}

bool Probes::has_stage(Attacher::Stage stage) const {
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    const bool has_it = probes_[i].description->attacher->stage == stage;
    if (has_it && !probes_[i].is_missing) return true;
  }
  return false;
}

bool Probes::has_trace_stage() const {
  return has_stage(Attacher::Stage::Trace) || has_stage(Attacher::Stage::Signal);
}

bool Probes::waits_for_signal() const { return has_stage(Attacher::Stage::Signal); }

bool Probes::add_keys_with_interrupts_off() const {
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    const Probe& probe = probes_[i];
    if (probe.is_missing || probe.description->attacher->has_interrupts_on(probe)) continue;
    if (may_update_maps(probe.program)) return true;
  }
  return false;
}

const char* Probes::name_of(const char* symbol, uint32_t length) const {
  for (uint32_t i = 0; i < tool_.probes.size; ++i) {
    const char* name = bpf_program__name(probes_[i].program);
    if (strlen(name) == length && memcmp(name, symbol, length) == 0) return probes_[i].name;
  }
  return nullptr;
}

}  // namespace bpftracec::rt
