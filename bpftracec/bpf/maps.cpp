#include "bpftracec/bpf/maps.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>

namespace bpftracec::bpf {
namespace {

// The variable holds nothing that anyone reads: libbpf takes all from its type. The size is that of
// four pointers, which all our maps have at most.
constexpr uint32_t kMembers = 4;
constexpr uint32_t kPointerSize = 8;

MapType type_of(const sema::MapPlan& map) {
  if (map.is_scalar) return map.is_per_cpu ? MapType::PercpuArray : MapType::Array;
  if (map.is_lru) return map.is_per_cpu ? MapType::LruPercpuHash : MapType::LruHash;
  return map.is_per_cpu ? MapType::PercpuHash : MapType::Hash;
}

}  // namespace

MapShape shape_of(const sema::MapPlan& map) {
  return {type_of(map), map.max_entries, map.key_size, map.value_size};
}

llvm::GlobalVariable* add_map(llvm::Module& module, std::string_view symbol) {
  auto* pointer = llvm::PointerType::getUnqual(module.getContext());
  auto* type = llvm::ArrayType::get(pointer, kMembers);
  auto* map = llvm::cast<llvm::GlobalVariable>(module.getOrInsertGlobal(symbol, type));
  map->setInitializer(llvm::ConstantAggregateZero::get(type));
  map->setSection(".maps");
  map->setAlignment(llvm::Align(kPointerSize));
  map->setDSOLocal(true);
  return map;
}

void describe_map(DebugInfo& debug, llvm::GlobalVariable& map, const MapShape& shape) {
  std::vector<DebugInfo::Member> members;
  // A number is written as the length of an array that a member points to.
  auto add = [&](std::string_view name, uint32_t number) {
    auto offset = static_cast<uint32_t>(members.size()) * kPointerSize;
    members.push_back({name, debug.pointer_to(debug.array_type(debug.signed_type(4), number, 4)),
                       offset, kPointerSize});
  };
  add("type", static_cast<uint32_t>(shape.type));
  add("max_entries", shape.max_entries);
  if (shape.key_size) add("key_size", *shape.key_size);
  if (shape.value_size) add("value_size", *shape.value_size);
  debug.describe(map, debug.struct_type("", members, kMembers * kPointerSize));
}

}  // namespace bpftracec::bpf
