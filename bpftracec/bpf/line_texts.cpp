#include "bpftracec/bpf/line_texts.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

#include "bpftracec/base/internal_error.h"

namespace bpftracec::bpf {
namespace {

// The headers and the entry, as Documentation/bpf/btf.rst has them.
struct BtfHeader {
  uint16_t magic;
  uint8_t version, flags;
  uint32_t header_size;
  uint32_t types_offset, types_size;
  uint32_t strings_offset, strings_size;
};
struct ExtHeader {
  uint16_t magic;
  uint8_t version, flags;
  uint32_t header_size;
  uint32_t functions_offset, functions_size;
  uint32_t lines_offset, lines_size;
};
struct SectionHeader {
  uint32_t name, count;
};
struct LineEntry {
  uint32_t instruction_offset, file, text, line_and_column;
};

template <typename T>
T load(std::string_view bytes, size_t offset) {
  if (offset + sizeof(T) > bytes.size()) base::internal_error("LLVM's BTF is cut off");
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

// What has been loaded there, changed.
template <typename T>
void store(std::string& bytes, size_t offset, const T& value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(T));
}

std::vector<std::string_view> split_lines(std::string_view source) {
  std::vector<std::string_view> lines;
  while (!source.empty()) {
    size_t end = std::min(source.find('\n'), source.size());
    // Strings of BTF end at a NUL.
    lines.push_back(source.substr(0, std::min(end, source.find('\0'))));
    source.remove_prefix(std::min(end + 1, source.size()));
  }
  return lines;
}

// Appends to the strings of .BTF, each text once.
class LineTexts {
 public:
  LineTexts(std::string& strings, uint32_t size, std::string_view source)
      : strings_(strings), size_(size), lines_(split_lines(source)) {}

  uint32_t offset_of_line(uint32_t line) {
    return line == 0 || line > lines_.size() ? 0 : offset_of(lines_[line - 1]);
  }
  uint32_t offset_of(std::string_view text) {
    if (text.empty()) return 0;  // BTF's first string
    auto [found, is_new] = offsets_.try_emplace(text, size_);
    if (is_new) {
      strings_ += text;
      strings_ += '\0';
      size_ += static_cast<uint32_t>(text.size()) + 1;
    }
    return found->second;
  }
  uint32_t size() const { return size_; }

 private:
  std::string& strings_;
  uint32_t size_;
  std::vector<std::string_view> lines_;
  std::map<std::string_view, uint32_t> offsets_;
};

}  // namespace

void add_line_texts(BtfSections& sections, const SourceText& source) {
  auto header = load<BtfHeader>(sections.types, 0);
  if (size_t{header.header_size} + header.strings_offset + header.strings_size !=
      sections.types.size()) {
    base::internal_error("LLVM's BTF does not end with its strings");
  }
  LineTexts texts(sections.types, header.strings_size, source.text);

  auto ext = load<ExtHeader>(sections.ext, 0);
  if (ext.lines_size == 0) return;
  uint32_t file = texts.offset_of(source.name);
  size_t at = size_t{ext.header_size} + ext.lines_offset;
  size_t end = at + ext.lines_size;
  auto entry_size = load<uint32_t>(sections.ext, at);
  at += sizeof(uint32_t);
  while (at < end) {
    auto count = load<SectionHeader>(sections.ext, at).count;
    at += sizeof(SectionHeader);
    for (uint32_t i = 0; i < count; ++i, at += entry_size) {
      auto entry = load<LineEntry>(sections.ext, at);
      entry.file = file;
      // The lower ten bits are the column.
      entry.text = texts.offset_of_line(entry.line_and_column >> 10U);
      store(sections.ext, at, entry);
    }
  }
  header.strings_size = texts.size();
  store(sections.types, 0, header);
}

}  // namespace bpftracec::bpf
