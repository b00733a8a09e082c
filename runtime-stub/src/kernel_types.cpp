// The few of the kernel's types that a tool is relocated against, out of the hundred thousand that
// its BTF has. libbpf reads all of them into memory and indexes them, which takes 20 ms and 12 MB;
// one walk through the file takes a few and next to nothing.
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/tool.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

// ---- growing arrays -----------------------------------------------------------------------------

template <typename T>
class Array {
 public:
  Array() = default;
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() { free(data_); }

  uint32_t size() const { return size_; }
  T& operator[](uint32_t i) { return data_[i]; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  void add(T value) {
    if (size_ == capacity_) {
      capacity_ = capacity_ == 0 ? 64 : 2 * capacity_;
      data_ = static_cast<T*>(reallocate(data_, capacity_ * sizeof(T)));
    }
    data_[size_++] = value;
  }

 private:
  T* data_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

// ---- the file -----------------------------------------------------------------------------------

// Parts of the file through one window: it is read, not mapped, since kernels before 6.16 do not
// let us map it, and what is mapped would count as our memory.
class Window {
 public:
  Window(int file, uint32_t size)
      : file_(file), size_(size), data_(static_cast<char*>(allocate(size))) {}
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() { free(data_); }

  uint32_t size() const { return size_; }

  // `size` bytes at `offset`, until the next call; null when the file does not have them.
  const char* at(uint64_t offset, uint32_t size) {
    if (offset >= begin_ && offset + size <= begin_ + filled_) return data_ + (offset - begin_);
    if (size > size_ || !fill(offset)) return nullptr;
    return size <= filled_ ? data_ : nullptr;
  }
  // How many bytes there are at `offset`, the last argument of at(), without reading on.
  uint32_t available(uint64_t offset) const {
    return static_cast<uint32_t>(begin_ + filled_ - offset);
  }

 private:
  bool fill(uint64_t offset) {
    begin_ = offset;
    filled_ = 0;
    while (filled_ < size_) {
      const ssize_t count = pread(file_, data_ + filled_, size_ - filled_,
                                  static_cast<off_t>(offset + filled_));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      if (count == 0) break;
      filled_ += static_cast<uint32_t>(count);
    }
    return true;
  }

  int file_;
  uint32_t size_;
  char* data_;
  uint64_t begin_ = 0;
  uint32_t filled_ = 0;
};

// What follows a type's head (Documentation/bpf/btf.rst); -1 for a kind that we do not know.
int64_t size_of_rest(const btf_type& type) {
  const uint32_t count = BTF_INFO_VLEN(type.info);
  switch (BTF_INFO_KIND(type.info)) {
    case BTF_KIND_INT:
    case BTF_KIND_VAR:
    case BTF_KIND_DECL_TAG:
      return 4;
    case BTF_KIND_ARRAY:
      return sizeof(struct btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      return int64_t{count} * static_cast<int64_t>(sizeof(btf_member));
    case BTF_KIND_ENUM:
      return int64_t{count} * static_cast<int64_t>(sizeof(struct btf_enum));
    case BTF_KIND_ENUM64:
      return int64_t{count} * static_cast<int64_t>(sizeof(struct btf_enum64));
    case BTF_KIND_FUNC_PROTO:
      return int64_t{count} * static_cast<int64_t>(sizeof(btf_param));
    case BTF_KIND_DATASEC:
      return int64_t{count} * static_cast<int64_t>(sizeof(btf_var_secinfo));
    case BTF_KIND_PTR:
    case BTF_KIND_FWD:
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_CONST:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_FUNC:
    case BTF_KIND_FLOAT:
    case BTF_KIND_TYPE_TAG:
      return 0;
    default:
      return -1;
  }
}

uint32_t kind_of(const btf_type& type) { return BTF_INFO_KIND(type.info); }

bool is_record(const btf_type& type) {
  return kind_of(type) == BTF_KIND_STRUCT || kind_of(type) == BTF_KIND_UNION;
}

// ---- the types ----------------------------------------------------------------------------------

// One name that the tool wants, and where it is among the strings.
struct WantedName {
  const KernelTypeName* name;
  uint32_t length;
  uint32_t offset;  // 0: not found
};

class KernelTypes {
 public:
  KernelTypes(const ToolDescription& tool, int file, btf* types)
      : tool_(tool),
        all_(file, kWalk),
        part_(file, kLook),
        string_(file, kLongestString),
        types_(types) {}

  bool read() { return read_header() && find_names() && find_types() && copy_all(); }

 private:
  bool read_header() {
    const char* bytes = all_.at(0, sizeof(btf_header));
    if (bytes == nullptr) return false;
    btf_header header;
    memcpy(&header, bytes, sizeof header);
    if (header.magic != BTF_MAGIC || header.version != BTF_VERSION) return false;
    type_begin_ = uint64_t{header.hdr_len} + header.type_off;
    type_end_ = type_begin_ + header.type_len;
    string_begin_ = uint64_t{header.hdr_len} + header.str_off;
    string_end_ = string_begin_ + header.str_len;
    return true;
  }

  // All strings end with a NUL, and each is there once. What is used much stands near the front.
  bool find_names() {
    uint64_t lengths = 0;  // a bit for each that is wanted
    for (const KernelTypeName& name : tool_.kernel_types) {
      const auto length = static_cast<uint32_t>(strlen(name.name));
      wanted_.add({&name, length, 0});
      lengths |= uint64_t{1} << (length % 64);
    }
    uint64_t place = string_begin_;
    uint32_t missing = wanted_.size();
    while (place < string_end_ && missing != 0) {
      const char* text = all_.at(place, 1);
      if (text == nullptr) return false;
      const uint64_t rest = string_end_ - place;
      const uint32_t room = all_.available(place) < rest ? all_.available(place)
                                                         : static_cast<uint32_t>(rest);
      const auto* end = static_cast<const char*>(memchr(text, '\0', room));
      if (end == nullptr) {
        // It goes on behind the window, or never ends.
        if (room == all_.size() || all_.at(place, room + 1) == nullptr) return false;
        continue;
      }
      const auto length = static_cast<uint32_t>(end - text);
      if ((lengths >> (length % 64) & 1) != 0) {
        missing -= note_name(text, length, place - string_begin_);
      }
      place += length + 1;
    }
    return missing == 0;
  }

  // How many wanted it: a struct and a typedef may have one name.
  uint32_t note_name(const char* text, uint32_t length, uint64_t offset) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < wanted_.size(); ++i) {
      WantedName& wanted = wanted_[i];
      if (wanted.length != length || memcmp(wanted.name->name, text, length) != 0) continue;
      wanted.offset = static_cast<uint32_t>(offset);
      ++found;
    }
    return found;
  }

  static uint32_t kind_of(KernelTypeName::Kind kind) {
    switch (kind) {
      case KernelTypeName::Kind::Struct:
        return BTF_KIND_STRUCT;
      case KernelTypeName::Kind::Union:
        return BTF_KIND_UNION;
      case KernelTypeName::Kind::Typedef:
        break;
    }
    return BTF_KIND_TYPEDEF;
  }

  bool is_wanted(const btf_type& type) {
    if (type.name_off == 0) return false;
    for (const WantedName& wanted : wanted_) {
      if (wanted.offset == type.name_off && kind_of(wanted.name->kind) == rt::kind_of(type)) {
        return true;
      }
    }
    return false;
  }

  // Notes where every kMarkStep-th type is, and which are wanted.
  bool find_types() {
    uint64_t place = type_begin_;
    for (uint32_t id = 1; place < type_end_; ++id) {
      if (id % kMarkStep == 1) marks_.add(static_cast<uint32_t>(place - type_begin_));
      btf_type type;
      if (!read_head(all_, place, type)) return false;
      const int64_t rest = size_of_rest(type);
      if (rest < 0) return false;
      if (is_wanted(type)) roots_.add(id);
      place += sizeof type + static_cast<uint64_t>(rest);
      end_id_ = id + 1;
    }
    // Several may have one name; what has none may be a module's.
    return roots_.size() >= wanted_.size();
  }

  bool read_head(Window& window, uint64_t place, btf_type& type) const {
    const char* bytes = window.at(place, sizeof type);
    if (bytes == nullptr || place + sizeof type > type_end_) return false;
    memcpy(&type, bytes, sizeof type);
    return true;
  }

  // Where the type's head ends.
  bool find(uint32_t id, btf_type& type, uint64_t& behind) {
    if (id == 0 || id >= end_id_) return false;
    uint64_t place = type_begin_ + marks_[(id - 1) / kMarkStep];
    for (uint32_t at = (id - 1) / kMarkStep * kMarkStep + 1;; ++at) {
      if (!read_head(part_, place, type)) return false;
      if (at == id) break;
      place += sizeof type + static_cast<uint64_t>(size_of_rest(type));
    }
    behind = place + sizeof type;
    return true;
  }

  // Until the next call.
  const char* string(uint32_t offset) {
    if (offset == 0) return nullptr;
    const uint64_t place = string_begin_ + offset;
    const uint64_t rest = string_end_ - place;
    const uint32_t size = rest < kLongestString ? static_cast<uint32_t>(rest) : kLongestString;
    const char* text = place < string_end_ ? string_.at(place, size) : nullptr;
    return text != nullptr && memchr(text, '\0', size) != nullptr ? text : nullptr;
  }

  // ---- copying ----

  bool copy_all() {
    btf__set_pointer_size(types_, sizeof(void*));
    for (const uint32_t root : roots_) {
      btf_type type;
      uint64_t behind = 0;
      if (!find(root, type, behind)) return false;
      int copied = 0;
      if (is_record(type)) {
        copied = copy(root, 0);
      } else {
        const int target = copy(type.type, 0);
        const char* name = string(type.name_off);
        if (target < 0 || name == nullptr) return false;
        copied = btf__add_typedef(types_, name, target);
      }
      if (copied < 0) return false;
    }
    return true;
  }

  // The id in types_ of what stands for the type there, or negative. Where pointers lead is of no
  // interest, and neither is what is in a record by value that the tool does not name.
  int copy(uint32_t id, uint32_t depth) {
    constexpr uint32_t kDeepest = 64;
    if (id == 0) return 0;
    if (depth > kDeepest) return -ELOOP;
    for (const Copied& copied : copied_) {
      if (copied.id == id) return copied.copy;
    }
    btf_type type;
    uint64_t behind = 0;
    if (!find(id, type, behind)) return -EINVAL;
    const int result = copy(type, behind, depth + 1);
    if (result >= 0) copied_.add({id, result});
    return result;
  }

  int copy(const btf_type& type, uint64_t behind, uint32_t depth) {
    switch (rt::kind_of(type)) {
      case BTF_KIND_INT:
        return copy_integer(type, behind);
      case BTF_KIND_PTR:
        return btf__add_ptr(types_, 0);
      case BTF_KIND_ARRAY:
        return copy_array(behind, depth);
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        return copy_record(type, behind, depth);
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        return btf__add_enum(types_, string(type.name_off), type.size);
      case BTF_KIND_FLOAT:
        return btf__add_float(types_, string(type.name_off), type.size);
      case BTF_KIND_FWD:
        return btf__add_fwd(types_, string(type.name_off),
                            BTF_INFO_KFLAG(type.info) ? BTF_FWD_UNION : BTF_FWD_STRUCT);
      case BTF_KIND_TYPEDEF:
      case BTF_KIND_VOLATILE:
      case BTF_KIND_CONST:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_TYPE_TAG:
        return copy(type.type, depth);
      default:
        return 0;
    }
  }

  int copy_integer(const btf_type& type, uint64_t behind) {
    const char* bytes = part_.at(behind, 4);
    if (bytes == nullptr) return -EINVAL;
    uint32_t data = 0;
    memcpy(&data, bytes, sizeof data);
    return btf__add_int(types_, string(type.name_off), type.size,
                        static_cast<int>(BTF_INT_ENCODING(data)));
  }

  int copy_array(uint64_t behind, uint32_t depth) {
    const char* bytes = part_.at(behind, sizeof(struct btf_array));
    if (bytes == nullptr) return -EINVAL;
    struct btf_array array;
    memcpy(&array, bytes, sizeof array);
    const int element = copy(array.type, depth);
    const int index = copy(array.index_type, depth);
    if (element < 0 || index < 0) return -EINVAL;
    return btf__add_array(types_, index, element, array.nelems);
  }

  // The members' types first: members must be added right behind their struct.
  int copy_record(const btf_type& type, uint64_t behind, uint32_t depth) {
    const bool is_open = type.name_off == 0 || is_wanted(type);
    Array<btf_member> members;
    if (is_open && !read_members(type, behind, members)) return -EINVAL;
    for (uint32_t i = 0; i < members.size(); ++i) {
      const int member_type = copy(members[i].type, depth);
      if (member_type < 0) return member_type;
      members[i].type = static_cast<uint32_t>(member_type);
    }
    const char* name = string(type.name_off);
    const int record = rt::kind_of(type) == BTF_KIND_STRUCT
                           ? btf__add_struct(types_, name, type.size)
                           : btf__add_union(types_, name, type.size);
    if (record < 0) return record;
    const bool has_sizes = BTF_INFO_KFLAG(type.info) != 0;
    for (const btf_member& member : members) {
      const uint32_t offset = has_sizes ? BTF_MEMBER_BIT_OFFSET(member.offset) : member.offset;
      const uint32_t bits = has_sizes ? BTF_MEMBER_BITFIELD_SIZE(member.offset) : 0;
      const int error = btf__add_field(types_, string(member.name_off),
                                       static_cast<int>(member.type), offset, bits);
      if (error < 0) return error;
    }
    return record;
  }

  bool read_members(const btf_type& type, uint64_t behind, Array<btf_member>& members) {
    for (uint32_t i = 0; i < BTF_INFO_VLEN(type.info); ++i) {
      btf_member member;
      const char* bytes = part_.at(behind + uint64_t{i} * sizeof member, sizeof member);
      if (bytes == nullptr) return false;
      memcpy(&member, bytes, sizeof member);
      members.add(member);
    }
    return true;
  }

  static constexpr uint32_t kMarkStep = 32;
  // Windows for one walk through everything, for single types, and for names: the kernel's limit is
  // 511 characters (KSYM_NAME_LEN).
  static constexpr uint32_t kWalk = 64 * 1024;
  static constexpr uint32_t kLook = 2 * 1024;
  static constexpr uint32_t kLongestString = 512;

  struct Copied {
    uint32_t id;
    int copy;
  };

  const ToolDescription& tool_;
  Window all_;
  Window part_;
  Window string_;
  btf* types_;
  uint64_t type_begin_ = 0;
  uint64_t type_end_ = 0;
  uint64_t string_begin_ = 0;
  uint64_t string_end_ = 0;
  uint32_t end_id_ = 1;
  Array<WantedName> wanted_;
  Array<uint32_t> marks_;
  Array<uint32_t> roots_;
  Array<Copied> copied_;
};

}  // namespace

bool read_kernel_types(const ToolDescription& tool, const char* path, btf* types) {
  UniqueFd file(open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  return KernelTypes(tool, file.get(), types).read();
}

}  // namespace bpftracec::rt
