// What the body over pictures is written in. AVX-512 uses the AVX2 block: memory is what limits it.
#pragma once

#include "kernels/simd.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

constexpr std::ptrdiff_t kRowsAhead =
    6;  ///< measured: helps large pictures that lie in memory, costs small ones little
constexpr std::size_t kCacheLineBytes = 64;
inline void prefetch(const std::uint8_t* p) { __builtin_prefetch(p); }

constexpr int kHalf = ColumnTaps::kOne / 2;  ///< rounds what is divided by it twice

/// One column of the result: sums of columns are 0 .. 255 * 128.
struct SingleColumn {
  using Sums = int;
  struct Total {
    int sum = kHalf;
    void add(Sums sums, std::int16_t weight) { sum += (sums * weight + (1 << 14)) >> 15; }
  };

  TapRange taps;
  const std::int16_t* weights;

  template <typename Ahead>
  void fetch(const Ahead&, const std::uint8_t*) const {}
  Sums columns(const std::uint8_t* row) const {
    Sums sum = 0;
    for (std::uint32_t tap = 0; tap < taps.count; ++tap) sum += row[taps.first + tap] * weights[tap];
    return sum;
  }
  void store(const Total& total, std::uint8_t* p) const {
    const int pixel = total.sum >> ColumnTaps::kOneBits;
    *p = static_cast<std::uint8_t>(pixel < 255 ? pixel : 255);
  }
};

#if !defined(MIXMINUS_SCALAR) && defined(__AVX2__)

inline __m256i load_bytes(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
inline __m256i both_weights(const std::uint8_t* weights) {
  return _mm256_set1_epi16(static_cast<short>(weights[0] | weights[1] << 8));
}
inline __m256i load_lanes(const std::uint8_t* low, const std::uint8_t* high) {
  const __m256i lane = _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(low)));
  return _mm256_inserti128_si256(lane, _mm_loadu_si128(reinterpret_cast<const __m128i*>(high)), 1);
}
inline void store_lane(void* p, __m128i v) { _mm_storeu_si128(static_cast<__m128i*>(p), v); }

#define MIXMINUS_STRIPS
struct StripSums {
  __m256i first, second;
};
struct StripTotal {
  __m256i first = _mm256_set1_epi16(kHalf), second = first;
  void add(const StripSums& sums, std::int16_t weight) {
    const __m256i w = _mm256_set1_epi16(weight);
    first = _mm256_add_epi16(first, _mm256_mulhrs_epi16(sums.first, w));
    second = _mm256_add_epi16(second, _mm256_mulhrs_epi16(sums.second, w));
  }
  void store(std::uint8_t* p) const {
    const __m256i a = _mm256_srli_epi16(first, ColumnTaps::kOneBits), b = _mm256_srli_epi16(second, ColumnTaps::kOneBits);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_packus_epi16(a, b));
  }
};

/// The tables of a strip, in registers where they fit.
template <std::size_t kLoads, std::size_t kRounds>
class Strip {
 public:
  using Sums = StripSums;
  using Total = StripTotal;

  Strip(const ColumnTaps& taps, std::size_t index) {
    const std::size_t x = index * ColumnTaps::kStrip, end = x + ColumnTaps::kStrip;
    begin_ = end <= taps.outputs || index == 0 ? x : taps.outputs - ColumnTaps::kStrip;
    width_ = taps.outputs < ColumnTaps::kStrip ? taps.outputs : ColumnTaps::kStrip;
    const std::uint32_t* first = taps.lane_first + index * 2 * kVectors;
    for (std::size_t i = 0; i < 2 * kVectors; ++i) first_[i] = first[i];
    for (std::size_t i = 0; i < kVectors * kRounds; ++i) {
      picks_[i] = load_bytes(taps.lane_picks + 32 * (index * kVectors * kRounds + i));
      weights_[i] = load_bytes(taps.lane_weights + 32 * (index * kVectors * kRounds + i));
    }
    source_columns_ = first_[2 * kVectors - 1] + 16 - first_[0];
  }

  std::size_t begin() const { return begin_; }

  template <typename Ahead>
  void fetch(const Ahead& ahead, const std::uint8_t* row) const {
    ahead.fetch(row + first_[0], source_columns_);
  }

  Sums columns(const std::uint8_t* row) const { return {sums<0, kLoads>(row), sums<kLoads, kLoads>(row)}; }

  void store(const Total& total, std::uint8_t* p) const {
    if (width_ == ColumnTaps::kStrip) return total.store(p);
    std::uint8_t pixels[ColumnTaps::kStrip];
    total.store(pixels);
    __builtin_memcpy(p, pixels, width_);
  }

 private:
  static constexpr std::size_t kVectors = 2 * kLoads;

  template <std::size_t kFirst, std::size_t kCount>
  __m256i sums(const std::uint8_t* row) const {
    if constexpr (kCount > 1) {
      return _mm256_hadd_epi16(sums<kFirst, kCount / 2>(row), sums<kFirst + kCount / 2, kCount / 2>(row));
    } else {
      const __m256i pixels = load_lanes(row + first_[2 * kFirst], row + first_[2 * kFirst + 1]);
      __m256i sum = products<kFirst * kRounds>(pixels);
      if constexpr (kRounds == 2) sum = _mm256_add_epi16(sum, products<kFirst * kRounds + 1>(pixels));
      return sum;
    }
  }
  template <std::size_t kTable>
  __m256i products(__m256i pixels) const {
    return _mm256_maddubs_epi16(_mm256_shuffle_epi8(pixels, picks_[kTable]), weights_[kTable]);
  }

  std::size_t begin_, width_, source_columns_;
  std::size_t first_[2 * kVectors];
  __m256i picks_[kVectors * kRounds], weights_[kVectors * kRounds];
};

/// v / 2^kBits, halves upwards; v is not negative.
template <int kBits>
inline __m256i divided(__m256i v) {
  return _mm256_mulhrs_epi16(v, _mm256_set1_epi16(1 << (15 - kBits)));
}

inline void store_halves(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* output) {
  const auto sixteen = [&](std::size_t x) {
    const __m256i ones = _mm256_set1_epi8(1);
    const __m256i sum = _mm256_add_epi16(_mm256_maddubs_epi16(load_bytes(upper + x), ones),
                                         _mm256_maddubs_epi16(load_bytes(lower + x), ones));
    return divided<2>(sum);
  };
  const __m256i both = _mm256_packus_epi16(sixteen(0), sixteen(32));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(output), _mm256_permute4x64_epi64(both, 0xD8));
}

inline void store_quarters(const std::uint8_t* first, std::ptrdiff_t stride_bytes, std::uint8_t* output) {
  const auto eight = [&](std::size_t x) {
    const __m256i ones = _mm256_set1_epi8(1);
    __m256i sum{};
    for (int row = 0; row < 4; ++row)
      sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(load_bytes(first + row * stride_bytes + x), ones));
    return _mm256_madd_epi16(sum, _mm256_set1_epi16(1));
  };
  const auto sixteenths = [&](std::size_t x) { return divided<4>(_mm256_packs_epi32(eight(x), eight(x + 32))); };
  const __m256i both = _mm256_packus_epi16(sixteenths(0), sixteenths(64));
  const __m256i in_order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(output), _mm256_permutevar8x32_epi32(both, in_order));
}

// What outputs 0-3, 4-7 and 8-11 of 12 pick from 8 columns, from 0, 5 and 8 on, and how many quarters they take.
#define MIXMINUS_PAIR(column) 2 * (column), 2 * (column) + 1, 2 * (column) + 2, 2 * (column) + 3
alignas(16) constexpr std::uint8_t kThirdPicks[3][16] = {
    {MIXMINUS_PAIR(0), MIXMINUS_PAIR(1), MIXMINUS_PAIR(2), MIXMINUS_PAIR(4)},
    {MIXMINUS_PAIR(0), MIXMINUS_PAIR(1), MIXMINUS_PAIR(3), MIXMINUS_PAIR(4)},
    {MIXMINUS_PAIR(2), MIXMINUS_PAIR(4), MIXMINUS_PAIR(5), MIXMINUS_PAIR(6)}};
#undef MIXMINUS_PAIR
alignas(16) constexpr std::int16_t kThirdWeights[3][8] = {
    {3, 1, 2, 2, 1, 3, 3, 1}, {2, 2, 1, 3, 3, 1, 2, 2}, {1, 3, 3, 1, 2, 2, 1, 3}};

/// 32 columns become 24 outputs without leaving the registers: 12 in each lane, which holds 16 columns.
struct ThreeOfFour {
  static constexpr std::size_t kOutputs = 24;
  __m256i row_weights;
  __m256i picks[3], weights[3];

  explicit ThreeOfFour(const std::uint8_t* quarters) : row_weights(both_weights(quarters)) {
    for (int q = 0; q < 3; ++q) {
      picks[q] = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(kThirdPicks[q])));
      weights[q] = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(kThirdWeights[q])));
    }
  }

  __m256i outputs(int q, __m256i sums) const {
    return _mm256_madd_epi16(_mm256_shuffle_epi8(sums, picks[q]), weights[q]);
  }

  void store(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* output) const {
    const __m256i a = load_bytes(upper), b = load_bytes(lower);
    const __m256i left = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), row_weights);
    const __m256i right = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), row_weights);
    const __m256i middle = _mm256_alignr_epi8(right, left, 10);
    const __m256i last = outputs(2, right);
    const __m256i eight = divided<4>(_mm256_packs_epi32(outputs(0, left), outputs(1, middle)));
    const __m256i all = _mm256_packus_epi16(eight, divided<4>(_mm256_packs_epi32(last, last)));
    const __m128i high = _mm256_extracti128_si256(all, 1);
    store_lane(output, _mm256_castsi256_si128(all));  // its last 4 are overwritten
    _mm_storel_epi64(reinterpret_cast<__m128i*>(output + 12), high);
    const int tail = _mm_extract_epi32(high, 2);
    __builtin_memcpy(output + 20, &tail, 4);
  }
};

#endif

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
