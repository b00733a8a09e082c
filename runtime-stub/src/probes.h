// The tool's probes on this machine, from the table to attached programs.
#pragma once

#include "attacher.h"

struct bpf_object;

namespace bpftracec::rt {

// What to do with a probe that cannot be had here.
enum class MissingProbes : uint8_t { Fail, Warn, Ignore };

class Probes {
 public:
  Probes(const ToolDescription& tool, const AttachContext& context, MissingProbes missing)
      : tool_(tool), context_(context), missing_(missing) {}
  Probes(const Probes&) = delete;
  Probes& operator=(const Probes&) = delete;

  // Puts parameters into the texts, and looks for the programs in the object.
  bool prepare(bpf_object* object, Failure& failure);
  // Finds what the probes name. What is missing, and may be, is not loaded either.
  bool find(Failure& failure);
  // One line for each probe on standard output; true when all can be attached.
  bool list();

  // What programs must know of the sites that they are attached to, such as what `probe` and `func`
  // are: room for it before load, and then itself.
  bool make_places(bpf_object* object, Failure& failure) const;
  bool write_places(bpf_object* object, Failure& failure) const;

  // What the probes are called, for Bindings::probes: once find() has been.
  const ProbeTexts* make_texts() const;

  bool run_begin(Failure& failure) { return attach_stage(Attacher::Stage::Begin, failure); }
  bool run_end(Failure& failure) { return attach_stage(Attacher::Stage::End, failure); }
  bool run_at_signal(Failure& failure) { return attach_stage(Attacher::Stage::Signal, failure); }
  bool attach(Failure& failure) { return attach_stage(Attacher::Stage::Trace, failure); }

  uint32_t count() const;  // without the missing ones; one with wildcards is all that it matches
  uint32_t site_count() const;    // of those with wildcards
  bool has_trace_stage() const;   // more than BEGIN and END
  bool waits_for_signal() const;  // SIGUSR1

  // Whether a program that may run with interrupts off calls bpf_map_update_elem().
  bool add_keys_with_interrupts_off() const;

  // The name of the probe whose program libbpf knows as `symbol`; null when there is none.
  const char* name_of(const char* symbol, uint32_t length) const;

 private:
  bool prepare_one(Probe& probe, bpf_object* object, Failure& failure);
  bool number_sites(Failure& failure);
  bool attach_stage(Attacher::Stage stage, Failure& failure);
  bool attach_one(Probe& probe, Failure& failure);
  bool has_stage(Attacher::Stage stage) const;
  bool accept_missing(Probe& probe, Failure& failure);

  const ToolDescription& tool_;
  const AttachContext& context_;
  MissingProbes missing_;
  Probe* probes_ = nullptr;
};

}  // namespace bpftracec::rt
