// What the programs of a script share, made as they ask for it: late constants, sites, records,
// tracepoint records.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bpftracec/sema/program.h"
#include "bpftracec/world/record.h"

namespace bpftracec::sema {

class ProgramTables {
 public:
  // `size` counts for parameters' texts only: bytes of room, with the final NUL.
  LateConstantId late_constant(LateConstant::Kind kind, uint32_t index = 0, uint32_t size = 0,
                               std::string_view name = {});

  const LateConstant& late_constant_at(LateConstantId id) const { return late_constants_[id]; }

  SiteId site(Site::Kind kind, SourceRange range, std::optional<MapId> map = std::nullopt);

  // The first that was added of this name.
  const OptionPlan& option(const OptionPlan& option);

  // A plan that equals one from the same place gets its number: the programs of one probe share
  // their records.
  RecordId record(RecordPlan plan);
  RecordKind kind_of(RecordId record) const { return records_[record].kind; }

  StackStoreId stack_store(uint32_t frames, bool has_build_ids);

  struct FieldPlace {
    TracepointRecordId record;
    uint32_t field;
  };
  FieldPlace tracepoint_field(const world::TracepointFormat& format, TracepointField field);

  // A record of the kernel by its name; a new one where it has none.
  KernelRecordId kernel_record(KernelRecord record);
  const KernelRecord& kernel_record_at(KernelRecordId id) const { return kernel_records_[id]; }
  std::optional<uint32_t> find_kernel_member(KernelRecordId id, std::string_view name) const;
  uint32_t add_kernel_member(KernelRecordId id, KernelMember member);

  void move_into(Program& program) &&;

 private:
  std::string unique_struct_name(const world::TracepointFormat& format);

  std::vector<LateConstant> late_constants_;
  std::map<std::tuple<LateConstant::Kind, uint32_t, uint32_t, std::string>, LateConstantId>
      late_constant_ids_;
  std::vector<Site> sites_;
  std::map<std::pair<Site::Kind, uint64_t>, SiteId> site_ids_;
  std::vector<OptionPlan> options_;
  std::vector<RecordPlan> records_;
  std::unordered_map<uint64_t, std::vector<RecordId>> records_by_place_;
  std::vector<TracepointRecord> tracepoint_records_;
  std::map<const world::TracepointFormat*, TracepointRecordId> tracepoint_record_ids_;
  std::vector<KernelRecord> kernel_records_;
  std::vector<StackStore> stack_stores_;
};

// Places of the fields of a record, by the types that they have.
void lay_out(RecordPlan& plan);

// Places of the parts of a key and of the value, from their types.
void lay_out(MapPlan& plan, const Config& config);

}  // namespace bpftracec::sema
