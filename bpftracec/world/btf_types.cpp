#include "bpftracec/world/btf_types.h"

#include <algorithm>

namespace bpftracec::world {
namespace {

// Far more than C that people write; less than the stack holds.
constexpr uint32_t kMaxDepth = 64;

bool is_qualifier(uint32_t kind) {
  return kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_RESTRICT ||
         kind == BTF_KIND_TYPE_TAG;
}

PointerTag pointer_tag(std::string_view tag) {
  if (tag == "user") return PointerTag::User;
  if (tag == "rcu") return PointerTag::Rcu;
  if (tag == "percpu") return PointerTag::Percpu;
  return PointerTag::Other;
}

// Both forms of an enumerator as 64 bits, extended by the enum's sign.
uint64_t value_of(const btf_enum& enumerator, bool is_signed) {
  return is_signed ? static_cast<uint64_t>(int64_t{enumerator.val})
                   : static_cast<uint32_t>(enumerator.val);
}

uint64_t value_of(const btf_enum64& enumerator, bool /*is_signed*/) {
  return uint64_t{enumerator.val_hi32} << 32 | enumerator.val_lo32;
}

// f(name's offset, the enumerator) for each one of an enum.
template <typename Function>
void for_each_enumerator(const btf_type& type, Function f) {
  if (BtfData::kind(type) == BTF_KIND_ENUM) {
    for (const btf_enum& enumerator : BtfData::enumerators(type)) f(enumerator);
  } else if (BtfData::kind(type) == BTF_KIND_ENUM64) {
    for (const btf_enum64& enumerator : BtfData::enumerators64(type)) f(enumerator);
  }
}

}  // namespace

// ---- by name -------------------------------------------------------------------------------------

const CType* BtfTypes::find(Kinds wanted, std::string_view name) const {
  if (name.empty()) return nullptr;
  for (uint32_t id = data_->first_id(); id < data_->end_id(); ++id) {
    const btf_type& candidate = *data_->type(id);
    if ((wanted & kinds(BtfData::kind(candidate))) != 0 &&
        data_->is_string(candidate.name_off, name)) {
      return &type(id);
    }
  }
  return nullptr;
}

std::optional<CEnumerator> BtfTypes::find_enumerator(std::string_view name) const {
  if (name.empty()) return std::nullopt;
  std::optional<CEnumerator> found;
  for (uint32_t id = data_->first_id(); id < data_->end_id() && !found; ++id) {
    for_each_enumerator(*data_->type(id), [&](const auto& enumerator) {
      if (found || !data_->is_string(enumerator.name_off, name)) return;
      const CType& owner = type(id);
      found = CEnumerator{std::string(name), value_of(enumerator, owner.is_signed), &owner};
    });
  }
  return found;
}

void BtfTypes::consider_names(Kinds wanted, base::NearestName& search) const {
  for (uint32_t id = data_->first_id(); id < data_->end_id(); ++id) {
    const btf_type& candidate = *data_->type(id);
    if ((wanted & kinds(BtfData::kind(candidate))) == 0) continue;
    const std::string_view name = data_->name(candidate);
    if (!name.empty()) search.consider(name);
  }
}

void BtfTypes::consider_enumerators(base::NearestName& search) const {
  for (uint32_t id = data_->first_id(); id < data_->end_id(); ++id) {
    for_each_enumerator(*data_->type(id), [&](const auto& enumerator) {
      search.consider(data_->string(enumerator.name_off));
    });
  }
}

// ---- by number -----------------------------------------------------------------------------------

const CType& BtfTypes::type(uint32_t id) const {
  if (id == 0) return void_type();
  if (id < data_->first_id()) return base_ == nullptr ? void_type() : base_->type(id);
  // While a type is being made it is void: only one that is made of itself can tell.
  const auto [known, is_new] = known_.try_emplace(id, &void_type());
  if (!is_new) return *known->second;
  const btf_type* type = data_->type(id);
  if (type == nullptr || depth_ == kMaxDepth) return void_type();
  ++depth_;
  const CType& made = make(id, *type);
  --depth_;
  known_[id] = &made;
  return made;
}

CType BtfTypes::start(CTypeKind kind, uint32_t id) const {
  CType type;
  type.kind = kind;
  type.origin = CTypeOrigin::Kernel;
  type.store = this;
  type.id = id;
  return type;
}

const CType& BtfTypes::make(uint32_t id, const btf_type& type) const {
  switch (BtfData::kind(type)) {
    case BTF_KIND_INT:
      return make_integer(id, type);
    case BTF_KIND_FLOAT: {
      CType made = start(CTypeKind::Float, id);
      made.name = data_->name(type);
      made.size = type.size;
      return keep(std::move(made));
    }
    case BTF_KIND_PTR:
      return make_pointer(id, type);
    case BTF_KIND_ARRAY:
      return make_array(id, type);
    case BTF_KIND_STRUCT:
      return make_record(id, type, CTypeKind::Struct);
    case BTF_KIND_UNION:
      return make_record(id, type, CTypeKind::Union);
    case BTF_KIND_FWD:
      return make_record(id, type, BtfData::kind_flag(type) ? CTypeKind::Union : CTypeKind::Struct);
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      return make_enum(id, type);
    case BTF_KIND_FUNC_PROTO:
      return make_function(id, type);
    case BTF_KIND_FUNC: {
      const CType& prototype = this->type(type.type);
      if (prototype.kind != CTypeKind::Function) return void_type();
      CType& function = keep(prototype);
      function.name = data_->name(type);
      return function;
    }
    case BTF_KIND_TYPEDEF:
      return keep_named(this->type(type.type), data_->name(type));
    case BTF_KIND_CONST:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_TYPE_TAG:
      return this->type(type.type);
    default:
      return void_type();  // variables, sections, declaration tags: not types
  }
}

const CType& BtfTypes::make_integer(uint32_t id, const btf_type& type) const {
  if (type.size == 0 || type.size > 16) return void_type();
  CType made = start(CTypeKind::Integer, id);
  made.name = data_->name(type);
  made.size = type.size;
  made.is_char = made.name == "char";
  made.is_bool = (BTF_INT_ENCODING(BtfData::integer(type)) & BTF_INT_BOOL) != 0;
  // Plain char is signed here wherever it comes from (c_integer.cpp).
  made.is_signed = made.is_char || (BTF_INT_ENCODING(BtfData::integer(type)) & BTF_INT_SIGNED) != 0;
  return keep(std::move(made));
}

// Tags come between the pointer and what it points to, in any order with const and volatile.
const CType& BtfTypes::make_pointer(uint32_t id, const btf_type& type) const {
  CType made = start(CTypeKind::Pointer, id);
  made.size = 8;
  uint32_t target = type.type;
  for (uint32_t steps = 0; steps < kMaxDepth; ++steps) {
    const btf_type* qualifier = data_->type(target);
    if (qualifier == nullptr || !is_qualifier(BtfData::kind(*qualifier))) break;
    if (BtfData::kind(*qualifier) == BTF_KIND_TYPE_TAG && made.tag == PointerTag::None) {
      made.tag = pointer_tag(data_->name(*qualifier));
    }
    target = qualifier->type;
  }
  made.target = &this->type(target);
  return keep(std::move(made));
}

const CType& BtfTypes::make_array(uint32_t id, const btf_type& type) const {
  const btf_array& array = BtfData::array(type);
  CType made = start(CTypeKind::Array, id);
  made.target = &this->type(array.type);
  made.count = array.nelems;
  made.is_flexible = array.nelems == 0;
  if (__builtin_mul_overflow(made.target->size, made.count, &made.size)) return void_type();
  return keep(std::move(made));
}

const CType& BtfTypes::make_record(uint32_t id, const btf_type& type, CTypeKind kind) const {
  CType made = start(kind, id);
  made.name = data_->name(type);
  made.is_complete = BtfData::kind(type) != BTF_KIND_FWD;
  if (made.is_complete) made.size = type.size;
  return keep(std::move(made));
}

const CType& BtfTypes::make_enum(uint32_t id, const btf_type& type) const {
  if (type.size == 0 || type.size > 8) return void_type();
  CType made = start(CTypeKind::Enum, id);
  made.name = data_->name(type);
  made.size = type.size;
  made.is_complete = BTF_INFO_VLEN(type.info) != 0;
  made.is_signed = BtfData::kind_flag(type);
  // BTF tells the sign since Linux 6.0.
  if (BtfData::kind(type) == BTF_KIND_ENUM) {
    const auto enumerators = BtfData::enumerators(type);
    made.is_signed |= std::any_of(enumerators.begin(), enumerators.end(),
                                  [](const btf_enum& enumerator) { return enumerator.val < 0; }) &&
                      type.size <= 4;
  }
  return keep(std::move(made));
}

const CType& BtfTypes::make_function(uint32_t id, const btf_type& type) const {
  CType made = start(CTypeKind::Function, id);
  made.target = &this->type(type.type);
  const auto parameters = BtfData::parameters(type);
  // `...` is a last parameter without name and type.
  made.is_variadic = !parameters.empty() && parameters.back().type == 0 &&
                     parameters.back().name_off == 0;
  return keep(std::move(made));
}

// ---- parts ---------------------------------------------------------------------------------------

// The struct or union that a value of this type holds, itself or as an array's elements; 0: none.
uint32_t BtfTypes::record_in(uint32_t id) const {
  for (uint32_t steps = 0; steps < kMaxDepth; ++steps) {
    const btf_type* type = data_->type(id);
    if (type == nullptr) return 0;
    const uint32_t kind = BtfData::kind(*type);
    if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) return id;
    if (kind == BTF_KIND_ARRAY) {
      id = BtfData::array(*type).type;
    } else if (kind == BTF_KIND_TYPEDEF || is_qualifier(kind)) {
      id = type->type;
    } else {
      return 0;
    }
  }
  return 0;
}

bool BtfTypes::is_finite(uint32_t record, uint32_t depth) const {
  if (finite_.contains(record)) return true;
  if (depth == kMaxDepth) return false;
  for (const btf_member& member : BtfData::members(*data_->type(record))) {
    const uint32_t inner = record_in(member.type);
    if (inner != 0 && !is_finite(inner, depth + 1)) return false;
  }
  finite_.insert(record);
  return true;
}

std::optional<CMember> BtfTypes::member(const CType& record, const btf_member& raw,
                                        bool kind_flag) const {
  CMember made;
  made.name = data_->string(raw.name_off);
  made.type = &type(raw.type);
  made.bit_offset = kind_flag ? BTF_MEMBER_BIT_OFFSET(raw.offset) : raw.offset;
  made.bit_size = kind_flag ? BTF_MEMBER_BITFIELD_SIZE(raw.offset) : 0;
  // Without the flag an integer type says itself that it is narrower than its bytes.
  const btf_type* own = data_->type(raw.type);
  if (!kind_flag && own != nullptr && BtfData::kind(*own) == BTF_KIND_INT) {
    const uint32_t integer = BtfData::integer(*own);
    if (BTF_INT_BITS(integer) != own->size * 8 || BTF_INT_OFFSET(integer) != 0) {
      made.bit_size = BTF_INT_BITS(integer);
      made.bit_offset += BTF_INT_OFFSET(integer);
    }
  }
  const bool is_scalar = made.type->kind == CTypeKind::Integer ||
                         made.type->kind == CTypeKind::Enum;
  const bool has_meaning = made.type->kind != CTypeKind::Void &&
                           made.type->kind != CTypeKind::Function &&
                           (made.bit_size != 0 ? is_scalar && made.bit_size <= made.type->size * 8
                                               : made.bit_offset % 8 == 0) &&
                           (!made.name.empty() || is_record(*made.type));
  const uint64_t size = made.bit_size != 0 ? (made.bit_offset % 8 + made.bit_size + 7) / 8
                                           : made.type->size;
  const bool is_inside = size <= record.size && made.bit_offset / 8 <= record.size - size;
  if (!has_meaning || !is_inside) return std::nullopt;
  return made;
}

std::vector<CMember> BtfTypes::load_members(const CType& record) const {
  std::vector<CMember> members;
  const btf_type& type = *data_->type(record.id);
  const bool may_nest = is_finite(record.id, 0);
  for (const btf_member& raw : BtfData::members(type)) {
    if (!may_nest && record_in(raw.type) != 0) continue;
    if (auto made = member(record, raw, BtfData::kind_flag(type))) {
      members.push_back(*std::move(made));
    }
  }
  return members;
}

std::vector<CEnumerator> BtfTypes::load_enumerators(const CType& type) const {
  std::vector<CEnumerator> enumerators;
  const CType& owner = this->type(type.id);
  for_each_enumerator(*data_->type(type.id), [&](const auto& enumerator) {
    enumerators.push_back({std::string(data_->string(enumerator.name_off)),
                           value_of(enumerator, type.is_signed), &owner});
  });
  return enumerators;
}

std::vector<CParameter> BtfTypes::load_parameters(const CType& function) const {
  std::vector<CParameter> parameters;
  for (const btf_param& parameter : BtfData::parameters(*data_->type(function.id))) {
    parameters.push_back({std::string(data_->string(parameter.name_off)), &type(parameter.type)});
  }
  if (function.is_variadic) parameters.pop_back();
  return parameters;
}

}  // namespace bpftracec::world
