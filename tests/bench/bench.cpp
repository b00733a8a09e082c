// What a compiled tool costs, in turns with Debian's bpftrace and a hand-written libbpf program,
// for
//
//   tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }
//
// Writes a table in Markdown to stdout. Root only; nothing else should run meanwhile.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <set>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <bpf/bpf.h>

extern char** environ;

namespace {

constexpr int kStartRounds = 31;
constexpr int kEventRounds = 11;
constexpr int kCompileRounds = 9;
constexpr int kEvents = 1'000'000;

struct Contender {
  std::string name;
  std::vector<std::string> command;       // traces until it is interrupted
  std::vector<std::string> until_option;  // makes it run a command and end with it
};

[[noreturn]] void die(const std::string& what) {
  std::cerr << "bench: " << what << "\n";
  std::exit(1);
}

pid_t spawn_quietly(const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const std::string& word : command) {
    words.push_back(const_cast<char*>(word.c_str()));
  }
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {0, 1, 2}) {
    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  }
  pid_t pid = 0;
  if (posix_spawnp(&pid, words[0], &actions, nullptr, words.data(), environ) != 0) {
    die("can't run " + command[0]);
  }
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

struct Cost {
  double wall_ms = 0;
  double cpu_ms = 0;
  double peak_mb = 0;
};

Cost measure(const std::string& helper, const std::vector<std::string>& command) {
  char path[] = "/tmp/bpftracec-bench-XXXXXX";
  close(mkstemp(path));
  std::vector<std::string> all = {helper, path};
  all.insert(all.end(), command.begin(), command.end());
  waitpid(spawn_quietly(all), nullptr, 0);
  double wall_ns = 0;
  double cpu_ns = 0;
  double peak_kb = 0;
  int status = -1;
  std::ifstream(path) >> wall_ns >> cpu_ns >> peak_kb >> status;
  unlink(path);
  if (status != 0) die(command[0] + " ended with status " + std::to_string(status));
  return {wall_ns / 1e6, cpu_ns / 1e6, peak_kb / 1024};
}

template <typename T>
T median(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Cost median_cost(const std::vector<Cost>& costs) {
  Cost result;
  for (double Cost::* member : {&Cost::wall_ms, &Cost::cpu_ms, &Cost::peak_mb}) {
    std::vector<double> values;
    for (const Cost& cost : costs) {
      values.push_back(cost.*member);
    }
    result.*member = median(values);
  }
  return result;
}

// ---- cost of an event ----

std::set<unsigned> program_ids() {
  std::set<unsigned> ids;
  for (unsigned id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
    ids.insert(id);
  }
  return ids;
}

struct RunStats {
  unsigned long long ns = 0;
  unsigned long long count = 0;
};

RunStats stats_of(const std::set<unsigned>& ids) {
  RunStats stats;
  for (const unsigned id : ids) {
    const int fd = bpf_prog_get_fd_by_id(id);
    bpf_prog_info info = {};
    unsigned size = sizeof info;
    if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0) {
      stats.ns += info.run_time_ns;
      stats.count += info.run_cnt;
    }
    if (fd >= 0) close(fd);
  }
  return stats;
}

void make_events() {
  for (int i = 0; i < kEvents; ++i) {
    syscall(SYS_getppid);
  }
}

double ns_per_event(const Contender& contender) {
  const std::set<unsigned> before = program_ids();
  const pid_t pid = spawn_quietly(contender.command);
  std::set<unsigned> ids;
  // Attached once its programs run.
  for (int tries = 0; tries < 1000 && stats_of(ids).count == 0; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ids.clear();
    for (const unsigned id : program_ids()) {
      if (!before.contains(id)) ids.insert(id);
    }
  }
  const RunStats start = stats_of(ids);
  if (start.count == 0) die(contender.name + " does not trace");
  make_events();
  const RunStats end = stats_of(ids);
  kill(pid, SIGINT);
  waitpid(pid, nullptr, 0);
  return static_cast<double>(end.ns - start.ns) / static_cast<double>(end.count - start.count);
}

// ---- the report ----

double size_mb(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) die("no " + path);
  return static_cast<double>(info.st_size) / 1e6;
}

void print_row(const std::string& what, const char* unit, const std::vector<double>& values,
               const char* goal) {
  std::printf("| %s |", what.c_str());
  for (const double value : values) {
    if (value < 0) {
      std::printf(" |");
    } else {
      std::printf(" %.*f %s |", value < 10 ? 2 : (value < 100 ? 1 : 0), value, unit);
    }
  }
  const auto ratio = [&](size_t other) {
    if (other < values.size() && values[other] > 0) {
      std::printf(" %.3f |", values[0] / values[other]);
    } else {
      std::printf(" |");
    }
  };
  ratio(1);
  ratio(2);
  std::printf(" %s |\n", goal);
}

void report(const std::string& helper, const std::string& compiler, const std::string& script,
            const std::vector<Contender>& contenders) {
  std::vector<std::vector<Cost>> starts(contenders.size());
  for (int round = 0; round < kStartRounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      std::vector<std::string> command = contenders[i].command;
      command.insert(command.begin() + 1, contenders[i].until_option.begin(),
                     contenders[i].until_option.end());
      starts[i].push_back(measure(helper, command));
    }
  }
  const int stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
  if (stats_fd < 0) die("the kernel does not count the time of programs");
  std::vector<std::vector<double>> events(contenders.size());
  for (int round = 0; round < kEventRounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      events[i].push_back(ns_per_event(contenders[i]));
    }
  }
  close(stats_fd);
  std::vector<double> compiles;
  const std::string made = "/tmp/bpftracec-bench-tool." + std::to_string(getpid());
  for (int round = 0; round < kCompileRounds; ++round) {
    compiles.push_back(measure(helper, {compiler, "-o", made, script}).wall_ms / 1000);
  }
  unlink(made.c_str());

  utsname kernel = {};
  uname(&kernel);
  // The version proper: what follows is the builder's.
  const std::string release = kernel.release;
  const std::string version = release.substr(0, release.find_first_not_of("0123456789."));
  std::printf("Linux %s, %u CPUs; medians of %d starts, %d times %d events, %d compilations.\n\n",
              version.c_str(), std::thread::hardware_concurrency(), kStartRounds, kEventRounds,
              kEvents, kCompileRounds);
  std::printf(
      "| | tool | hand-written | bpftrace | tool / hand-written | tool / bpftrace | goal |\n");
  std::printf("| --- | --- | --- | --- | --- | --- | --- |\n");
  std::vector<double> wall;
  std::vector<double> cpu;
  std::vector<double> peak;
  std::vector<double> event;
  for (size_t i = 0; i < contenders.size(); ++i) {
    const Cost cost = median_cost(starts[i]);
    wall.push_back(cost.wall_ms);
    cpu.push_back(cost.cpu_ms);
    peak.push_back(cost.peak_mb);
    event.push_back(median(events[i]));
  }
  print_row("exec, attached, exit: CPU", "ms", cpu, "1 of hand-written, 0.125 of bpftrace");
  print_row("exec, attached, exit: wall", "ms", wall, "0.333 of bpftrace");
  print_row("peak resident memory", "MB", peak, "1.5 MB");
  print_row("kernel time an event", "ns", event, "1.05 of hand-written");
  print_row("stripped size", "MB",
            {size_mb(contenders[0].command[0]), size_mb(contenders[1].command[0]), -1}, "1.3 MB");
  print_row("script to executable: wall", "s", {median(compiles), -1, -1}, "0.8 s");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: bench MEASURE COMPILER SCRIPT TOOL HANDWRITTEN\n";
    return 2;
  }
  if (geteuid() != 0) die("tracing needs root");
  const std::vector<std::string> until_true = {"-c", "/bin/true"};
  report(argv[1], argv[2], argv[3],
         {{"tool", {argv[4]}, until_true},
          {"hand-written", {argv[5]}, until_true},
          {"bpftrace", {"bpftrace", argv[3]}, until_true}});
}
