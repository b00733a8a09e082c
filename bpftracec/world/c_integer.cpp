#include "bpftracec/world/c_integer.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace bpftracec::world {
namespace {

struct Row {
  std::string_view spelling;
  CInteger integer;
};

constexpr CInteger kI8{1, true}, kU8{1, false}, kI16{2, true}, kU16{2, false}, kI32{4, true},
    kU32{4, false}, kI64{8, true}, kU64{8, false};

// Sorted by spelling. `char` is signed here: the kernel's own code is built with -funsigned-char
// since 6.2, but its character fields are text, and the language's `int8` is what scripts expect of
// a single one.
constexpr auto kRows = std::to_array<Row>({
    {"_Bool", kU8},
    {"__be16", kU16},
    {"__be32", kU32},
    {"__be64", kU64},
    {"__kernel_clockid_t", kI32},
    {"__kernel_dev_t", kU32},
    {"__kernel_gid_t", kU32},
    {"__kernel_loff_t", kI64},
    {"__kernel_mode_t", kU32},
    {"__kernel_pid_t", kI32},
    {"__kernel_size_t", kU64},
    {"__kernel_ssize_t", kI64},
    {"__kernel_timer_t", kI32},
    {"__kernel_uid_t", kU32},
    {"__le16", kU16},
    {"__le32", kU32},
    {"__le64", kU64},
    {"__poll_t", kU32},
    {"__s16", kI16},
    {"__s32", kI32},
    {"__s64", kI64},
    {"__s8", kI8},
    {"__sum16", kU16},
    {"__u16", kU16},
    {"__u32", kU32},
    {"__u64", kU64},
    {"__u8", kU8},
    {"__wsum", kU32},
    {"aio_context_t", kU64},
    {"blk_mode_t", kU32},
    {"blk_opf_t", kU32},
    {"blk_status_t", kU8},
    {"blkcnt_t", kU64},
    {"bool", kU8},
    {"char", kI8},
    {"clock_t", kI64},
    {"clockid_t", kI32},
    {"dev_t", kU32},
    {"dma_addr_t", kU64},
    {"errseq_t", kU32},
    {"fmode_t", kU32},
    {"gfp_t", kU32},
    {"gid_t", kU32},
    {"ino_t", kU64},
    {"int", kI32},
    {"int16_t", kI16},
    {"int32_t", kI32},
    {"int64_t", kI64},
    {"int8_t", kI8},
    {"key_serial_t", kI32},
    {"key_t", kI32},
    {"ktime_t", kI64},
    {"loff_t", kI64},
    {"long", kI64},
    {"long int", kI64},
    {"long long", kI64},
    {"long long int", kI64},
    {"long long unsigned int", kU64},
    {"long unsigned int", kU64},
    {"mode_t", kU32},
    {"mqd_t", kI32},
    {"nlink_t", kU32},
    {"off_t", kI64},
    {"pgoff_t", kU64},
    {"phys_addr_t", kU64},
    {"pid_t", kI32},
    {"projid_t", kU32},
    {"ptrdiff_t", kI64},
    {"qid_t", kU32},
    {"resource_size_t", kU64},
    {"rwf_t", kI32},
    {"s16", kI16},
    {"s32", kI32},
    {"s64", kI64},
    {"s8", kI8},
    {"sa_family_t", kU16},
    {"sector_t", kU64},
    {"short", kI16},
    {"short int", kI16},
    {"short unsigned int", kU16},
    {"signed", kI32},
    {"signed char", kI8},
    {"signed int", kI32},
    {"signed long", kI64},
    {"signed long long", kI64},
    {"signed short", kI16},
    {"size_t", kU64},
    {"ssize_t", kI64},
    {"suseconds_t", kI64},
    {"time64_t", kI64},
    {"time_t", kI64},
    {"timer_t", kI32},
    {"u16", kU16},
    {"u32", kU32},
    {"u64", kU64},
    {"u8", kU8},
    {"uid_t", kU32},
    {"uint", kU32},
    {"uint16_t", kU16},
    {"uint32_t", kU32},
    {"uint64_t", kU64},
    {"uint8_t", kU8},
    {"uintptr_t", kU64},
    {"ulong", kU64},
    {"umode_t", kU16},
    {"unsigned", kU32},
    {"unsigned char", kU8},
    {"unsigned int", kU32},
    {"unsigned long", kU64},
    {"unsigned long int", kU64},
    {"unsigned long long", kU64},
    {"unsigned long long int", kU64},
    {"unsigned short", kU16},
    {"unsigned short int", kU16},
    {"ushort", kU16},
    {"vm_fault_t", kU32},
    {"vm_flags_t", kU64},
});

constexpr bool is_before(const Row& a, const Row& b) { return a.spelling < b.spelling; }
static_assert(std::is_sorted(kRows.begin(), kRows.end(), is_before));

}  // namespace

std::optional<CInteger> c_integer(std::string_view spelling) {
  const auto row = std::lower_bound(kRows.begin(), kRows.end(), Row{spelling, {}}, is_before);
  if (row == kRows.end() || row->spelling != spelling) return std::nullopt;
  return row->integer;
}

}  // namespace bpftracec::world
