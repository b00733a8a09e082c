// A tool's life, in order.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "bpftracec/rt/aggregation.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/print_map.h"
#include "bpftracec/rt/site_reports.h"
#include "bpftracec/rt/tracer.h"
#include "events.h"
#include "explain_load.h"
#include "libbpf_messages.h"
#include "load.h"
#include "options.h"
#include "probes.h"
#include "process.h"
#include "settings.h"
#include "signals.h"
#include "site_texts.h"
#include "stream.h"
#include "target.h"
#include "tracefs.h"

namespace bpftracec::rt {

namespace {

// What the steps before tracing find out.
struct Start {
  ToolDescription tool;  // with what the environment changes
  Options options;
  Settings settings;
  Stream errors{STDERR_FILENO};
  Log log{errors};
  Target target;
  Bindings bindings = {};
  UniqueFd traced_process;  // readable when -p's process or -c's command has ended
  UniqueFd signals;         // readable when the user wants the tool to end
  UniqueFd user_signal;     // readable when `self` probes are to run
  UniqueFd output_file;
  bool has_made_output = false;  // it was not there before
  Command command{errors};
  Attachments attachments;
  char types_path[4096] = "";
  void* skeleton = nullptr;

  LoadContext load_context() const { return {tool, target, log}; }
};

// Files that are opened must not become standard streams that somebody has closed.
void open_standard_streams() {
  int fd = 0;
  do {
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  } while (fd >= 0 && fd <= 2);
  if (fd > 2) close(fd);
}

// Perf events take a file descriptor for each probe and CPU.
void raise_file_limit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

bool bind(Start& start, Failure& failure) {
  if (!find_target(start.target, failure)) return false;
  start.bindings.target_pid = start.options.pid;
  start.bindings.parameter_count = start.options.parameter_count;
  start.bindings.parameters = start.options.parameters;
  start.bindings.options = start.options.script_options;
  bind_target(start.target, start.bindings);
  start.log.note("Linux %s, %u possible CPUs, clock %s", start.target.release,
                 start.target.possible_cpus,
                 start.bindings.has_boot_clock ? "CLOCK_BOOTTIME" : "CLOCK_MONOTONIC");
  if (start.options.pid == 0) return true;
  start.traced_process = watch_process(start.options.pid, failure);
  return static_cast<bool>(start.traced_process);
}

// Histograms whose bounds are parameters.
bool check_histograms(const Start& start, Failure& failure) {
  for (const MapDescription& map : start.tool.maps) {
    if (map.aggregation == nullptr || map.aggregation->shape_fault == nullptr) continue;
    const char* fault = map.aggregation->shape_fault(map, resolve_shape(map, start.bindings));
    if (fault == nullptr) continue;
    return failure.set("%.*s: %s", static_cast<int>(map.name.size), map.name.data, fault);
  }
  return true;
}

// Not cut before tracing begins: a tool that fails leaves an older file alone.
bool open_output(Start& start, Failure& failure) {
  const char* path = start.options.output_path;
  if (path == nullptr || start.options.is_dry_run) return true;
  start.output_file = UniqueFd(open(path, O_WRONLY | O_CLOEXEC));
  if (!start.output_file && errno == ENOENT) {
    start.output_file = UniqueFd(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    start.has_made_output = static_cast<bool>(start.output_file);
  }
  return start.output_file || failure.set("cannot write to %s: %s", path, error_text(errno));
}

bool start_command(Start& start, Failure& failure) {
  if (start.options.command == nullptr || start.options.is_dry_run) return true;
  if (!start.command.start(start.options.command, failure)) return false;
  start.bindings.child_pid = start.command.pid();
  start.traced_process = watch_process(start.command.pid(), failure);
  return static_cast<bool>(start.traced_process);
}

bool load(Start& start, const Probes& probes, Failure& failure) {
  start.bindings.probes = probes.make_texts();
  if (start.tool.skeleton.bind != nullptr) {
    start.bindings.failure = &failure;
    start.tool.skeleton.bind(start.skeleton, start.bindings);
    if (failure.has_message()) return false;
  }
  bpf_object* object = start.tool.skeleton.object(start.skeleton);
  return fit_maps(start.load_context(), start.skeleton, probes, failure) &&
         probes.make_places(object, failure) &&
         load_object(start.load_context(), start.skeleton, probes, failure) &&
         probes.write_places(object, failure);
}

// Tells of events that were lost since the last call.
class LossReport {
 public:
  LossReport(Output& output, const Counters& counters) : output_(output), counters_(counters) {}

  void poll() {
    const uint64_t lost = counters_.lost_events == nullptr ? 0 : *counters_.lost_events;
    if (lost != told_) output_.lost_events(lost - told_);
    told_ = lost;
  }
  void finish() {
    poll();
    if (told_ != 0) output_.total_lost_events(told_);
  }

 private:
  Output& output_;
  const Counters& counters_;
  uint64_t told_ = 0;
};

// Until a signal, the end of the traced process, or exit(). False with a message when a `self`
// probe cannot run.
bool handle_events(Start& start, Probes& probes, const Counters& counters, Tracer& tracer,
                   Events& events, SiteReports& sites, LossReport& losses, Failure& failure) {
  // Only events wake us up; sites are looked at from time to time.
  constexpr int kSitePeriodMs = 200;
  const int patience_ms = counters.site_counts == nullptr ? -1 : kSitePeriodMs;
  // poll() passes over file descriptors below 0.
  pollfd sources[] = {{start.signals.get(), POLLIN, 0},
                      {start.traced_process.get(), POLLIN, 0},
                      {events.fd(), POLLIN, 0},
                      {start.user_signal.get(), POLLIN, 0}};
  for (;;) {
    const bool has_more = events.handle();
    sites.poll();
    losses.poll();
    if (tracer.is_exit_requested() || tracer.output().has_failed()) return true;
    if (!has_more) tracer.output().flush_lines();
    if (poll(sources, 4, has_more ? 0 : patience_ms) < 0 && errno != EINTR) return true;
    if (sources[3].revents != 0) {
      take_signals(start.user_signal.get());
      if (!probes.run_at_signal(failure)) return false;
    }
    if (sources[0].revents != 0) return true;
    if (sources[1].revents != 0) {
      start.command.leave();
      return true;
    }
  }
}

// From BEGIN to the maps. The exit status, or -1 with a message.
int trace(Start& start, Probes& probes, Failure& failure) {
  start.signals = watch_signals(failure);
  Tracer::Map* maps = find_maps(start.load_context(), start.skeleton, failure);
  const int* stacks = find_stack_stores(start.load_context(), start.skeleton, failure);
  if (!start.signals || maps == nullptr || stacks == nullptr) return -1;
  if (probes.waits_for_signal()) {
    start.user_signal = watch_user_signal(failure);
    if (!start.user_signal) return -1;
  }
  if (start.output_file && ftruncate(start.output_file.get(), 0) != 0) {
    start.log.note("%s is not cut: %s", start.options.output_path, error_text(errno));
  }

  Stream out(start.output_file ? start.output_file.get() : STDOUT_FILENO);
  out.give_up_after(start.signals.get());
  start.errors.give_up_after(start.signals.get());
  Output output(out, start.errors, start.options.mode, start.options.buffering);
  Tracer tracer(start.tool, start.bindings, output, maps);
  tracer.set_stack_stores(stacks);
  const Counters counters = start.tool.skeleton.counters == nullptr
                                ? Counters{}
                                : start.tool.skeleton.counters(start.skeleton);
  Events events(tracer);
  SiteReports sites(tracer, counters);
  LossReport losses(output, counters);
  if (start.tool.has_events) {
    const bpf_map* map = bpf_object__find_map_by_name(start.tool.skeleton.object(start.skeleton),
                                                      "events");
    if (!events.open(bpf_map__fd(map), failure)) return -1;
  }

  if (!probes.run_begin(failure)) return -1;
  start.log.step("begin");
  if (!probes.attach(failure)) return -1;
  start.log.step("attach");
  if (!start.options.is_quiet) output.attached_probes(probes.count());
  output.flush_lines();
  if (start.command.is_started() && !start.command.release(failure)) return -1;

  if (probes.has_trace_stage()) {
    if (!handle_events(start, probes, counters, tracer, events, sites, losses, failure)) return -1;
    start.log.step("trace");
  }
  start.attachments.detach();
  start.log.step("detach");
  events.drain();
  if (!probes.run_end(failure)) return -1;
  events.drain();
  sites.finish();
  print_end(tracer);
  output.flush();
  losses.finish();
  start.command.stop();
  start.attachments.close_events();
  start.log.step("end");
  return out.has_failed() || start.errors.has_failed() ? kExitFailure : tracer.exit_code();
}

// Of what exists, nothing can be attached by a process that may load no program.
int list(Start& start, Probes& probes) {
  const bool can_all = probes.list();
  const int status = flush_stdout(start.errors);
  Failure failure;
  const bool may_trace = check_may_trace(start.target, failure);
  if (!may_trace) failure.print(start.errors);
  return can_all && may_trace ? status : kExitFailure;
}

// A tool that never traced leaves no empty file behind.
int fail(Start& start, const Failure& failure) {
  struct stat file = {};
  if (start.has_made_output && fstat(start.output_file.get(), &file) == 0 && file.st_size == 0) {
    unlink(start.options.output_path);
  }
  failure.print(start.errors);
  return kExitFailure;
}

}  // namespace

int run(const ToolDescription& description, int argc, char** argv) {
  open_standard_streams();
  Start start{.tool = description};
  if (const int status = parse_options(description, argc, argv, start.errors, start.options);
      status >= 0) {
    return status;
  }
  Failure failure;
  if (!read_environment(start.tool, start.settings, failure)) {
    failure.print(start.errors);
    return kExitWrongUsage;
  }
  if (start.options.is_verbose) start.log.enable();
  start.log.step("start");
  capture_libbpf_messages(start.options.is_verbose ? &start.errors : nullptr,
                          start.settings.log_size);
  if (!bind(start, failure)) return fail(start, failure);
  if (!check_histograms(start, failure)) {
    failure.print(start.errors);
    return kExitWrongUsage;
  }

  const char* btf_path = start.options.btf_path != nullptr ? start.options.btf_path
                                                           : start.settings.btf_path;
  const AttachContext context{start.log,
                              start.target,
                              start.bindings,
                              find_tracefs(start.settings.tracefs),
                              start.attachments,
                              start.options.command != nullptr,
                              start.options.lists_probes || start.options.is_dry_run};
  Probes probes(start.tool, context,
                start.tool.fails_on_missing_probes      ? MissingProbes::Fail
                : start.settings.ignores_missing_probes ? MissingProbes::Ignore
                                                        : MissingProbes::Warn);
  if (!find_types(start.load_context(), context.tracefs, btf_path, start.types_path, failure)) {
    return fail(start, failure);
  }
  start.skeleton = open_object(start.load_context(), start.types_path, failure);
  if (start.skeleton == nullptr) return fail(start, failure);
  start.log.step("open");
  if (!probes.prepare(start.tool.skeleton.object(start.skeleton), failure))
    return fail(start, failure);
  if (start.options.lists_probes) return list(start, probes);
  if (!probes.find(failure)) return fail(start, failure);
  start.log.step("find");

  raise_file_limit();
  if (!open_output(start, failure)) return fail(start, failure);
  if (!start_command(start, failure)) return fail(start, failure);
  if (!load(start, probes, failure)) return fail(start, failure);
  start.log.step("load");
  if (start.options.is_dry_run) return 0;
  const int status = trace(start, probes, failure);
  return status < 0 ? fail(start, failure) : status;
}

}  // namespace bpftracec::rt
