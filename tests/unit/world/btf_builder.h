// Makes BTF byte by byte, for what no compiler would write.
#pragma once

#include <cstring>
#include <linux/btf.h>
#include <string>
#include <string_view>

namespace bpftracec::world {

class BtfBuilder {
 public:
  uint32_t name(std::string_view text) {
    const auto offset = static_cast<uint32_t>(strings_.size());
    strings_ += text;
    strings_ += '\0';
    return offset;
  }

  // The number of the new type.
  uint32_t add(uint32_t kind, std::string_view type_name, uint32_t vlen, uint32_t size_or_type,
               bool kind_flag = false) {
    btf_type type{};
    type.name_off = type_name.empty() ? 0 : name(type_name);
    type.info = kind << 24 | vlen | (kind_flag ? 1U << 31 : 0);
    type.size = size_or_type;
    append(type);
    return ++count_;
  }

  uint32_t add_integer(std::string_view type_name, uint32_t size, uint32_t encoding = 0) {
    const uint32_t id = add(BTF_KIND_INT, type_name, 0, size);
    append(encoding << 24 | size * 8);
    return id;
  }

  uint32_t add_array(uint32_t element, uint32_t count) {
    const uint32_t id = add(BTF_KIND_ARRAY, "", 0, 0);
    append(btf_array{element, element, count});
    return id;
  }

  void add_member(std::string_view member_name, uint32_t type, uint32_t bit_offset) {
    append(btf_member{member_name.empty() ? 0 : name(member_name), type, bit_offset});
  }

  template <typename T>
  void append(const T& value) {
    types_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  std::string bytes() const {
    btf_header header{};
    header.magic = BTF_MAGIC;
    header.version = BTF_VERSION;
    header.hdr_len = sizeof header;
    header.type_len = static_cast<uint32_t>(types_.size());
    header.str_off = header.type_len;
    header.str_len = static_cast<uint32_t>(strings_.size());
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) + types_ + strings_;
  }

 private:
  std::string types_;
  std::string strings_ = std::string(1, '\0');
  uint32_t count_ = 0;
};

}  // namespace bpftracec::world
