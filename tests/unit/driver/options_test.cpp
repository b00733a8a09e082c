#include "bpftracec/driver/options.h"

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bpftracec::driver {
namespace {

struct ParsedOptions {
  explicit ParsedOptions(const std::vector<std::string>& arguments) {
    std::ostringstream out_stream;
    std::ostringstream err_stream;
    result = parse_options(arguments, out_stream, err_stream);
    out = out_stream.str();
    err = err_stream.str();
  }

  const Options& options() const { return std::get<Options>(result); }
  int status() const { return std::holds_alternative<int>(result) ? std::get<int>(result) : -1; }

  std::variant<Options, int> result;
  std::string out;
  std::string err;
};

TEST(Options, ATransformedScriptGoesUnderItsName) {
  ParsedOptions parsed({"dir/opens.bt"});
  EXPECT_EQ(parsed.options().output_path, "opens");
  EXPECT_EQ(parsed.options().tool_name, "opens");
  EXPECT_EQ(parsed.options().emit, Stage::Exe);
}

TEST(Options, AScriptIsNeverOverwritten) {
  EXPECT_EQ(ParsedOptions({"opens"}).options().output_path, "a.out");
  EXPECT_EQ(ParsedOptions({"-"}).options().output_path, "a.out");
  EXPECT_EQ(ParsedOptions({"-e", "BEGIN { }"}).options().output_path, "a.out");
}

TEST(Options, OtherStagesGoToStandardOutput) {
  EXPECT_EQ(ParsedOptions({"--emit=ast", "a.bt"}).options().output_path, "");
  EXPECT_EQ(ParsedOptions({"--emit", "ast", "-o", "-", "a.bt"}).options().output_path, "");
  EXPECT_EQ(ParsedOptions({"-c", "a.bt"}).options().emit, Stage::BpfObj);
  EXPECT_EQ(ParsedOptions({"-c", "-o", "x.o", "a.bt"}).options().output_path, "x.o");
}

TEST(Options, AProgramMayBeginWithAnything) {
  EXPECT_EQ(ParsedOptions({"-e", "// c\nBEGIN { }", "-o", "x"}).options().program,
            "// c\nBEGIN { }");
  EXPECT_EQ(ParsedOptions({"-o", "x/y", "-e", "BEGIN { }"}).options().tool_name, "y");
}

TEST(Options, WrongUsageIsStatusTwo) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"a.bt", "b.bt"},
                                             {"-e", ""},
                                             {"-e", "BEGIN { }", "a.bt"},
                                             {"--bogus", "a.bt"},
                                             {"--emit=asta", "a.bt"},
                                             {"-o"},
                                             {"-e", "BEGIN { }", "-o", "-"}}) {
    ParsedOptions parsed(arguments);
    EXPECT_EQ(parsed.status(), 2);
    EXPECT_TRUE(parsed.err.starts_with("bpftracec: error: ")) << parsed.err;
    EXPECT_EQ(parsed.out, "");
  }
}

TEST(Options, AMisspeltStageGetsAHint) {
  EXPECT_NE(ParsedOptions({"--emit=lvm-ir", "a.bt"}).err.find("did you mean 'llvm-ir'?"),
            std::string::npos);
}

TEST(Options, HelpAndVersion) {
  ParsedOptions help({"--help"});
  EXPECT_EQ(help.status(), 0);
  EXPECT_NE(help.out.find("typed-ast"), std::string::npos);
  ParsedOptions version({"--version"});
  EXPECT_EQ(version.status(), 0);
  EXPECT_TRUE(version.out.starts_with("bpftracec "));
}

}  // namespace
}  // namespace bpftracec::driver
