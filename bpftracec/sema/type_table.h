// The types that inference finds, and the shapes of histograms.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bpftracec/sema/inferred_type.h"

namespace bpftracec::sema {

// The constant arguments of hist(), lhist() and tseries(): one set a map.
struct HistogramShape {
  uint32_t bits = 0;
  LateInteger min = 0, max = 0, step = 1;
  TseriesShape tseries;
  SourceRange origin;

  bool is_same(const HistogramShape& other) const {
    return bits == other.bits && min == other.min && max == other.max && step == other.step &&
           tseries == other.tseries;
  }
};

struct MapTypes {
  InferredType value;
  InferredType key;                         // of a tuple when there are several parts
  std::optional<HistogramShape> histogram;  // set when programs are built
};

struct TypeTable {
  std::vector<std::vector<InferredType>> variables;  // of each resolved probe; by VariableId
  std::vector<MapTypes> maps;                        // by MapId
};

}  // namespace bpftracec::sema
