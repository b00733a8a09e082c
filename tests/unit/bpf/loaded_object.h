// A compiled program in the running kernel: loaded by libbpf, run by BPF_PROG_TEST_RUN in this
// process.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include "bpftracec/base/free_with.h"
#include "bpftracec/sema/program.h"

namespace bpftracec::bpf::testing {

// Loading needs root; where it is missing, the test says so and is skipped.
#define REQUIRE_ROOT()                                                           \
  do {                                                                           \
    if (geteuid() != 0) GTEST_SKIP() << "loading BPF programs needs to be root"; \
  } while (false)

class LoadedObject {
 public:
  // Compiles and opens. Failures are test failures.
  explicit LoadedObject(const sema::Program& program, const std::string& btf_path = "");

  bpf_object* get() { return object_.get(); }
  void set_late(const std::string& symbol, const void* value, size_t size);
  void set_late(const std::string& symbol, uint64_t value);
  void set_max_entries(const std::string& map, uint32_t entries);
  // Whether the verifier accepts it; the log is in the failure message.
  ::testing::AssertionResult load();

  // Runs the program with these words as its context; returns its result.
  uint32_t run(std::vector<uint64_t> context = {}, const std::string& program = "probe_0");

  int map_fd(const std::string& name);
  // The value at a key of a plain map, or nothing.
  std::optional<std::string> value(const std::string& map, const std::string& key);
  // All CPUs' values added up, as words.
  std::vector<uint64_t> merged(const std::string& map, const std::string& key);
  std::vector<std::string> keys(const std::string& map);
  // A word of a variable in .bss.
  uint64_t counter(const std::string& variable, uint32_t index = 0);
  // Records that have arrived since the last call.
  std::vector<std::string> records();

 private:
  std::pair<size_t, size_t> find_variable(const std::string& section, const std::string& name);

  std::string bytes_;
  std::unique_ptr<bpf_object, base::FreeWith<bpf_object__close>> object_;
  std::unique_ptr<ring_buffer, base::FreeWith<ring_buffer__free>> ring_;
  std::vector<std::string> records_;
};

// Bytes of keys and values.
std::string bytes_of(uint64_t number);
std::string padded(const std::string& text, size_t size);
std::string scalar_key();
uint64_t word_at(const std::string& bytes, size_t offset);

uint32_t instruction_count(bpf_object* object, const std::string& program = "probe_0");

}  // namespace bpftracec::bpf::testing
