#include "tests/unit/bpf/loaded_object.h"

#include <cstdio>
#include <cstring>
#include <utility>

#include <bpf/btf.h>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/compile.h"

namespace bpftracec::bpf::testing {
namespace {

// libbpf has one place for all messages. They matter only when something fails.
std::string& libbpf_log() {
  static std::string log;
  return log;
}

int keep_message(libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_DEBUG) return 0;
  std::vector<char> text(64UL * 1024);
  int length = vsnprintf(text.data(), text.size(), format, arguments);
  libbpf_log().append(text.data(), std::min<size_t>(static_cast<size_t>(length), text.size() - 1));
  return length;
}

}  // namespace

LoadedObject::LoadedObject(const sema::Program& program, const std::string& btf_path) {
  libbpf_set_print(keep_message);
  libbpf_log().clear();
  auto compiled = compile_to_object(program);
  if (!compiled) base::internal_error(compiled.error().message);
  bytes_ = *std::move(compiled);
  bpf_object_open_opts options = {};
  options.sz = sizeof(options);
  options.object_name = "test";
  options.btf_custom_path = btf_path.empty() ? nullptr : btf_path.c_str();
  object_.reset(bpf_object__open_mem(bytes_.data(), bytes_.size(), &options));
  if (object_ == nullptr) base::internal_error("libbpf cannot open the object: " + libbpf_log());
}

std::pair<size_t, size_t> LoadedObject::find_variable(const std::string& section,
                                                      const std::string& name) {
  const btf* types = bpf_object__btf(object_.get());
  int id = btf__find_by_name_kind(types, section.c_str(), BTF_KIND_DATASEC);
  if (id < 0) base::internal_error("no variables in " + section);
  const btf_type* section_type = btf__type_by_id(types, static_cast<uint32_t>(id));
  const btf_var_secinfo* entry = btf_var_secinfos(section_type);
  for (int i = 0; i < btf_vlen(section_type); ++i, ++entry) {
    const btf_type* variable = btf__type_by_id(types, entry->type);
    if (name == btf__name_by_offset(types, variable->name_off)) return {entry->offset, entry->size};
  }
  base::internal_error("no variable " + name + " in " + section);
}

void LoadedObject::set_late(const std::string& symbol, const void* value, size_t size) {
  auto [offset, room] = find_variable(".rodata", symbol);
  bpf_map* map = bpf_object__find_map_by_name(object_.get(), ".rodata");
  size_t data_size = 0;
  auto* data = static_cast<char*>(const_cast<void*>(bpf_map__initial_value(map, &data_size)));
  std::memcpy(data + offset, value, std::min(size, room));
}

void LoadedObject::set_late(const std::string& symbol, uint64_t value) {
  set_late(symbol, &value, sizeof(value));
}

void LoadedObject::set_max_entries(const std::string& map, uint32_t entries) {
  bpf_map__set_max_entries(bpf_object__find_map_by_name(object_.get(), map.c_str()), entries);
}

::testing::AssertionResult LoadedObject::load() {
  int error = bpf_object__load(object_.get());
  if (error == 0) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << strerror(-error) << "\n" << libbpf_log();
}

uint32_t LoadedObject::run(std::vector<uint64_t> context, const std::string& program) {
  context.resize(std::max<size_t>(context.size(), 12));
  bpf_test_run_opts options = {};
  options.sz = sizeof(options);
  options.ctx_in = context.data();
  options.ctx_size_in = static_cast<uint32_t>(context.size() * sizeof(uint64_t));
  bpf_program* found = bpf_object__find_program_by_name(object_.get(), program.c_str());
  int error = bpf_prog_test_run_opts(bpf_program__fd(found), &options);
  EXPECT_EQ(error, 0) << strerror(-error);
  return options.retval;
}

int LoadedObject::map_fd(const std::string& name) {
  int fd = bpf_object__find_map_fd_by_name(object_.get(), name.c_str());
  EXPECT_GE(fd, 0) << "no map " << name;
  return fd;
}

std::optional<std::string> LoadedObject::value(const std::string& map, const std::string& key) {
  bpf_map* found = bpf_object__find_map_by_name(object_.get(), map.c_str());
  std::string value(bpf_map__value_size(found), '\0');
  EXPECT_EQ(key.size(), bpf_map__key_size(found));
  if (bpf_map_lookup_elem(map_fd(map), key.data(), value.data()) != 0) return std::nullopt;
  return value;
}

std::vector<uint64_t> LoadedObject::merged(const std::string& map, const std::string& key) {
  bpf_map* found = bpf_object__find_map_by_name(object_.get(), map.c_str());
  size_t words = bpf_map__value_size(found) / 8;
  std::vector<uint64_t> values(words * static_cast<size_t>(libbpf_num_possible_cpus()));
  EXPECT_EQ(key.size(), bpf_map__key_size(found));
  std::vector<uint64_t> sums(words);
  if (bpf_map_lookup_elem(map_fd(map), key.data(), values.data()) != 0) return {};
  for (size_t i = 0; i < values.size(); ++i) sums[i % words] += values[i];
  return sums;
}

std::vector<std::string> LoadedObject::keys(const std::string& map) {
  bpf_map* found = bpf_object__find_map_by_name(object_.get(), map.c_str());
  std::vector<std::string> keys;
  std::string next(bpf_map__key_size(found), '\0');
  const void* current = nullptr;
  while (bpf_map_get_next_key(map_fd(map), current, next.data()) == 0) {
    keys.push_back(next);
    current = keys.back().data();
  }
  return keys;
}

uint64_t LoadedObject::counter(const std::string& variable, uint32_t index) {
  size_t offset = find_variable(".bss", variable).first;
  bpf_map* map = bpf_object__find_map_by_name(object_.get(), ".bss");
  std::string data(bpf_map__value_size(map), '\0');
  uint32_t zero = 0;
  EXPECT_EQ(bpf_map_lookup_elem(bpf_map__fd(map), &zero, data.data()), 0);
  return word_at(data, offset + size_t{8} * index);
}

std::vector<std::string> LoadedObject::records() {
  if (ring_ == nullptr) {
    auto keep = [](void* self, void* data, size_t size) {
      static_cast<LoadedObject*>(self)->records_.emplace_back(static_cast<char*>(data), size);
      return 0;
    };
    ring_.reset(ring_buffer__new(map_fd("events"), keep, this, nullptr));
  }
  ring_buffer__consume(ring_.get());
  return std::exchange(records_, {});
}

std::string bytes_of(uint64_t number) {
  return {reinterpret_cast<const char*>(&number), sizeof(number)};
}

std::string padded(const std::string& text, size_t size) {
  std::string result = text;
  result.resize(size, '\0');
  return result;
}

std::string scalar_key() { return padded("", 4); }

uint64_t word_at(const std::string& bytes, size_t offset) {
  uint64_t word = 0;
  std::memcpy(&word, bytes.data() + offset, std::min(sizeof(word), bytes.size() - offset));
  return word;
}

uint32_t instruction_count(bpf_object* object, const std::string& program) {
  return static_cast<uint32_t>(
      bpf_program__insn_cnt(bpf_object__find_program_by_name(object, program.c_str())));
}

}  // namespace bpftracec::bpf::testing
