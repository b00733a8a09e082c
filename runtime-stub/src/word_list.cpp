#include "word_list.h"

#include <stdlib.h>
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
  const char* fault = nullptr;
  while (fault == nullptr) {
    while (is_blank(*at)) {
      ++at;
    }
    words = static_cast<char**>(reallocate(static_cast<void*>(words), (count + 1) * sizeof *words));
    words[count] = nullptr;
    if (*at == '\0') break;
    Buffer word;
    if (!read_word(at, word)) fault = "a quote is not closed";
    words[count++] = static_cast<char*>(memcpy(allocate(word.size()), word.data(), word.size()));
  }
  if (count == 0) fault = "there is no command";
  if (fault == nullptr) return words;
  while (count > 0) {
    free(words[--count]);
  }
  free(static_cast<void*>(words));
  failure.set("-c: %s in '%s'", fault, text);
  return nullptr;
}

}  // namespace bpftracec::rt
