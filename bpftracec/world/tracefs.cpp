#include "bpftracec/world/tracefs.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/world/tracepoint_format.h"

namespace bpftracec::world {
namespace {

bool is_plain_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

std::vector<std::string> directories_in(const std::filesystem::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) names.push_back(entry->path().filename().string());
  }
  return names;
}

}  // namespace

base::Result<std::optional<TracepointFormat>> read_tracepoint(const std::string& events,
                                                              std::string_view category,
                                                              std::string_view event) {
  using Answer = std::optional<TracepointFormat>;
  if (!is_plain_name(category) || !is_plain_name(event)) return Answer{};
  const std::string path = events + "/" + std::string(category) + "/" + std::string(event) +
                           "/format";
  if (::access(path.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENAMETOOLONG)) {
    return Answer{};
  }
  base::Result<std::string> text = base::read_file(path);
  if (!text) return std::move(text).error();
  return Answer{parse_tracepoint_format(category, event, *text)};
}

std::vector<std::string> list_tracepoints(const std::string& events) {
  std::vector<std::string> names;
  for (const std::string& category : directories_in(events)) {
    const std::filesystem::path directory = std::filesystem::path(events) / category;
    for (const std::string& event : directories_in(directory)) {
      names.push_back(category + ":" + event);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace bpftracec::world
