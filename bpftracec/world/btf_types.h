// The C types of one BTF file. Any bytes may be in it: whatever makes no sense is `void` or left
// out, and nothing runs in circles.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/world/btf_data.h"
#include "bpftracec/world/c_type_store.h"

namespace bpftracec::world {

class BtfTypes : public CTypeStore {
 public:
  // A set of BTF kinds.
  using Kinds = uint32_t;
  static constexpr Kinds kinds(auto... kind) { return (Kinds{0} | ... | (Kinds{1} << kind)); }

  // `base`: of the kernel, where this is a module; must outlive this.
  explicit BtfTypes(std::unique_ptr<const BtfData> data, const BtfTypes* base = nullptr)
      : data_(std::move(data)), base_(base) {}

  const BtfData& data() const { return *data_; }

  // The first type of this file, not of its base, that is of one of these kinds. Null: there is
  // none.
  const CType* find(Kinds kinds, std::string_view name) const;
  std::optional<CEnumerator> find_enumerator(std::string_view name) const;

  void consider_names(Kinds kinds, base::NearestName& search) const;
  void consider_enumerators(base::NearestName& search) const;

 protected:
  std::vector<CMember> load_members(const CType& record) const override;
  std::vector<CEnumerator> load_enumerators(const CType& type) const override;
  std::vector<CParameter> load_parameters(const CType& function) const override;

 private:
  const CType& type(uint32_t id) const;
  const CType& make(uint32_t id, const btf_type& type) const;
  const CType& make_integer(uint32_t id, const btf_type& type) const;
  const CType& make_pointer(uint32_t id, const btf_type& type) const;
  const CType& make_array(uint32_t id, const btf_type& type) const;
  const CType& make_record(uint32_t id, const btf_type& type, CTypeKind kind) const;
  const CType& make_enum(uint32_t id, const btf_type& type) const;
  const CType& make_function(uint32_t id, const btf_type& type) const;
  CType start(CTypeKind kind, uint32_t id) const;

  uint32_t record_in(uint32_t id) const;
  bool is_finite(uint32_t record, uint32_t depth) const;
  std::optional<CMember> member(const CType& record, const btf_member& member,
                                bool kind_flag) const;

  std::unique_ptr<const BtfData> data_;
  const BtfTypes* base_;
  mutable std::unordered_map<uint32_t, const CType*> known_;
  mutable uint32_t depth_ = 0;  // of type() in itself
  mutable std::unordered_set<uint32_t> finite_;
};

}  // namespace bpftracec::world
