#include "word_list.h"

#include <string.h>

#include "bpftracec/rt/buffer.h"

namespace bpftracec::rt {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

// Reads one word from `at` on; false when a quote is not closed. In double quotes a backslash
// quotes only what is special there (POSIX, 2.2.3).
bool read_word(const char*& at, Buffer& word) {
  char quote = '\0';
  for (; *at != '\0' && (quote != '\0' || !is_blank(*at)); ++at) {
    const bool is_escape = *at == '\\' && at[1] != '\0' &&
                           (quote == '\0' || (quote == '"' && strchr("\\\"$`", at[1]) != nullptr));
    if (is_escape) {
      word.append(*++at);
    } else if (quote != '\0' && *at == quote) {
      quote = '\0';
    } else if (quote == '\0' && (*at == '\'' || *at == '"')) {
      quote = *at;
    } else {
      word.append(*at);
    }
  }
  word.append('\0');
  return quote == '\0';
}

}  // namespace

char** split_words(const char* text, Failure& failure) {
  char** words = nullptr;
  size_t count = 0;
  const char* at = text;
  for (;;) {
    while (is_blank(*at)) {
      ++at;
    }
    words = static_cast<char**>(reallocate(words, (count + 1) * sizeof *words));
    words[count] = nullptr;
    if (*at == '\0') break;
    Buffer word;
    if (!read_word(at, word)) {
      failure.set("-c: a quote is not closed in: %s", text);
      return nullptr;
    }
    words[count++] = static_cast<char*>(memcpy(allocate(word.size()), word.data(), word.size()));
  }
  if (count > 0) return words;
  failure.set("-c: the command is empty");
  return nullptr;
}

}  // namespace bpftracec::rt
