// What the body over pictures is written in. AVX-512 uses the AVX2 block; scalar and SSE2, which cannot pick bytes by a
// table, make single columns.
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
    Total(Sums sums, const std::uint32_t* weight) { add(sums, weight); }
    void add(Sums sums, const std::uint32_t* weight) {
      sum += (sums * static_cast<int>(*weight & 0x7FFF) + (1 << 14)) >> 15;
    }
  };

  TapRange taps;
  const std::int16_t* weights;

  void fetch(const std::uint8_t*) const {}
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

#define MIXMINUS_STRIPS
using Lanes = __m256i;  ///< two, of 16 bytes or 8 words
inline __m256i load_bytes(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
inline void store_lane(void* p, __m128i v) { _mm_storeu_si128(static_cast<__m128i*>(p), v); }
inline Lanes load_lanes(const void* low, const void* high) {
  const __m256i lane = _mm256_castsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(low)));
  return _mm256_inserti128_si256(lane, _mm_loadu_si128(static_cast<const __m128i*>(high)), 1);
}
inline Lanes all_words(int word) { return _mm256_set1_epi16(static_cast<short>(word)); }
inline Lanes all_words(const std::uint32_t* both_halves) { return _mm256_set1_epi32(static_cast<int>(*both_halves)); }
inline Lanes added(Lanes a, Lanes b) { return _mm256_add_epi16(a, b); }
inline Lanes neighbours_added(Lanes a, Lanes b) { return _mm256_hadd_epi16(a, b); }
/// Of each lane: the first half of a and the second of b, plus the others.
inline Lanes halves_added(Lanes a, Lanes b) {
  return _mm256_add_epi16(_mm256_blend_epi32(a, b, 0xCC), _mm256_alignr_epi8(b, a, 8));
}
inline Lanes pairs_of_products(Lanes pixels, Lanes picks, Lanes weights) {
  return _mm256_maddubs_epi16(_mm256_shuffle_epi8(pixels, picks), weights);
}
/// round(a * b / 2^15)
inline Lanes weighed(Lanes a, Lanes b) { return _mm256_mulhrs_epi16(a, b); }
inline void store_pixels(std::uint8_t* p, Lanes a, Lanes b) {
  a = _mm256_srli_epi16(a, ColumnTaps::kOneBits);
  b = _mm256_srli_epi16(b, ColumnTaps::kOneBits);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_packus_epi16(a, b));
}

#elif !defined(MIXMINUS_SCALAR) && defined(__ARM_NEON)

#define MIXMINUS_STRIPS
struct Lanes {
  uint8x16_t low, high;
};
template <typename Of>
inline Lanes by_words(Lanes a, Lanes b, Of of) {
  const auto lane = [&](uint8x16_t x, uint8x16_t y) {
    return vreinterpretq_u8_u16(of(vreinterpretq_u16_u8(x), vreinterpretq_u16_u8(y)));
  };
  return {lane(a.low, b.low), lane(a.high, b.high)};
}
inline Lanes load_lanes(const void* low, const void* high) {
  return {vld1q_u8(static_cast<const std::uint8_t*>(low)), vld1q_u8(static_cast<const std::uint8_t*>(high))};
}
inline Lanes load_bytes(const void* p) { return load_lanes(p, static_cast<const std::uint8_t*>(p) + 16); }
inline Lanes all_words(int word) {
  const uint8x16_t lane = vreinterpretq_u8_u16(vdupq_n_u16(static_cast<std::uint16_t>(word)));
  return {lane, lane};
}
inline Lanes all_words(const std::uint32_t* both_halves) { return all_words(static_cast<int>(*both_halves & 0xFFFF)); }
inline Lanes added(Lanes a, Lanes b) {
  return by_words(a, b, [](uint16x8_t x, uint16x8_t y) { return vaddq_u16(x, y); });
}
inline Lanes neighbours_added(Lanes a, Lanes b) {
  return by_words(a, b, [](uint16x8_t x, uint16x8_t y) { return vpaddq_u16(x, y); });
}
inline Lanes halves_added(Lanes a, Lanes b) {
  return by_words(a, b, [](uint16x8_t x, uint16x8_t y) {
    return vaddq_u16(vcombine_u16(vget_low_u16(x), vget_high_u16(y)), vextq_u16(x, y, 4));
  });
}
inline uint8x16_t pairs_of_products(uint8x16_t pixels, uint8x16_t picks, uint8x16_t weights) {
  const uint8x16_t picked = vqtbl1q_u8(pixels, picks);
  const uint16x8_t low = vmull_u8(vget_low_u8(picked), vget_low_u8(weights));
  return vreinterpretq_u8_u16(vpaddq_u16(low, vmull_high_u8(picked, weights)));
}
inline Lanes pairs_of_products(Lanes pixels, Lanes picks, Lanes weights) {
  return {pairs_of_products(pixels.low, picks.low, weights.low),
          pairs_of_products(pixels.high, picks.high, weights.high)};
}
inline Lanes weighed(Lanes a, Lanes b) {
  return by_words(a, b, [](uint16x8_t x, uint16x8_t y) {
    return vreinterpretq_u16_s16(vqrdmulhq_s16(vreinterpretq_s16_u16(x), vreinterpretq_s16_u16(y)));
  });
}
inline void store_pixels(std::uint8_t* p, Lanes a, Lanes b) {
  const auto narrow = [](uint8x16_t x, uint8x16_t y) {
    return vcombine_u8(vqshrn_n_u16(vreinterpretq_u16_u8(x), ColumnTaps::kOneBits),
                       vqshrn_n_u16(vreinterpretq_u16_u8(y), ColumnTaps::kOneBits));
  };
  vst1q_u8(p, narrow(a.low, b.low));
  vst1q_u8(p + 16, narrow(a.high, b.high));
}

#endif

#if defined(MIXMINUS_STRIPS)

/// 32 columns of the result. Its tables stay in registers, where they fit.
template <std::size_t kLoads, std::size_t kRounds>
class Strip {
 public:
  struct Sums {
    Lanes first, second;
  };
  struct Total {
    Lanes first = all_words(kHalf), second = first;
    Total(Sums sums, const std::uint32_t* weight) { add(sums, weight); }
    void add(Sums sums, const std::uint32_t* weight) {
      const Lanes w = all_words(weight);
      first = added(first, weighed(sums.first, w));
      second = added(second, weighed(sums.second, w));
    }
  };

  Strip(const ColumnTaps& taps, std::size_t index)
      : width_(taps.outputs < ColumnTaps::kStrip ? taps.outputs : ColumnTaps::kStrip) {
    const std::uint32_t* first = taps.lane_first + index * 2 * kVectors;
    for (std::size_t i = 0; i < 2 * kVectors; ++i) first_[i] = first[i];
    for (std::size_t i = 0; i < kTables; ++i) {
      picks_[i] = load_bytes(taps.lane_picks + 32 * (index * kTables + i));
      weights_[i] = load_bytes(taps.lane_weights + 32 * (index * kTables + i));
    }
  }

  /// It covers up to 60 columns for each load.
  void fetch(const std::uint8_t* row) const {
    for (std::size_t i = 0; i < kLoads; ++i) prefetch(row + first_[0] + kCacheLineBytes * i + kCacheLineBytes / 4);
  }

  Sums columns(const std::uint8_t* row) const { return {sums<0, kLoads>(row), sums<kLoads, kLoads>(row)}; }

  void store(const Total& total, std::uint8_t* p) const {
    if (width_ == ColumnTaps::kStrip) return store_pixels(p, total.first, total.second);
    std::uint8_t pixels[ColumnTaps::kStrip];
    store_pixels(pixels, total.first, total.second);
    __builtin_memcpy(p, pixels, width_);
  }

 private:
  static constexpr std::size_t kVectors = 2 * kLoads, kTables = kVectors * kRounds;

  template <std::size_t kFirst, std::size_t kCount>
  Lanes sums(const std::uint8_t* row) const {
    if constexpr (kCount == 1) {
      const Lanes pixels = load_lanes(row + first_[2 * kFirst], row + first_[2 * kFirst + 1]);
      const Lanes sum = pairs_of_products(pixels, picks_[kFirst * kRounds], weights_[kFirst * kRounds]);
      if constexpr (kRounds == 1) return sum;
      constexpr std::size_t kLast = kFirst * kRounds + kRounds - 1;
      return added(sum, pairs_of_products(pixels, picks_[kLast], weights_[kLast]));
    } else {
      const Lanes a = sums<kFirst, kCount / 2>(row), b = sums<kFirst + kCount / 2, kCount / 2>(row);
      return kLoads == 2 ? halves_added(a, b) : neighbours_added(a, b);
    }
  }

  std::size_t width_;
  std::size_t first_[2 * kVectors];
  Lanes picks_[kTables], weights_[kTables];
};

#endif

#if !defined(MIXMINUS_SCALAR) && defined(__AVX2__)

inline __m256i both_weights(const std::uint8_t* weights) {
  return _mm256_set1_epi16(static_cast<short>(weights[0] | weights[1] << 8));
}

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
