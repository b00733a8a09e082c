#include "word_list.h"

#include <stdlib.h>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bpftracec::rt {
namespace {

using testing::ElementsAre;

std::vector<std::string> words(const char* text) {
  Failure failure;
  char** list = split_words(text, failure);
  if (list == nullptr) return {std::string("error: ") + failure.message()};
  std::vector<std::string> result;
  for (char** word = list; *word != nullptr; ++word) {
    result.emplace_back(*word);
    free(*word);
  }
  free(static_cast<void*>(list));
  return result;
}

TEST(WordList, BlanksSeparate) {
  EXPECT_THAT(words("  ls  -l\t/tmp\n"), ElementsAre("ls", "-l", "/tmp"));
}

TEST(WordList, QuotesKeepBlanks) {
  EXPECT_THAT(words("sh -c 'echo \"a b\"; sleep 1'"),
              ElementsAre("sh", "-c", "echo \"a b\"; sleep 1"));
  EXPECT_THAT(words("a\"b c\"d ''"), ElementsAre("ab cd", ""));
}

TEST(WordList, Backslashes) {
  EXPECT_THAT(words("a\\ b \\'"), ElementsAre("a b", "'"));
  EXPECT_THAT(words("\"a\\\"b\\n\""), ElementsAre("a\"b\\n"));
  EXPECT_THAT(words("'a\\b'"), ElementsAre("a\\b"));
}

TEST(WordList, Faults) {
  EXPECT_THAT(words("echo 'a"), ElementsAre(testing::HasSubstr("quote is not closed")));
  EXPECT_THAT(words("  "), ElementsAre(testing::HasSubstr("there is no command")));
}

}  // namespace
}  // namespace bpftracec::rt
