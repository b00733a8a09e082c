#include "tests/runtime/needs.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <sys/utsname.h>
#include <unistd.h>

namespace bpftracec::runtime_tests {
namespace {

constexpr const char* kTracefs = "/sys/kernel/tracing";

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

bool is_in_path(const std::string& command) {
  const char* const variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? "" : variable;
  while (!path.empty()) {
    const size_t end = path.find(':');
    if (access((std::string(path.substr(0, end)) + "/" + command).c_str(), X_OK) == 0) return true;
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  }
  return false;
}

bool kernel_is_at_least(const std::string& version) {
  utsname name;
  int wanted[2] = {};
  int have[2] = {};
  if (uname(&name) != 0 || std::sscanf(version.c_str(), "%d.%d", &wanted[0], &wanted[1]) != 2 ||
      std::sscanf(name.release, "%d.%d", &have[0], &have[1]) != 2) {
    return false;
  }
  return have[0] != wanted[0] ? have[0] > wanted[0] : have[1] >= wanted[1];
}

}  // namespace

std::string missing_need(const std::string& need) {
  const size_t blank = need.find(' ');
  const std::string word = need.substr(0, blank);
  std::string rest = blank == std::string::npos ? "" : need.substr(blank + 1);
  if (word == "tracefs") {
    return exists(std::string(kTracefs) + "/events") ? "" : "tracefs is not mounted";
  }
  if (word == "event") {
    const std::string event = rest;
    if (const size_t colon = rest.find(':'); colon != std::string::npos) rest[colon] = '/';
    const bool found = exists(std::string(kTracefs) + "/events/" + rest + "/format");
    return found ? "" : "no tracepoint " + event;
  }
  if (word == "kernel") return kernel_is_at_least(rest) ? "" : "the kernel is older than " + rest;
  if (word == "command") return is_in_path(rest) ? "" : "no command " + rest;
  if (word == "file") return exists(rest) ? "" : "no file " + rest;
  if (word == "kprobes") {
    const bool found = exists("/sys/bus/event_source/devices/kprobe");
    return found ? "" : "the kernel is built without kprobes";
  }
  if (word == "counters" || need == "no counters") {
    const bool found = exists("/sys/bus/event_source/devices/cpu");
    if (found == (word == "counters")) return "";
    return found ? "the processor has hardware counters" : "no hardware counters";
  }
  return "unknown need '" + need + "'";
}

}  // namespace bpftracec::runtime_tests
