// The bytes of a BTF file (Documentation/bpf/btf.rst in the kernel's tree), checked once so that
// nothing in them can lead outside. Not libbpf's reader, which copies and takes 8 to 25 ms for a
// kernel's BTF where this takes less than one (docs/design/c-types.md).
#pragma once

#include <cstdint>
#include <linux/btf.h>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/base/result.h"

namespace bpftracec::world {

class BtfData {
 public:
  // `path` names raw BTF, or an ELF file that has it in .BTF. For the BTF of a module, `base` is
  // the kernel's, whose types and names it continues; it must outlive this.
  static base::Result<std::unique_ptr<const BtfData>> open(const std::string& path,
                                                           const BtfData* base);
  static base::Result<std::unique_ptr<const BtfData>> parse(std::string bytes, const BtfData* base);

  BtfData(const BtfData&) = delete;
  BtfData& operator=(const BtfData&) = delete;
  ~BtfData();

  // Types are numbered from 1; those of a module begin where the kernel's end. 0 is void.
  uint32_t first_id() const { return first_id_; }
  uint32_t end_id() const { return first_id_ + static_cast<uint32_t>(offsets_.size()); }

  // Of this file or its base; null for 0 and for numbers that do not exist.
  const btf_type* type(uint32_t id) const;
  // Empty for an offset that does not exist.
  std::string_view string(uint32_t offset) const;
  std::string_view name(const btf_type& type) const { return string(type.name_off); }
  bool is_string(uint32_t offset, std::string_view text) const;  // without measuring it first

  // What follows the head of a type of the fitting kind.
  static uint32_t kind(const btf_type& type) { return BTF_INFO_KIND(type.info); }
  static bool kind_flag(const btf_type& type) { return BTF_INFO_KFLAG(type.info) != 0; }
  static uint32_t integer(const btf_type& type) { return *after<uint32_t>(type); }
  static const btf_array& array(const btf_type& type) { return *after<btf_array>(type); }
  static std::span<const btf_member> members(const btf_type& type) {
    return {after<btf_member>(type), BTF_INFO_VLEN(type.info)};
  }
  static std::span<const btf_enum> enumerators(const btf_type& type) {
    return {after<btf_enum>(type), BTF_INFO_VLEN(type.info)};
  }
  static std::span<const btf_enum64> enumerators64(const btf_type& type) {
    return {after<btf_enum64>(type), BTF_INFO_VLEN(type.info)};
  }
  static std::span<const btf_param> parameters(const btf_type& type) {
    return {after<btf_param>(type), BTF_INFO_VLEN(type.info)};
  }

 private:
  BtfData() = default;

  template <typename T>
  static const T* after(const btf_type& type) {
    return reinterpret_cast<const T*>(&type + 1);
  }

  static base::Result<std::unique_ptr<const BtfData>> finish(std::unique_ptr<BtfData> data,
                                                             const BtfData* base);
  base::Result<void> read_header();
  base::Result<void> index_types();

  const BtfData* base_ = nullptr;
  std::string bytes_;         // either these
  void* mapping_ = nullptr;   // or a mapping of
  size_t mapping_size_ = 0;   // this size
  std::string_view types_;    // the section of types
  std::string_view strings_;  // of strings; ends with a NUL
  uint32_t first_id_ = 1;
  uint32_t first_string_ = 0;
  std::vector<uint32_t> offsets_;  // of each type in types_
};

}  // namespace bpftracec::world
