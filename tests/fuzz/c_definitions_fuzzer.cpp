// Any text as the C of a script, and what it defines.
#include <cstddef>
#include <cstdint>
#include <string>

#include "bpftracec/world/c_type_catalog.h"
#include "tests/fuzz/walk_types.h"
#include "tests/support/world/fixture_world.h"

using namespace bpftracec;  // NOLINT(google-build-using-namespace): nothing includes this

namespace {

// Reading whatever files an input names (/dev/zero) tells nothing of us.
bool may_read_files(const std::string& text) {
  for (const char* word : {"include", "import", "embed", "\\"}) {
    if (text.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const testing_support::FixtureWorld world;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (may_read_files(text)) return 0;
  const auto types = world.c_types({"fuzz.bt", text, {{0, static_cast<uint32_t>(size)}}});
  for (const world::CDiagnostic& diagnostic : types->diagnostics()) {
    if (diagnostic.range.begin > diagnostic.range.end || diagnostic.range.end > size) {
      __builtin_trap();
    }
  }
  for (const char* name : {"N", "LIMIT", "RED", "nosuch"}) {
    (void)types->find_macro(name);
    (void)types->find_enumerator(name);
  }
  testing_support::walk_types({types->find_type(world::CTag::Struct, "my"),
                               types->find_type(world::CTag::Struct, "s"),
                               types->find_type(world::CTag::Enum, "color")});
  return 0;
}
