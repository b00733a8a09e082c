#include "bpftracec/world/btf_data.h"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <utility>

#include "bpftracec/base/file_io.h"
#include "bpftracec/base/free_with.h"
#include "bpftracec/base/unique_fd.h"

namespace bpftracec::world {
namespace {

using base::Error;
using base::Result;

using ElfHandle = std::unique_ptr<Elf, base::FreeWith<elf_end>>;

constexpr uint32_t kAlignment = alignof(btf_type);

// Bytes that follow the head of a type.
struct TailSize {
  uint8_t fixed;
  uint8_t per_element;
  bool is_known;  // after a kind that is not, the next type cannot be found
};

constexpr std::array<TailSize, 32> make_tail_sizes() {
  std::array<TailSize, 32> sizes{};
  for (uint32_t kind :
       {BTF_KIND_PTR, BTF_KIND_FWD, BTF_KIND_TYPEDEF, BTF_KIND_VOLATILE, BTF_KIND_CONST,
        BTF_KIND_RESTRICT, BTF_KIND_FUNC, BTF_KIND_FLOAT, BTF_KIND_TYPE_TAG}) {
    sizes[kind] = {0, 0, true};
  }
  sizes[BTF_KIND_INT] = {sizeof(uint32_t), 0, true};
  sizes[BTF_KIND_ARRAY] = {sizeof(btf_array), 0, true};
  sizes[BTF_KIND_VAR] = {sizeof(btf_var), 0, true};
  sizes[BTF_KIND_DECL_TAG] = {sizeof(btf_decl_tag), 0, true};
  sizes[BTF_KIND_STRUCT] = sizes[BTF_KIND_UNION] = {0, sizeof(btf_member), true};
  sizes[BTF_KIND_ENUM] = {0, sizeof(btf_enum), true};
  sizes[BTF_KIND_ENUM64] = {0, sizeof(btf_enum64), true};
  sizes[BTF_KIND_FUNC_PROTO] = {0, sizeof(btf_param), true};
  sizes[BTF_KIND_DATASEC] = {0, sizeof(btf_var_secinfo), true};
  return sizes;
}

constexpr std::array<TailSize, 32> kTailSizes = make_tail_sizes();

Result<std::string> read_elf_section(const std::string& path, const std::string& file) {
  if (elf_version(EV_CURRENT) == EV_NONE) return Error{"libelf is out of date"};
  const ElfHandle elf(elf_memory(const_cast<char*>(file.data()), file.size()));
  size_t names = 0;
  if (elf == nullptr || elf_getshdrstrndx(elf.get(), &names) != 0) {
    return Error{"'" + path + "' is not a readable ELF file"};
  }
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf.get(), section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    const char* name = elf_strptr(elf.get(), names, header.sh_name);
    if (name == nullptr || std::string_view(name) != ".BTF") continue;
    const Elf_Data* data = elf_rawdata(section, nullptr);
    if (data == nullptr || data->d_buf == nullptr) break;
    return std::string(static_cast<const char*>(data->d_buf), data->d_size);
  }
  return Error{"'" + path + "' has no section .BTF"};
}

}  // namespace

BtfData::~BtfData() {
  if (mapping_ != nullptr) ::munmap(mapping_, mapping_size_);
}

Result<std::unique_ptr<const BtfData>> BtfData::open(const std::string& path, const BtfData* base) {
  std::unique_ptr<BtfData> data(new BtfData);
  // The kernel lets its BTF be mapped since Linux 6.16. Other files are read: a mapping of a file
  // that somebody cuts short kills who looks at it.
  if (path.starts_with("/sys/kernel/btf/")) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status;
    if (fd && ::fstat(fd.get(), &status) == 0 && status.st_size > 0) {
      const auto size = static_cast<size_t>(status.st_size);
      void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
      if (mapping != MAP_FAILED) {
        data->mapping_ = mapping;
        data->mapping_size_ = size;
        return finish(std::move(data), base).with_context("reading '" + path + "'");
      }
    }
  }
  Result<std::string> bytes = base::read_file(path);
  if (!bytes) return std::move(bytes).error();
  if (bytes->starts_with(ELFMAG)) bytes = read_elf_section(path, std::string(*bytes));
  if (!bytes) return std::move(bytes).error();
  data->bytes_ = *std::move(bytes);
  return finish(std::move(data), base).with_context("reading '" + path + "'");
}

Result<std::unique_ptr<const BtfData>> BtfData::parse(std::string bytes, const BtfData* base) {
  std::unique_ptr<BtfData> data(new BtfData);
  data->bytes_ = std::move(bytes);
  return finish(std::move(data), base);
}

Result<std::unique_ptr<const BtfData>> BtfData::finish(std::unique_ptr<BtfData> data,
                                                       const BtfData* base) {
  if (base != nullptr) {
    data->base_ = base;
    data->first_id_ = base->end_id();
    data->first_string_ = base->first_string_ + static_cast<uint32_t>(base->strings_.size());
  }
  if (Result<void> header = data->read_header(); !header) return std::move(header).error();
  if (Result<void> index = data->index_types(); !index) return std::move(index).error();
  return std::unique_ptr<const BtfData>(std::move(data));
}

Result<void> BtfData::read_header() {
  const std::string_view bytes = mapping_ != nullptr
                                     ? std::string_view(static_cast<const char*>(mapping_),
                                                        mapping_size_)
                                     : std::string_view(bytes_);
  btf_header header;
  if (bytes.size() < sizeof header) return Error{"it is too short for BTF"};
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic == __builtin_bswap16(BTF_MAGIC)) {
    return Error{"it is BTF of a machine with the other byte order"};
  }
  if (header.magic != BTF_MAGIC) return Error{"it is not BTF"};
  if (header.version != BTF_VERSION) return Error{"it is BTF of an unknown version"};

  const auto is_inside = [&](uint64_t offset, uint64_t size) {
    return header.hdr_len >= sizeof header && header.hdr_len + offset + size <= bytes.size();
  };
  if (!is_inside(header.type_off, header.type_len) || !is_inside(header.str_off, header.str_len) ||
      (header.hdr_len + header.type_off) % kAlignment != 0) {
    return Error{"its header is damaged"};
  }
  types_ = bytes.substr(header.hdr_len + header.type_off, header.type_len);
  strings_ = bytes.substr(header.hdr_len + header.str_off, header.str_len);
  // A module may have no names of its own.
  const bool has_strings = !strings_.empty() || base_ != nullptr;
  if (!has_strings || (!strings_.empty() && strings_.back() != '\0')) {
    return Error{"its strings are damaged"};
  }
  return {};
}

Result<void> BtfData::index_types() {
  offsets_.reserve(types_.size() / 24);  // a kernel's types take 26 bytes on average
  size_t offset = 0;
  while (offset < types_.size()) {
    const size_t rest = types_.size() - offset;
    if (rest < sizeof(btf_type)) return Error{"its last type is cut"};
    const auto& type = *reinterpret_cast<const btf_type*>(types_.data() + offset);
    const TailSize size = kTailSizes[kind(type)];
    if (!size.is_known) {
      return Error{"it has a kind of type that this compiler does not know, number " +
                   std::to_string(kind(type))};
    }
    const size_t tail = size.fixed + size_t{size.per_element} * BTF_INFO_VLEN(type.info);
    if (rest - sizeof(btf_type) < tail) return Error{"its last type is cut"};
    offsets_.push_back(static_cast<uint32_t>(offset));
    offset += sizeof(btf_type) + tail;
  }
  return {};
}

const btf_type* BtfData::type(uint32_t id) const {
  if (id < first_id_) return base_ == nullptr ? nullptr : base_->type(id);
  const size_t index = id - first_id_;
  if (index >= offsets_.size()) return nullptr;
  return reinterpret_cast<const btf_type*>(types_.data() + offsets_[index]);
}

std::string_view BtfData::string(uint32_t offset) const {
  if (offset < first_string_) return base_->string(offset);
  offset -= first_string_;
  if (offset >= strings_.size()) return {};
  return strings_.data() + offset;
}

bool BtfData::is_string(uint32_t offset, std::string_view text) const {
  if (offset < first_string_) return base_->is_string(offset, text);
  offset -= first_string_;
  return offset < strings_.size() && strings_.size() - offset > text.size() &&
         strings_[offset + text.size()] == '\0' &&
         std::memcmp(strings_.data() + offset, text.data(), text.size()) == 0;
}

}  // namespace bpftracec::world
