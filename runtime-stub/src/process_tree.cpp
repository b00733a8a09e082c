#include "process_tree.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bpftracec/rt/buffer.h"
#include "failure.h"
#include "small_file.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

// How long processes may take to end after each of the two signals.
constexpr int64_t kPatienceMs = 2'000;

struct Process {
  pid_t pid;
  pid_t parent;
  char name[16];
};

class ProcessList {
 public:
  ProcessList() = default;
  ProcessList(const ProcessList&) = delete;
  ProcessList& operator=(const ProcessList&) = delete;
  ~ProcessList() { free(processes_); }

  void add(const Process& process) {
    constexpr uint32_t kStep = 64;
    if (size_ % kStep == 0) {
      processes_ = static_cast<Process*>(
          reallocate(processes_, (size_ + kStep) * sizeof *processes_));
    }
    processes_[size_++] = process;
  }
  uint32_t size() const { return size_; }
  const Process& operator[](uint32_t index) const { return processes_[index]; }

 private:
  Process* processes_ = nullptr;
  uint32_t size_ = 0;
};

int64_t now_ms() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000 + now.tv_nsec / 1'000'000;
}

// "12 (any (name)) S 1 ..."; false for those that have ended already, and wait for their parents.
bool read_process(const char* pid, Process& process) {
  char text[256];
  if (read_small_file(Path("/proc/%s/stat", pid).text, text, sizeof text) <= 0) return false;
  const char* name = strchr(text, '(');
  const char* name_end = strrchr(text, ')');
  char state = 'Z';
  if (name == nullptr || name_end == nullptr ||
      sscanf(name_end, ") %c %d", &state, &process.parent) != 2 || state == 'Z' || state == 'X') {
    return false;
  }
  process.pid = atoi(pid);
  snprintf(process.name, sizeof process.name, "%.*s", static_cast<int>(name_end - name - 1),
           name + 1);
  return true;
}

void list_all(ProcessList& all) {
  DIR* folder = opendir("/proc");
  if (folder == nullptr) return;
  while (const dirent* entry = readdir(folder)) {
    Process process = {};
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && read_process(entry->d_name, process))
      all.add(process);
  }
  closedir(folder);
}

void list_tree(const ProcessTree& tree, ProcessList& members) {
  ProcessList all;
  list_all(all);
  const pid_t own = getpid();
  for (uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].parent == own && (tree.adopts_orphans || all[i].pid == tree.root)) {
      members.add(all[i]);
    }
  }
  for (uint32_t parent = 0; parent < members.size(); ++parent) {
    for (uint32_t i = 0; i < all.size(); ++i) {
      if (all[i].parent == members[parent].pid) members.add(all[i]);
    }
  }
}

// To all of the tree, and to those that they start meanwhile. False when some are still there at
// the end of our patience.
bool end_by(int signal, const ProcessTree& tree) {
  const int64_t deadline = now_ms() + kPatienceMs;
  for (;;) {
    ProcessList members;
    list_tree(tree, members);
    if (members.size() == 0) return true;
    if (now_ms() >= deadline) return false;
    auto* watched = static_cast<pollfd*>(allocate(members.size() * sizeof(pollfd)));
    for (uint32_t i = 0; i < members.size(); ++i) {
      watched[i] = {static_cast<int>(syscall(SYS_pidfd_open, members[i].pid, 0)), POLLIN, 0};
      syscall(SYS_pidfd_send_signal, watched[i].fd, signal, nullptr, 0);
    }
    for (uint32_t i = 0; i < members.size(); ++i) {
      const int64_t left = deadline - now_ms();
      if (watched[i].fd >= 0) poll(&watched[i], 1, left > 0 ? static_cast<int>(left) : 0);
      close(watched[i].fd);
    }
    free(watched);
  }
}

void warn(const ProcessTree& tree, const char* what, Stream& errors) {
  ProcessList members;
  list_tree(tree, members);
  for (uint32_t i = 0; i < members.size(); ++i) {
    Failure failure;
    failure.set("-c: process %d (%s) %s", members[i].pid, members[i].name, what);
    failure.print(errors, "WARNING");
  }
}

}  // namespace

void end_processes(const ProcessTree& tree, Stream& errors) {
  if (end_by(SIGTERM, tree)) return;
  warn(tree, "does not end on SIGTERM and is killed", errors);
  if (!end_by(SIGKILL, tree)) warn(tree, "does not end and is left behind", errors);
}

}  // namespace bpftracec::rt
