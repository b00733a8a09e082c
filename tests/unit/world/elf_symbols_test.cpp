#include "bpftracec/world/elf_symbols.h"

#include <algorithm>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/base/temporary_directory.h"
#include "bpftracec/world/host_world.h"

extern "C" [[gnu::noinline]] int bpftracec_function_of_this_test() { return 5; }
extern "C" const int bpftracec_data_of_this_test = 5;

namespace bpftracec::world {
namespace {

constexpr const char* kThisProgram = "/proc/self/exe";

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TEST(ElfSymbols, HasTheFunctionsThatAFileDefines) {
  ASSERT_EQ(bpftracec_function_of_this_test(), bpftracec_data_of_this_test);
  const auto names = read_function_names(kThisProgram);
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_TRUE(contains(*names, "bpftracec_function_of_this_test"));
  EXPECT_TRUE(contains(*names, "main"));
  EXPECT_TRUE(std::is_sorted(names->begin(), names->end()));
  EXPECT_EQ(std::adjacent_find(names->begin(), names->end()), names->end()) << "each once";
}

TEST(ElfSymbols, LeavesOutDataAndWhatIsOnlyUsed) {
  const auto names = read_function_names(kThisProgram);
  ASSERT_TRUE(names);
  EXPECT_FALSE(contains(*names, "bpftracec_data_of_this_test"));
  EXPECT_FALSE(contains(*names, "mkfifo")) << "used below, defined by the C library";
}

TEST(ElfSymbols, RefusesWhatIsNoElfFile) {
  EXPECT_FALSE(read_function_names("/nonexistent"));
  EXPECT_FALSE(read_function_names("/"));
  const auto directory = base::TemporaryDirectory::create("/tmp");
  ASSERT_TRUE(directory);
  ASSERT_TRUE(base::write_file(directory->file("text"), "#!/bin/sh\n"));
  EXPECT_FALSE(read_function_names(directory->file("text")));
  ASSERT_TRUE(base::write_file(directory->file("cut"), std::string("\x7f"
                                                                   "ELF\2\1\1",
                                                                   7)));
  EXPECT_FALSE(read_function_names(directory->file("cut")).has_value() &&
               !read_function_names(directory->file("cut"))->empty());
}

TEST(ElfSymbols, DoesNotWaitForSomeoneToWriteAPipe) {
  const auto directory = base::TemporaryDirectory::create("/tmp");
  ASSERT_TRUE(directory);
  const std::string pipe = directory->file("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(read_function_names(pipe));
}

TEST(HostWorldSymbols, TellsAFileFromASymbolThatIsNotThere) {
  const HostWorld world({.events = ""});
  EXPECT_EQ(world.find_symbol(kThisProgram, "main"), SymbolLookup::Found);
  EXPECT_EQ(world.find_symbol(kThisProgram, "nosuch"), SymbolLookup::NoSuchSymbol);
  EXPECT_EQ(world.find_symbol("/nonexistent", "main"), SymbolLookup::NoSuchFile);
  EXPECT_TRUE(world.function_names("/nonexistent").empty());
  EXPECT_FALSE(world.function_names(kThisProgram).empty());
}

}  // namespace
}  // namespace bpftracec::world
