#include "parameters.h"

#include <stdlib.h>
#include <string>

#include <gtest/gtest.h>

namespace bpftracec::rt {
namespace {

class Parameters : public testing::Test {
 protected:
  std::string substitute(const char* text) {
    char* result = substitute_parameters(text_of(text), bindings_, failure_);
    if (result == nullptr) return std::string("error: ") + failure_.message();
    std::string copy = result;
    free(result);
    return copy;
  }

  const char* texts_[2] = {"/bin/sh", "0x10"};
  Bindings bindings_ = {.parameter_count = 2, .parameters = texts_};
  Failure failure_;
};

TEST_F(Parameters, AsNumbers) {
  EXPECT_EQ(integer_parameter(bindings_, 2), 16);
  EXPECT_EQ(integer_parameter(bindings_, 1), 0);  // run() has refused that
  EXPECT_EQ(integer_parameter(bindings_, 3), 0);
  EXPECT_EQ(integer_parameter(bindings_, 0), 0);
}

TEST_F(Parameters, AsTexts) {
  char text[6] = "xxxxx";
  copy_text_parameter(bindings_, 1, text, sizeof text);
  EXPECT_STREQ(text, "/bin/");
  copy_text_parameter(bindings_, 3, text, sizeof text);
  EXPECT_EQ(std::string(text, sizeof text), std::string(6, '\0'));
}

TEST_F(Parameters, InProbes) {
  EXPECT_EQ(substitute("uprobe:$1:main"), "uprobe:/bin/sh:main");
  EXPECT_EQ(substitute("$1$2"), "/bin/sh0x10");
  EXPECT_EQ(substitute("a$ $x $"), "a$ $x $");
  EXPECT_EQ(substitute(""), "");
}

TEST_F(Parameters, MissingOnesInProbes) {
  EXPECT_EQ(substitute("uprobe:$3:main"), "error: parameter $3 is missing");
  EXPECT_EQ(substitute("$0"), "error: parameter $0 is missing");
  EXPECT_NE(substitute("$99999999999999999999").find("missing"), std::string::npos);
}

TEST_F(Parameters, NumbersAreChecked) {
  constexpr ParameterDescription kNeedsNumber[] = {{1, true, false}};
  constexpr ParameterDescription kNeedsText[] = {
      {1, false, true}, {2, true, true}, {7, true, false}};
  ToolDescription tool = {};
  tool.parameters = kNeedsNumber;
  EXPECT_FALSE(check_parameters(tool, bindings_, failure_));
  EXPECT_STREQ(failure_.message(), "parameter $1: '/bin/sh' is not a number");
  tool.parameters = kNeedsText;
  EXPECT_TRUE(check_parameters(tool, bindings_, failure_));
}

}  // namespace
}  // namespace bpftracec::rt
