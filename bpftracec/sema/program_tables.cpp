#include "bpftracec/sema/program_tables.h"

#include <algorithm>
#include <string>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/inferred_type.h"

namespace bpftracec::sema {
namespace {

using Kind = LateConstant::Kind;

// Size and symbol of a late constant.
struct LateConstantShape {
  uint32_t size;
  std::string symbol;
};

LateConstantShape shape_of(Kind kind, uint32_t index, uint32_t size) {
  switch (kind) {
    case Kind::ParameterInteger:
      return {8, "param_" + std::to_string(index)};
    case Kind::ParameterText: {
      std::string symbol = "param_text_" + std::to_string(index);
      if (size != kParameterTextCapacity) symbol += "_" + std::to_string(size);
      return {size, std::move(symbol)};
    }
    case Kind::ParameterValue:
      return {size, "param_value_" + std::to_string(index)};
    case Kind::ParameterCount:
      return {8, "param_count"};
    case Kind::ChildPid:
      return {8, "child_pid"};
    case Kind::TargetPid:
      return {4, "target_pid"};
    case Kind::StartTime:
      return {8, "start_ns"};
    case Kind::PossibleCpus:
      return {4, "possible_cpus"};
    case Kind::HasBootClock:
      return {4, "has_boot_clock"};
    case Kind::PidNamespaceDevice:
      return {8, "pid_namespace_device"};
    case Kind::PidNamespaceInode:
      return {8, "pid_namespace_inode"};
    case Kind::TaiOffset:
      return {8, "tai_offset"};
    case Kind::CgroupId:
      return {8, "cgroup_id"};
    case Kind::HasAttachCookies:
      return {4, "has_attach_cookies"};
    case Kind::OptionNumber:
      return {8, "option"};
    case Kind::OptionText:
      return {size, "option_text"};
    case Kind::ProbeName:
      return {kProbeTextCapacity, "probe_name_" + std::to_string(index + 1)};
    case Kind::ProbeFunction:
      return {kProbeTextCapacity, "probe_function_" + std::to_string(index + 1)};
    case Kind::KernelAddress:
      return {8, "kernel_address"};
  }
  base::internal_error("unknown kind of late constant");
}

uint64_t place_of(SourceRange range) { return uint64_t{range.begin} << 32 | range.end; }

bool is_same_record(const RecordPlan& a, const RecordPlan& b) {
  return a.kind == b.kind && a.map == b.map &&
         std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(),
                    [](const RecordField& x, const RecordField& y) { return x.type == y.type; });
}

// A C identifier without "___", which libbpf would take for the start of a flavour's suffix.
std::string struct_name(std::string_view category, std::string_view event) {
  std::string name = "event";
  for (const std::string_view part : {category, event}) {
    name += '_';
    for (const char c : part) {
      const bool is_word_char = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9');
      const bool repeats = name.ends_with('_');
      if (is_word_char) {
        name += c;
      } else if (!repeats) {
        name += '_';
      }
    }
  }
  return name;
}

}  // namespace

LateConstantId ProgramTables::late_constant(Kind kind, uint32_t index, uint32_t size,
                                            std::string_view name) {
  const auto next = static_cast<LateConstantId>(late_constants_.size());
  const auto [entry, is_new] = late_constant_ids_.try_emplace(
      {kind, index, size, std::string(name)}, next);
  if (is_new) {
    LateConstantShape shape = shape_of(kind, index, size);
    // Names of the script's are no identifiers.
    if (!name.empty()) shape.symbol += "_" + std::to_string(next);
    late_constants_.push_back(
        {kind, index, shape.size, std::move(shape.symbol), std::string(name)});
  }
  return entry->second;
}

StackStoreId ProgramTables::stack_store(uint32_t frames, bool has_build_ids) {
  const auto is_same = [&](const StackStore& other) {
    return other.frames == frames && other.has_build_ids == has_build_ids;
  };
  const auto known = std::ranges::find_if(stack_stores_, is_same);
  const auto id = static_cast<StackStoreId>(known - stack_stores_.begin());
  if (known == stack_stores_.end()) {
    stack_stores_.push_back(
        {frames, has_build_ids,
         (has_build_ids ? "stack_build_ids_" : "stacks_") + std::to_string(frames)});
  }
  return id;
}

SiteId ProgramTables::site(Site::Kind kind, SourceRange range, std::optional<MapId> map) {
  const auto next = static_cast<SiteId>(sites_.size());
  const auto [entry, is_new] = site_ids_.try_emplace({kind, place_of(range)}, next);
  if (is_new) sites_.push_back({kind, range, map});
  return entry->second;
}

const OptionPlan& ProgramTables::option(const OptionPlan& option) {
  const auto known = std::ranges::find(options_, option.name, &OptionPlan::name);
  if (known == options_.end()) return options_.emplace_back(option);
  if (known->help.empty()) known->help = option.help;
  return *known;
}

RecordId ProgramTables::record(RecordPlan plan) {
  lay_out(plan);
  std::vector<RecordId>& candidates = records_by_place_[place_of(plan.range)];
  for (const RecordId id : candidates) {
    if (is_same_record(records_[id], plan)) return id;
  }
  const auto id = static_cast<RecordId>(records_.size());
  candidates.push_back(id);
  records_.push_back(std::move(plan));
  return id;
}

std::string ProgramTables::unique_struct_name(const world::TracepointFormat& format) {
  const std::string wanted = struct_name(format.category, format.event);
  std::string name = wanted;
  const auto is_taken = [&](const TracepointRecord& record) { return record.struct_name == name; };
  for (uint32_t number = 2;
       std::any_of(tracepoint_records_.begin(), tracepoint_records_.end(), is_taken); ++number) {
    name = wanted + "_" + std::to_string(number);
  }
  return name;
}

ProgramTables::FieldPlace ProgramTables::tracepoint_field(const world::TracepointFormat& format,
                                                          TracepointField field) {
  const auto next = static_cast<TracepointRecordId>(tracepoint_records_.size());
  const auto [entry, is_new] = tracepoint_record_ids_.try_emplace(&format, next);
  if (is_new) {
    tracepoint_records_.push_back({format.category, format.event, unique_struct_name(format), {}});
  }
  std::vector<TracepointField>& fields = tracepoint_records_[entry->second].fields;
  const auto known = std::find_if(fields.begin(), fields.end(), [&](const TracepointField& other) {
    return other.name == field.name;
  });
  const auto index = static_cast<uint32_t>(known - fields.begin());
  if (known == fields.end()) fields.push_back(std::move(field));
  return {entry->second, index};
}

KernelRecordId ProgramTables::kernel_record(KernelRecord record) {
  const auto is_same = [&](const KernelRecord& other) {
    return other.name == record.name && other.is_union == record.is_union &&
           other.is_typedef == record.is_typedef;
  };
  const auto known = record.name.empty() ? kernel_records_.end()
                                         : std::ranges::find_if(kernel_records_, is_same);
  const auto id = static_cast<KernelRecordId>(known - kernel_records_.begin());
  if (known == kernel_records_.end()) kernel_records_.push_back(std::move(record));
  return id;
}

std::optional<uint32_t> ProgramTables::find_kernel_member(KernelRecordId id,
                                                          std::string_view name) const {
  const std::vector<KernelMember>& members = kernel_records_[id].members;
  const auto known = std::ranges::find(members, name, &KernelMember::name);
  if (known == members.end()) return std::nullopt;
  return static_cast<uint32_t>(known - members.begin());
}

uint32_t ProgramTables::add_kernel_member(KernelRecordId id, KernelMember member) {
  std::vector<KernelMember>& members = kernel_records_[id].members;
  members.push_back(std::move(member));
  return static_cast<uint32_t>(members.size() - 1);
}

void ProgramTables::move_into(Program& program) && {
  program.late_constants = std::move(late_constants_);
  program.sites = std::move(sites_);
  program.options = std::move(options_);
  program.records = std::move(records_);
  program.stack_stores = std::move(stack_stores_);
  program.tracepoint_records = std::move(tracepoint_records_);
  program.kernel_records = std::move(kernel_records_);
}

}  // namespace bpftracec::sema
