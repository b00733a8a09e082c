// BTF-defined maps: a variable in section .maps whose type's members carry the attributes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <llvm/IR/GlobalVariable.h>

#include "bpftracec/bpf/debug_info.h"
#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

// The numbers are the kernel's (enum bpf_map_type).
enum class MapType : uint32_t {
  Hash = 1,
  Array = 2,
  PercpuHash = 5,
  PercpuArray = 6,
  LruHash = 9,
  LruPercpuHash = 10,
  Ringbuf = 27
};

struct MapShape {
  MapType type;
  uint32_t max_entries;
  std::optional<uint32_t> key_size;  // none: a ring buffer
  std::optional<uint32_t> value_size;
};

MapShape shape_of(const sema::MapPlan& map);

// The map's variable, and, once its shape is final, its type.
llvm::GlobalVariable* add_map(llvm::Module& module, std::string_view symbol);
void describe_map(DebugInfo& debug, llvm::GlobalVariable& map, const MapShape& shape);

}  // namespace bpftracec::bpf
