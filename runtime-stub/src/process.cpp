#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "small_file.h"
#include "word_list.h"

namespace bpftracec::rt {

namespace {

bool is_program(const char* path) {
  struct stat status = {};
  return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

// As execvp() looks for programs; done before anything is loaded, so that a wrong name costs
// nothing.
bool find_program(const char* name, char (&path)[PATH_MAX], Failure& failure) {
  if (strchr(name, '/') != nullptr) {
    snprintf(path, sizeof path, "%s", name);
    if (is_program(path)) return true;
    return access(path, F_OK) != 0 ? failure.set("-c: there is no file %s", name)
                                   : failure.set("-c: %s is no program that can be run", name);
  }
  const char* folders = getenv("PATH");
  if (folders == nullptr) folders = "/usr/local/bin:/usr/bin:/bin";
  while (*folders != '\0') {
    const int length = static_cast<int>(strcspn(folders, ":"));
    snprintf(path, sizeof path, "%.*s%s%s", length, folders, length == 0 ? "" : "/", name);
    if (is_program(path)) return true;
    folders += length + (folders[length] == ':' ? 1 : 0);
  }
  return failure.set("-c: the command '%s' is not in PATH", name);
}

bool make_pipe(UniqueFd& read_end, UniqueFd& write_end) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return false;
  read_end = UniqueFd(fds[0]);
  write_end = UniqueFd(fds[1]);
  return true;
}

bool has_children() {
  siginfo_t info = {};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

// From here on processes whose parent ends become ours, and leave nothing behind when they end
// themselves. Not when the tool has children from before its exec(): it could not tell them apart.
bool adopt_orphans() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  action.sa_flags = SA_NOCLDWAIT;  // exec() takes it off, other than SIG_IGN
  sigaction(SIGCHLD, &action, nullptr);
  return !has_children() && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
}

// In the new process. It ends when the tool does before releasing it: the pipe closes then.
[[noreturn]] void wait_and_exec(int release, int failed, const char* path, char** words) {
  // When the tool is killed, nobody would end it.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  char byte = 0;
  ssize_t count = 0;
  do {
    count = read(release, &byte, 1);
  } while (count < 0 && errno == EINTR);
  if (count == 1) {
    execv(path, words);
    // A script without #! is the shell's.
    if (errno == ENOEXEC) execvp(path, words);
    const int error = errno;
    if (write(failed, &error, sizeof error) < 0) _exit(126);
  }
  _exit(127);
}

}  // namespace

namespace {

// The process that a thread belongs to; 0 when there is no such thread.
uint32_t process_of_thread(uint32_t thread) {
  char text[1024];
  if (read_small_file(Path("/proc/%u/status", thread).text, text, sizeof text) <= 0) return 0;
  const char* line = strstr(text, "\nTgid:");
  return line == nullptr ? 0 : static_cast<uint32_t>(strtoul(line + 6, nullptr, 10));
}

void explain_watch(uint32_t pid, int error, Failure& failure) {
  const uint32_t process = process_of_thread(pid);
  if (process != 0 && process != pid) {
    failure.set("%u is no process, but a thread of process %u", pid, process);
    failure.hint("-p %u traces all of it", process);
  } else if (error == ESRCH || error == EINVAL) {
    failure.set("there is no process %u", pid);
  } else {
    failure.set("cannot watch process %u: %s", pid, error_text(error));
  }
}

}  // namespace

UniqueFd watch_process(uint32_t pid, Failure& failure) {
  UniqueFd watched(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!watched) explain_watch(pid, errno, failure);
  return watched;
}

bool Command::start(const char* command_line, Failure& failure) {
  char** words = split_words(command_line, failure);
  char path[PATH_MAX];
  if (words == nullptr || !find_program(words[0], path, failure)) return false;
  name_ = words[0];

  UniqueFd release_reader;
  UniqueFd failed_writer;
  const bool has_pipes = make_pipe(release_reader, release_) && make_pipe(failed_, failed_writer);
  tree_.adopts_orphans = adopt_orphans();
  tree_.root = has_pipes ? fork() : -1;
  if (tree_.root < 0) return failure.set("-c: cannot start a process: %s", error_text(errno));
  if (tree_.root == 0) {
    release_.reset();  // else the pipe would stay open when the tool ends
    wait_and_exec(release_reader.get(), failed_writer.get(), path, words);
  }
  return true;
}

bool Command::release(Failure& failure) {
  const char byte = 1;
  if (write(release_.get(), &byte, 1) != 1) {
    return failure.set("-c: cannot start %s: %s", name_, error_text(errno));
  }
  release_.reset();
  int error = 0;
  if (read(failed_.get(), &error, sizeof error) == sizeof error) {
    return failure.set("-c: cannot start %s: %s", name_, error_text(error));
  }
  return true;
}

void Command::stop() {
  if (!is_started()) return;
  if (release_) {
    release_.reset();
    waitpid(tree_.root, nullptr, 0);
  } else {
    end_processes(tree_, errors_);
  }
  leave();
}

}  // namespace bpftracec::rt
