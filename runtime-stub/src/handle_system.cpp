// system(): a command for the shell, whose output becomes the tool's.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

// -c has the kernel throw away how children end (process.cpp); here it counts.
class WaitForChildren {
 public:
  WaitForChildren() {
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &action, &before_);
  }
  ~WaitForChildren() {
    sigaction(SIGCHLD, &before_, nullptr);
    // Those of the -c command that have ended meanwhile.
    if ((before_.sa_flags & SA_NOCLDWAIT) == 0) return;
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
  WaitForChildren(const WaitForChildren&) = delete;
  WaitForChildren& operator=(const WaitForChildren&) = delete;

 private:
  struct sigaction before_ = {};
};

[[noreturn]] void run_shell(const char* command, int output) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execl("/bin/sh", "sh", "-c", command, nullptr);
  _exit(127);
}

void read_all(int fd, Buffer& to) {
  constexpr size_t kStep = 4096;
  for (;;) {
    const ssize_t count = read(fd, to.extend(kStep), kStep);
    to.truncate(to.size() - kStep + (count > 0 ? static_cast<size_t>(count) : 0));
    if (count == 0 || (count < 0 && errno != EINTR)) return;
  }
}

// The exit status as a shell tells it; -1 with errno where the command could not be started.
int run(const char* command, Buffer& output) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const WaitForChildren waits;
  const pid_t child = fork();
  if (child == 0) run_shell(command, writer.get());
  writer.reset();
  if (child < 0) return -1;
  read_all(reader.get(), output);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void report(Tracer& tracer, const char* command, int status) {
  Buffer message;
  if (status < 0) {
    message.append("ERROR: cannot run a command: ");
    message.append_text(strerror(errno));
  } else {
    message.append("ERROR: command exited with code ");
    message.append_signed(status);
  }
  message.append(" (");
  message.append_text(command);
  message.append(")\n");
  tracer.output().error_message(message.text());
}

}  // namespace

void handle_system(Tracer& tracer, const Record& record, const void* details) {
  Buffer command;
  format_pieces(tracer, static_cast<const PrintfDetails*>(details)->pieces, record, command);
  command.append('\0');
  Buffer text;
  const int status = run(command.data(), text);
  // As bpftrace has it: what a command that fails has written is not shown, and after that of any
  // other there is an empty line.
  if (status != 0) return report(tracer, command.data(), status);
  if (!tracer.output().is_json()) text.append('\n');
  tracer.output().message("syscall", text.text());
}

}  // namespace bpftracec::rt
