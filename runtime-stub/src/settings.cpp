#include "settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "integer_literal.h"
#include "parameters.h"

namespace bpftracec::rt {

namespace {

// A variable that holds a number from `min` to `max`; left alone when it is not set.
bool read_number(const char* name, int64_t min, int64_t max, int64_t& value, Failure& failure) {
  const char* text = getenv(name);
  if (text == nullptr) return true;
  int64_t number = 0;
  if (!parse_integer(text_of(text), number)) {
    return failure.set("%s: '%s' is not a number", name, text);
  }
  if (number < min || number > max) {
    return failure.set("%s: %s is not between %lld and %lld", name, text,
                       static_cast<long long>(min), static_cast<long long>(max));
  }
  value = number;
  return true;
}

bool read_bool(const char* name, bool& value, Failure& failure) {
  constexpr const char* kTrue[] = {"1", "true", "on", "yes"};
  constexpr const char* kFalse[] = {"0", "false", "off", "no"};
  const char* text = getenv(name);
  if (text == nullptr) return true;
  for (const char* word : kTrue) {
    if (strcasecmp(text, word) == 0) return value = true;
  }
  for (const char* word : kFalse) {
    if (strcasecmp(text, word) == 0) {
      value = false;
      return true;
    }
  }
  return failure.set("%s: '%s' is neither 1 nor 0", name, text);
}

bool read_missing_probes(ToolDescription& tool, Settings& settings, Failure& failure) {
  constexpr const char* kName = "BPFTRACE_MISSING_PROBES";
  const char* text = getenv(kName);
  if (text == nullptr) return true;
  settings.ignores_missing_probes = strcmp(text, "ignore") == 0;
  tool.fails_on_missing_probes = strcmp(text, "error") == 0;
  if (settings.ignores_missing_probes || tool.fails_on_missing_probes ||
      strcmp(text, "warn") == 0) {
    return true;
  }
  return failure.set("%s: '%s' is none of error, warn and ignore", kName, text);
}

}  // namespace

bool read_environment(ToolDescription& tool, Settings& settings, Failure& failure) {
  // The kernel counts a map's entries in 32 bits, and the ring buffer's bytes are its entries.
  constexpr int64_t kMaxKeys = UINT32_MAX;
  const int64_t max_pages = (1LL << 31) / getpagesize();
  int64_t max_map_keys = tool.max_map_keys;
  int64_t max_probes = tool.max_probes;
  int64_t pages = -1;
  auto max_cat_bytes = static_cast<int64_t>(tool.max_cat_bytes);
  auto log_size = static_cast<int64_t>(settings.log_size);

  const bool is_right =
      // The second is the old name.
      read_number("BPFTRACE_MAP_KEYS_MAX", 1, kMaxKeys, max_map_keys, failure) &&
      read_number("BPFTRACE_MAX_MAP_KEYS", 1, kMaxKeys, max_map_keys, failure) &&
      read_number("BPFTRACE_MAX_PROBES", 1, UINT32_MAX, max_probes, failure) &&
      read_number("BPFTRACE_CAT_BYTES_MAX", 0, INT64_MAX, max_cat_bytes, failure) &&
      read_number("BPFTRACE_MAX_CAT_BYTES", 0, INT64_MAX, max_cat_bytes, failure) &&
      read_number("BPFTRACE_PERF_RB_PAGES", 0, max_pages, pages, failure) &&
      read_number("BPFTRACE_LOG_SIZE", 1, INT32_MAX, log_size, failure) &&
      read_bool("BPFTRACE_PRINT_MAPS_ON_EXIT", tool.print_maps_on_exit, failure) &&
      read_missing_probes(tool, settings, failure);
  if (!is_right) return false;

  tool.max_probes = static_cast<uint32_t>(max_probes);
  tool.max_map_keys = static_cast<uint32_t>(max_map_keys);
  if (pages >= 0) {
    tool.ring_buffer_bytes = static_cast<uint64_t>(pages) * static_cast<uint64_t>(getpagesize());
  }
  tool.max_cat_bytes = static_cast<uint64_t>(max_cat_bytes);
  settings.log_size = static_cast<uint64_t>(log_size);
  settings.btf_path = getenv("BPFTRACE_BTF");
  settings.tracefs = getenv("BPFTRACE_TRACEFS");
  return true;
}

}  // namespace bpftracec::rt
