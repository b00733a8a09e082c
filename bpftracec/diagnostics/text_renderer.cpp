#include "bpftracec/diagnostics/text_renderer.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/core.h>

namespace bpftracec::diagnostics {
namespace {

constexpr std::string_view kReset = "\033[0m";
constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kBoldRed = "\033[1;31m";
constexpr std::string_view kBoldGreen = "\033[1;32m";
constexpr std::string_view kBoldMagenta = "\033[1;35m";
constexpr std::string_view kBoldCyan = "\033[1;36m";

// Of a longer line only a window around the place is shown, so that it stays on a screen.
constexpr size_t kMaxColumns = 160;
constexpr size_t kColumnsBefore = 60;
constexpr std::string_view kCut = "...";

// The length of the well-formed UTF-8 sequence at the begin of `text`; 0 if there is none.
size_t utf8_length(std::string_view text, uint32_t& code_point) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  size_t length = 0;
  uint32_t least = 0;
  if (byte(0) < 0x80) {
    code_point = byte(0);
    return 1;
  }
  if ((byte(0) & 0xE0U) == 0xC0) {
    length = 2;
    least = 0x80;
    code_point = byte(0) & 0x1FU;
  } else if ((byte(0) & 0xF0U) == 0xE0) {
    length = 3;
    least = 0x800;
    code_point = byte(0) & 0x0FU;
  } else if ((byte(0) & 0xF8U) == 0xF0) {
    length = 4;
    least = 0x10000;
    code_point = byte(0) & 0x07U;
  }
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
    code_point = (code_point << 6U) | (byte(i) & 0x3FU);
  }
  bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return code_point < least || code_point > 0x10FFFF || is_surrogate ? 0 : length;
}

// Control characters, and those that change the order of what stands around them, so that a message
// could read otherwise than the script.
bool is_unsafe(uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0) || code_point == 0x061C ||
         code_point == 0x200E || code_point == 0x200F ||
         (code_point >= 0x2028 && code_point <= 0x202E) ||
         (code_point >= 0x2066 && code_point <= 0x2069) || code_point == 0xFEFF;
}

// What one character of the source becomes on the screen.
struct Glyph {
  size_t source_length;  // bytes of the source that it stands for
  std::string text;
  size_t columns;
};

Glyph next_glyph(std::string_view text) {
  uint32_t code_point = 0;
  size_t length = utf8_length(text, code_point);
  if (length != 0 && !is_unsafe(code_point))
    return {length, std::string(text.substr(0, length)), 1};
  length = std::max<size_t>(length, 1);
  std::string escaped;
  for (size_t i = 0; i < length; ++i)
    escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
  size_t columns = escaped.size();
  return {length, std::move(escaped), columns};
}

// A source line under construction, with the line of markers under it. TABs stay what they are in
// both, so that the markers stand right whatever the terminal makes of a TAB.
struct MarkedLine {
  std::string source;
  std::string markers;

  void add(const Glyph& glyph, char marker) {
    source += glyph.text;
    if (glyph.text == "\t" && marker == ' ') {
      markers += '\t';
    } else {
      markers.append(glyph.columns, marker);
    }
  }
};

// Moves `offset` back to where a character begins.
size_t character_begin(std::string_view line, size_t offset) {
  auto is_continuation = [&](size_t i) {
    return (static_cast<unsigned char>(line[i]) & 0xC0U) == 0x80;
  };
  for (int steps = 0; steps < 3 && offset > 0 && offset < line.size() && is_continuation(offset);
       ++steps)
    --offset;
  return offset;
}

// `where` is relative to the line and may reach past its end. Never looks at more of the line than
// it shows: a script may be one line of megabytes with errors all over.
MarkedLine mark(std::string_view line, size_t where_begin, size_t where_end) {
  MarkedLine marked;
  size_t offset = 0;
  if (line.size() > kMaxColumns && where_begin > kColumnsBefore) {
    offset = character_begin(line, where_begin - kColumnsBefore);
    marked.add({0, std::string(kCut), kCut.size()}, ' ');
  }
  size_t columns = marked.source.size();
  while (offset < line.size() && (columns < kMaxColumns || offset <= where_begin)) {
    Glyph glyph = line[offset] == '\t' ? Glyph{1, "\t", 1} : next_glyph(line.substr(offset));
    char marker = ' ';
    if (offset >= where_begin && offset < where_end) marker = '~';
    size_t marker_begin = marked.markers.size();
    marked.add(glyph, marker);
    if (where_begin >= offset && where_begin < offset + glyph.source_length) {
      // Tabs count as one marker here; where the place itself is a TAB, a lone caret stands before
      // it.
      marked.markers.resize(std::max(marker_begin + 1, marked.markers.size()), ' ');
      marked.markers[marker_begin] = '^';
    }
    columns += glyph.columns;
    offset += glyph.source_length;
  }
  if (offset < line.size()) {
    marked.source += kCut;
  } else if (where_begin >= line.size()) {
    marked.markers += '^';  // past the last character: something is missing here
  }
  marked.markers.erase(marked.markers.find_last_not_of(" \t") + 1);
  return marked;
}

class TextRenderer {
 public:
  TextRenderer(const SourceFile& file, const RenderOptions& options)
      : file_(file), options_(options) {}

  void add(const Diagnostic& diagnostic) {
    bool is_error = diagnostic.severity() == Severity::Error;
    add_headline(diagnostic.where, is_error ? kBoldRed : kBoldMagenta,
                 is_error ? "error: " : "warning: ",
                 printable(diagnostic.text) + " [" + std::string(info(diagnostic.kind).name) + "]");
    add_source(diagnostic.where);
    for (const std::string& hint : diagnostic.hints) {
      add_colored(kBoldCyan, "hint: ");
      text_ += printable(hint) + "\n";
    }
    for (const Note& note : diagnostic.notes) {
      add_headline(note.where, kBoldCyan, "note: ", printable(note.text));
      add_source(note.where);
    }
  }

  void add_omitted(size_t count) {
    text_ += fmt::format("{}: {} more not shown\n", printable(file_.name()), count);
  }

  std::string take() { return std::move(text_); }

 private:
  void add_colored(std::string_view color, std::string_view text) {
    if (options_.use_colors) text_ += color;
    text_ += text;
    if (options_.use_colors) text_ += kReset;
  }

  void add_headline(SourceRange where, std::string_view color, std::string_view label,
                    const std::string& text) {
    SourcePosition position = file_.position(where.begin);
    std::string_view name = file_.name();
    // Lines of an imported file count from its own first.
    for (const SourcePart& part : options_.parts) {
      if (where.begin < part.range.begin || where.begin > part.range.end) continue;
      name = part.name;
      position.line -= file_.position(part.range.begin).line - 1;
      break;
    }
    add_colored(kBold, fmt::format("{}:{}:{}: ", printable(name), position.line, position.column));
    add_colored(color, label);
    add_colored(kBold, text);
    text_ += '\n';
  }

  void add_source(SourceRange where) {
    SourceRange line = file_.line_around(where.begin);
    if (line.begin == line.end) return;  // as after the last line
    MarkedLine marked = mark(file_.text(line), where.begin - line.begin, where.end - line.begin);
    text_ += marked.source;
    text_ += '\n';
    add_colored(kBoldGreen, marked.markers);
    text_ += '\n';
  }

  const SourceFile& file_;
  const RenderOptions& options_;
  std::string text_;
};

}  // namespace

std::string render(const Diagnostic& diagnostic, const SourceFile& file,
                   const RenderOptions& options) {
  TextRenderer renderer(file, options);
  renderer.add(diagnostic);
  return renderer.take();
}

std::string render(const DiagnosticSink& sink, const SourceFile& file,
                   const RenderOptions& options) {
  TextRenderer renderer(file, options);
  for (const Diagnostic* diagnostic : sink.in_source_order()) {
    if (diagnostic->severity() == Severity::Error || options.show_warnings)
      renderer.add(*diagnostic);
  }
  if (sink.omitted_count() != 0) renderer.add_omitted(sink.omitted_count());
  return renderer.take();
}

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    Glyph glyph = next_glyph(text);
    result += glyph.text;
    text.remove_prefix(glyph.source_length);
  }
  return result;
}

}  // namespace bpftracec::diagnostics
