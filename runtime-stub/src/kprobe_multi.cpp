#include "kprobe_multi.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpftracec/rt/buffer.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

// The sites as the kernel takes them.
struct Sites {
  const char** names;
  unsigned long* addresses;  // null: not all are known
  __u64* cookies;
};

Sites make_sites(const Probe& probe) {
  const uint32_t count = probe.site_count;
  Sites sites = {static_cast<const char**>(allocate(count * sizeof(const char*))),
                 static_cast<unsigned long*>(allocate(count * sizeof(unsigned long))),
                 static_cast<__u64*>(allocate(count * sizeof(__u64)))};
  bool is_complete = true;
  for (uint32_t i = 0; i < count; ++i) {
    sites.names[i] = probe.sites[i].function;
    sites.addresses[i] = probe.sites[i].address;
    sites.cookies[i] = probe.first_site + i;
    is_complete = is_complete && probe.sites[i].address != 0;
  }
  if (is_complete) return sites;
  free(sites.addresses);
  sites.addresses = nullptr;
  return sites;
}

class Attaching {
 public:
  Attaching(const AttachContext& context, const Probe& probe, bool is_return, Failure& failure)
      : context_(context),
        probe_(probe),
        is_return_(is_return),
        failure_(failure),
        sites_(make_sites(probe)) {}
  Attaching(const Attaching&) = delete;
  Attaching& operator=(const Attaching&) = delete;
  ~Attaching() {
    free(static_cast<void*>(sites_.names));
    free(sites_.addresses);
    free(sites_.cookies);
  }

  // All of them; when the kernel refuses some, all others. One that it refuses makes it refuse the
  // whole list, without a word which one.
  bool attach(uint32_t first, uint32_t count) {
    if (link(first, count)) return true;
    const int error = errno;
    const bool is_about_sites = error == EINVAL || error == ENOENT || error == ESRCH ||
                                error == EADDRNOTAVAIL || error == EBUSY;
    if (!is_about_sites) {
      return failure_.set("the kernel does not attach the program: %s", error_text(error));
    }
    if (count == 1) {
      context_.log.note("%s: left out: %s", probe_.sites[first].name, error_text(error));
      ++refused_;
      return true;
    }
    const uint32_t half = count / 2;
    return attach(first, half) && attach(first + half, count - half);
  }

  uint32_t refused() const { return refused_; }

 private:
  bool link(uint32_t first, uint32_t count) {
    bpf_link_create_opts options = {};
    options.sz = sizeof options;
    options.kprobe_multi.flags = is_return_ ? BPF_F_KPROBE_MULTI_RETURN : 0;
    options.kprobe_multi.cnt = count;
    if (sites_.addresses != nullptr) {
      options.kprobe_multi.addrs = sites_.addresses + first;
    } else {
      options.kprobe_multi.syms = sites_.names + first;
    }
    options.kprobe_multi.cookies = sites_.cookies + first;
    const int fd = bpf_link_create(bpf_program__fd(probe_.program), 0, BPF_TRACE_KPROBE_MULTI,
                                   &options);
    if (fd < 0) return false;
    context_.attachments.add_link(fd);
    return true;
  }

  const AttachContext& context_;
  const Probe& probe_;
  bool is_return_;
  Failure& failure_;
  Sites sites_;
  uint32_t refused_ = 0;
};

}  // namespace

// A kernel that has it complains about an empty list; one that has not says so.
bool has_kprobe_multi(const AttachContext& context) {
  if (!context.target.has(5, 18)) return false;
  const bpf_insn do_nothing[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
      {.code = BPF_JMP | BPF_EXIT},
  };
  bpf_prog_load_opts load = {};
  load.sz = sizeof load;
  load.expected_attach_type = BPF_TRACE_KPROBE_MULTI;
  const UniqueFd program(
      bpf_prog_load(BPF_PROG_TYPE_KPROBE, "nothing", "GPL", do_nothing, 2, &load));
  if (!program) return false;
  bpf_link_create_opts options = {};
  options.sz = sizeof options;
  const UniqueFd link(bpf_link_create(program.get(), 0, BPF_TRACE_KPROBE_MULTI, &options));
  return link || errno == EINVAL;
}

void use_kprobe_multi(Probe& probe) {
  probe.is_bulk = true;
  bpf_program__set_expected_attach_type(probe.program, BPF_TRACE_KPROBE_MULTI);
}

bool attach_kprobe_multi(const AttachContext& context, const Probe& probe, bool is_return,
                         Failure& failure) {
  Attaching attaching(context, probe, is_return, failure);
  if (!attaching.attach(0, probe.site_count)) return false;
  if (attaching.refused() < probe.site_count) return true;
  return failure.set("the kernel allows a probe in none of the %u functions", probe.site_count);
}

}  // namespace bpftracec::rt
