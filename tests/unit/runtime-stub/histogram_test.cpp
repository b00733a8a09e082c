#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bpftracec/rt/aggregation.h"
#include "bpftracec/rt/event_abi.h"
#include "tests/unit/runtime-stub/stub_fixture.h"

namespace bpftracec::rt {
namespace {

MapDescription histogram_map(const Aggregation& aggregation, HistogramShape shape,
                             uint32_t buckets) {
  MapDescription map = {};
  map.aggregation = &aggregation;
  map.value_size = buckets * 8;
  map.histogram = shape;
  return map;
}

class Histogram {
 public:
  Histogram(const Aggregation& aggregation, HistogramShape shape, uint32_t buckets)
      : map_(histogram_map(aggregation, shape, buckets)), counts_(buckets) {}

  static Histogram of_bits(uint32_t bits) {
    return {kHist, {.bits = bits}, hist_bucket_count(bits)};
  }
  static Histogram of_range(int64_t min, int64_t max, int64_t step) {
    return {kLhist, {.min = min, .max = max, .step = step}, lhist_bucket_count(min, max, step)};
  }

  Histogram& set(uint32_t bucket, uint64_t count) {
    counts_[bucket] = count;
    return *this;
  }
  Histogram& add_value(int64_t value) {
    ++counts_[hist_bucket(value, map_.histogram.bits)];
    return *this;
  }

  std::string text(uint64_t divisor = 0) const { return shown(map_.aggregation->text, divisor); }
  std::string json(uint64_t divisor = 0) const { return shown(map_.aggregation->json, divisor); }

  // Of the only row.
  std::string label() const {
    std::string all = text();
    const size_t begin = all.find('\n') + 1;
    const char closing = all.find(')') < all.find(']') ? ')' : ']';
    return all.substr(begin, all.find(closing) + 1 - begin);
  }

 private:
  using Show = void (*)(const AggregationContext&, const std::byte*, Buffer&);

  std::string shown(Show show, uint64_t divisor) const {
    Buffer buffer;
    show({map_, map_.histogram, divisor}, reinterpret_cast<const std::byte*>(counts_.data()),
         buffer);
    return to_string(buffer);
  }

  MapDescription map_;
  std::vector<uint64_t> counts_;
};

std::string label_of(int64_t value, uint32_t bits) {
  return Histogram::of_bits(bits).add_value(value).label();
}

TEST(Hist, EveryPowerOfTwoHasItsLabel) {
  EXPECT_EQ(label_of(-1, 0), "(..., 0)");
  EXPECT_EQ(label_of(INT64_MIN, 0), "(..., 0)");
  EXPECT_EQ(label_of(0, 0), "[0]");
  EXPECT_EQ(label_of(1, 0), "[1]");
  const std::string units = " KMGTPE";
  for (int power = 1; power < 63; ++power) {
    auto bound = [&](int exponent) {
      std::string text = std::to_string(1 << (exponent % 10));
      return exponent < 10 ? text : text + units[static_cast<size_t>(exponent / 10)];
    };
    const std::string expected = "[" + bound(power) + ", " + bound(power + 1) + ")";
    EXPECT_EQ(label_of(int64_t{1} << power, 0), expected);
    EXPECT_EQ(label_of(static_cast<int64_t>((uint64_t{2} << power) - 1), 0), expected);
  }
  EXPECT_EQ(label_of(INT64_MAX, 0), "[4E, 8E)");
  EXPECT_EQ(label_of(1023, 0), "[512, 1K)");
  EXPECT_EQ(label_of(1024, 0), "[1K, 2K)");
}

TEST(Hist, BitsCutEachPower) {
  EXPECT_EQ(label_of(3, 1), "[3]");
  EXPECT_EQ(label_of(4, 1), "[4, 6)");
  EXPECT_EQ(label_of(6, 1), "[6, 8)");
  EXPECT_EQ(label_of(768, 1), "[768, 1024)");
  EXPECT_EQ(label_of(1024, 1), "[1024, 1536)");
  EXPECT_EQ(label_of(1536, 1), "[1536, 2K)");
  EXPECT_EQ(label_of(int64_t{1} << 20, 1), "[1024K, 1536K)");
  EXPECT_EQ(label_of(int64_t{2} << 20, 1), "[2M, 3M)");
  EXPECT_EQ(label_of(63, 5), "[63]");
  EXPECT_EQ(label_of(64, 5), "[64, 66)");
  EXPECT_EQ(label_of(INT64_MAX, 5), "[8064P, 8192P)");
}

// The printer's bounds are the inverse of the bucket numbers that the programs compute.
TEST(Hist, BoundsAreThoseOfTheBuckets) {
  for (uint32_t bits = 0; bits <= 5; ++bits) {
    for (uint32_t bucket = 1; bucket < hist_bucket_count(bits); ++bucket) {
      const std::string json = Histogram::of_bits(bits).set(bucket, 1).json();
      auto number_after = [&](const char* name) {
        size_t at = json.find(name) + strlen(name);
        return std::stoll(json.substr(json[at] == '"' ? at + 1 : at));
      };
      const int64_t low = number_after("\"min\": ");
      const int64_t high = number_after("\"max\": ");
      ASSERT_EQ(hist_bucket(low, bits), bucket) << json;
      ASSERT_EQ(hist_bucket(high, bits), bucket) << json;
      ASSERT_EQ(hist_bucket(low - 1, bits), bucket - 1) << json;
      if (high != INT64_MAX) {
        ASSERT_EQ(hist_bucket(high + 1, bits), bucket + 1) << json;
      }
    }
  }
}

TEST(Hist, ShowsRowsFromTheFirstToTheLast) {
  const Histogram histogram = Histogram::of_bits(0).set(0, 1).set(1, 1).set(2, 1).set(4, 1);
  EXPECT_EQ(histogram.text(), R"(:
(..., 0)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
[0]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
[1]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
[2, 4)                 0 |                                                    |
[4, 8)                 1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

)");
  EXPECT_EQ(histogram.json(),
            R"([{"max": -1, "count": 1},{"min": 0, "max": 0, "count": 1},)"
            R"({"min": 1, "max": 1, "count": 1},{"min": 2, "max": 3, "count": 0},)"
            R"({"min": 4, "max": 7, "count": 1}])");
}

TEST(Hist, ZeroedHasNoRows) {
  EXPECT_EQ(Histogram::of_bits(0).text(), ":\n\n");
  EXPECT_EQ(Histogram::of_bits(0).json(), "[]");
}

TEST(Hist, BarsAreInProportion) {
  const Histogram histogram = Histogram::of_bits(0).set(3, 4).set(4, 1).set(5, 3);
  EXPECT_EQ(histogram.text(), R"(:
[2, 4)                 4 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
[4, 8)                 1 |@@@@@@@@@@@@@                                       |
[8, 16)                3 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@             |

)");
}

TEST(Hist, LongCountsPushTheRowWider) {
  EXPECT_NE(Histogram::of_bits(0).set(1, 1234567890).text().find("[0]             1234567890 |"),
            std::string::npos);
}

TEST(Hist, CountsAreDivided) {
  const Histogram histogram = Histogram::of_bits(0).set(3, 7);
  EXPECT_NE(histogram.text(2).find("[2, 4)                 3 |@"), std::string::npos);
  EXPECT_EQ(histogram.json(2), R"([{"min": 2, "max": 3, "count": 3}])");
}

TEST(Hist, BarsAreThoseOfTheDividedCounts) {
  const Histogram histogram = Histogram::of_bits(0).set(1, 7).set(2, 3);
  EXPECT_EQ(histogram.text(2), R"(:
[0]                    3 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
[1]                    1 |@@@@@@@@@@@@@@@@@                                   |

)");
  EXPECT_EQ(histogram.text(100), R"(:
[0]                    0 |                                                    |
[1]                    0 |                                                    |

)");
}

TEST(Hist, OrdersByTheTotal) {
  const MapDescription map = histogram_map(kHist, {}, 65);
  std::vector<uint64_t> few(65);
  std::vector<uint64_t> many(65);
  few[64] = 2;
  many[1] = many[2] = many[3] = 1;
  auto bytes = [](const std::vector<uint64_t>& counts) {
    return reinterpret_cast<const std::byte*>(counts.data());
  };
  EXPECT_LT(kHist.compare(map, bytes(few), bytes(many)), 0);
  EXPECT_GT(kHist.compare(map, bytes(many), bytes(few)), 0);
  EXPECT_EQ(kHist.compare(map, bytes(few), bytes(few)), 0);
}

std::vector<std::string> labels(int64_t min, int64_t max, int64_t step) {
  std::vector<std::string> all;
  all.reserve(lhist_bucket_count(min, max, step));
  for (uint32_t bucket = 0; bucket < lhist_bucket_count(min, max, step); ++bucket)
    all.push_back(Histogram::of_range(min, max, step).set(bucket, 1).label());
  return all;
}

using Labels = std::vector<std::string>;

TEST(Lhist, HasARowForEachStepAndOneAtEachEnd) {
  EXPECT_EQ(labels(0, 10, 2),
            (Labels{"(..., 0)", "[0, 2)", "[2, 4)", "[4, 6)", "[6, 8)", "[8, 10)", "[10, ...)"}));
  EXPECT_EQ(labels(-4, 4, 4), (Labels{"(..., -4)", "[-4, 0)", "[0, 4)", "[4, ...)"}));
}

TEST(Lhist, StepsOfOneAreSingleNumbers) {
  EXPECT_EQ(labels(5, 7, 1), (Labels{"(..., 5)", "[5]", "[6]", "[7, ...)"}));
}

TEST(Lhist, AnIncompleteLastStepBelongsToTheOverflow) {
  EXPECT_EQ(labels(0, 7, 2), (Labels{"(..., 0)", "[0, 2)", "[2, 4)", "[4, 6)", "[6, ...)"}));
}

TEST(Lhist, BoundsHaveUnitsWhereTheStepIsAMultipleOf1024) {
  EXPECT_EQ(labels(0, 2048, 1024), (Labels{"(..., 0)", "[0, 1K)", "[1K, 2K)", "[2K, ...)"}));
  EXPECT_EQ(labels(0, 2097152, 1048576), (Labels{"(..., 0)", "[0, 1M)", "[1M, 2M)", "[2M, ...)"}));
  EXPECT_EQ(labels(1, 2049, 1024),
            (Labels{"(..., 1)", "[1, 1025)", "[1025, 2049)", "[2049, ...)"}));
  EXPECT_EQ(labels(0, 2000, 1000),
            (Labels{"(..., 0)", "[0, 1000)", "[1000, 2000)", "[2000, ...)"}));
}

TEST(Lhist, ExtremeBoundsDoNotOverflow) {
  const int64_t step = INT64_MAX / 2;
  const Histogram low = Histogram(kLhist, {.min = INT64_MIN, .max = INT64_MAX, .step = step}, 6);
  Histogram last = low;
  EXPECT_EQ(Histogram(low).set(1, 1).label(), "[-9223372036854775808, -4611686018427387905)");
  EXPECT_EQ(last.set(5, 1).json(), R"([{"min": "9223372036854775804", "count": 1}])");
}

TEST(Lhist, JsonHasClosedBounds) {
  EXPECT_EQ(Histogram::of_range(0, 4, 2).set(0, 1).set(3, 2).json(),
            R"([{"max": -1, "count": 1},{"min": 0, "max": 1, "count": 0},)"
            R"({"min": 2, "max": 3, "count": 0},{"min": 4, "count": 2}])");
}

TEST(Lhist, CountsAreNotDivided) {
  EXPECT_EQ(Histogram::of_range(0, 4, 2).set(1, 7).json(2),
            R"([{"min": 0, "max": 1, "count": 7}])");
}

TEST(Lhist, RefusesShapesThatParametersMadeUnusable) {
  const MapDescription map = histogram_map(kLhist, {}, 12);
  EXPECT_EQ(kLhist.shape_fault(map, {.min = 0, .max = 100, .step = 10}), nullptr);
  EXPECT_NE(kLhist.shape_fault(map, {.min = 0, .max = 110, .step = 10}), nullptr);
  EXPECT_NE(kLhist.shape_fault(map, {.min = 0, .max = 100, .step = 0}), nullptr);
  EXPECT_NE(kLhist.shape_fault(map, {.min = 0, .max = 100, .step = -1}), nullptr);
  EXPECT_NE(kLhist.shape_fault(map, {.min = 5, .max = 5, .step = 1}), nullptr);
  EXPECT_NE(kLhist.shape_fault(map, {.min = INT64_MIN, .max = INT64_MAX, .step = 1}), nullptr);
}

TEST(Lhist, BoundsComeFromParameters) {
  const char* const parameters[] = {"10", "20", "5"};
  Bindings bindings = {};
  bindings.parameter_count = 3;
  bindings.parameters = parameters;
  MapDescription map = histogram_map(
      kLhist, {.min_parameter = 1, .max_parameter = 2, .step_parameter = 3}, 102);
  HistogramShape shape = resolve_shape(map, bindings);
  EXPECT_EQ(shape.min, 10);
  EXPECT_EQ(shape.max, 20);
  EXPECT_EQ(shape.step, 5);
  map.histogram = {.min = 1, .max = 3, .step = 2};
  shape = resolve_shape(map, bindings);
  EXPECT_EQ(shape.min, 1);
  EXPECT_EQ(shape.max, 3);
  EXPECT_EQ(shape.step, 2);
}

}  // namespace
}  // namespace bpftracec::rt
