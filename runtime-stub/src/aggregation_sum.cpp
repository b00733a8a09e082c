// sum() and count(), whose values have one shape: a 64-bit number that is added up.
#include "aggregation_number.h"

namespace bpftracec::rt {

namespace {

static_assert(sizeof(count_value) == sizeof(uint64_t) && sizeof(sum_value) == sizeof(uint64_t));

void merge_sums(const MapDescription&, std::byte* into, const std::byte* from) {
  store(into, load<uint64_t>(into) + load<uint64_t>(from));
}

uint64_t sum_of(const MapDescription&, const std::byte* value) { return load<uint64_t>(value); }

}  // namespace

constinit const Aggregation kSum = {
    "map",  false, merge_sums, compare_by<sum_of>, number_text<sum_of>, number_json<sum_of>,
    nullptr};
constinit const Aggregation kCount = {
    "map",  false, merge_sums, compare_by<sum_of>, number_text<sum_of>, number_json<sum_of>,
    nullptr};

}  // namespace bpftracec::rt
