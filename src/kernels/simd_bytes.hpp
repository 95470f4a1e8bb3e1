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

// A sum of columns is that of weight * (pixel - 128), with weights that sum to 256: -32768 .. 32512.
constexpr std::uint16_t kMiddle = 0x8000;

struct SingleColumn {
  static constexpr std::size_t kCount = 1;
  unsigned sum = 0;
  void add(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* weights) {
    sum += unsigned{*a} * weights[0] + unsigned{*b} * weights[1];
  }
  void store(std::int16_t* p) const { *p = static_cast<std::int16_t>(static_cast<int>(sum) - kMiddle); }
};

constexpr int kFractionBits = 8 + ColumnTaps::kOneBits;  ///< of a sum over rows and columns
constexpr std::int32_t kRounding = 1 << (kFractionBits - 1);

inline std::uint8_t rounded(std::int32_t sum) {
  return static_cast<std::uint8_t>(((sum + kRounding) >> kFractionBits) + 128);
}

/// A count that the compiler knows, so that it unrolls.
template <std::size_t kValue>
struct Fixed {
  constexpr operator std::size_t() const { return kValue; }
};

/// The sums, the tables of a group of outputs and how many rounds of taps there are.
template <typename Rounds>
struct LaneCursor {
  const std::int16_t* sums;
  const std::uint32_t* first;
  const std::uint8_t* picks;
  const std::int16_t* weights;
  Rounds rounds;
  void advance(std::size_t lanes) {
    first += lanes;
    picks += 16 * lanes;
    weights += 8 * rounds * lanes;
  }
};

#if !defined(MIXMINUS_SCALAR) && defined(__AVX2__)

inline __m256i load_bytes(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
inline __m256i signed_pixels(const std::uint8_t* p) { return _mm256_xor_si256(load_bytes(p), _mm256_set1_epi8(-128)); }
inline __m256i both_weights(const std::uint8_t* weights) {
  return _mm256_set1_epi16(static_cast<short>(weights[0] | weights[1] << 8));
}
inline __m256i load_lanes(const std::int16_t* low, const std::int16_t* high) {
  const __m256i lane = _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(low)));
  return _mm256_inserti128_si256(lane, _mm_loadu_si128(reinterpret_cast<const __m128i*>(high)), 1);
}
inline __m256i shifted(__m256i sums) {
  return _mm256_srai_epi32(_mm256_add_epi32(sums, _mm256_set1_epi32(kRounding)), kFractionBits);
}
inline __m256i as_pixels(__m256i a, __m256i b) {
  return _mm256_xor_si256(_mm256_packs_epi16(a, b), _mm256_set1_epi8(-128));
}
inline void store_lane(void* p, __m128i v) { _mm_storeu_si128(static_cast<__m128i*>(p), v); }

/// Unpacking leaves columns 0-7 and 16-23 in `even`, the others in `odd`.
struct Columns {
  static constexpr std::size_t kCount = 32;
  __m256i even{}, odd{};
  void add(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* weights) {
    const __m256i pa = signed_pixels(a), pb = signed_pixels(b), w = both_weights(weights);
    even = _mm256_add_epi16(even, _mm256_maddubs_epi16(w, _mm256_unpacklo_epi8(pa, pb)));
    odd = _mm256_add_epi16(odd, _mm256_maddubs_epi16(w, _mm256_unpackhi_epi8(pa, pb)));
  }
  void store(std::int16_t* p) const {
    store_lane(p, _mm256_castsi256_si128(even));
    store_lane(p + 8, _mm256_castsi256_si128(odd));
    store_lane(p + 16, _mm256_extracti128_si256(even, 1));
    store_lane(p + 24, _mm256_extracti128_si256(odd, 1));
  }
};

/// Products of two lanes; their tables lie side by side.
template <std::size_t kTaps, typename Rounds>
inline __m256i lanes_at(const LaneCursor<Rounds>& at, std::size_t lane) {
  const std::int16_t* low = at.sums + at.first[lane];
  const std::int16_t* high = at.sums + at.first[lane + 1];
  const std::int16_t* weights = at.weights + 8 * at.rounds * lane;
  __m256i sum{};
  for (std::size_t round = 0; round < at.rounds; ++round, low += kTaps, high += kTaps, weights += 16) {
    __m256i picked = load_lanes(low, high);
    if constexpr (kTaps < 8) picked = _mm256_shuffle_epi8(picked, load_bytes(at.picks + 16 * lane));
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(picked, load_bytes(weights)));
  }
  return sum;
}

/// Outputs 4 q .. 4 q + 3 in one lane, and 16 further on in the other.
template <std::size_t kOutputsPerLane, typename Rounds>
inline __m256i quad(const LaneCursor<Rounds>& at, std::size_t q) {
  constexpr std::size_t kTaps = 8 / kOutputsPerLane;
  const std::size_t lane = q * (8 / kOutputsPerLane);
  if constexpr (kOutputsPerLane == 4) return shifted(lanes_at<kTaps>(at, lane));
  const __m256i first = _mm256_hadd_epi32(lanes_at<kTaps>(at, lane), lanes_at<kTaps>(at, lane + 2));
  if constexpr (kOutputsPerLane == 2) return shifted(first);
  const __m256i second = _mm256_hadd_epi32(lanes_at<kTaps>(at, lane + 4), lanes_at<kTaps>(at, lane + 6));
  return shifted(_mm256_hadd_epi32(first, second));
}

template <std::size_t kOutputsPerLane, typename Rounds>
inline void store_group(const LaneCursor<Rounds>& at, std::uint8_t* output) {
  const auto eight = [&](std::size_t q) {
    return _mm256_packs_epi32(quad<kOutputsPerLane>(at, q), quad<kOutputsPerLane>(at, q + 1));
  };
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(output), as_pixels(eight(0), eight(2)));
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

#else

#if defined(MIXMINUS_SCALAR)
using Columns = SingleColumn;
struct Quad {
  std::int32_t sums[4];
};
inline Quad add_products(Quad quad, const std::int16_t* sums, const std::uint8_t* picks, const std::int16_t* weights) {
  for (int i = 0; i < 4; ++i) {
    const std::int16_t* pair = sums + picks[4 * i] / 2;
    quad.sums[i] += pair[0] * weights[2 * i] + pair[1] * weights[2 * i + 1];
  }
  return quad;
}
inline Quad add_neighbours(Quad a, Quad b) {
  return {a.sums[0] + a.sums[1], a.sums[2] + a.sums[3], b.sums[0] + b.sums[1], b.sums[2] + b.sums[3]};
}
inline void store_rounded(std::uint8_t* p, Quad quad) {
  for (int i = 0; i < 4; ++i) p[i] = rounded(quad.sums[i]);
}
#elif defined(__SSE2__)
struct Columns {
  static constexpr std::size_t kCount = 16;
  __m128i low = _mm_set1_epi16(INT16_MIN), high = low;
  void add(const std::uint8_t* row, int weight) {
    const __m128i pixels = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row)), zero = _mm_setzero_si128();
    const __m128i w = _mm_set1_epi16(static_cast<short>(weight));
    low = _mm_add_epi16(low, _mm_mullo_epi16(_mm_unpacklo_epi8(pixels, zero), w));
    high = _mm_add_epi16(high, _mm_mullo_epi16(_mm_unpackhi_epi8(pixels, zero), w));
  }
  void add(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* weights) {
    add(a, weights[0]);
    add(b, weights[1]);
  }
  void store(std::int16_t* p) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), low);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 8), high);
  }
};
using Quad = __m128i;
inline __m128i pair_at(const std::int16_t* sums, const std::uint8_t* pick) {
  int both;
  __builtin_memcpy(&both, sums + *pick / 2, sizeof(both));
  return _mm_cvtsi32_si128(both);
}
inline Quad add_products(Quad quad, const std::int16_t* sums, const std::uint8_t* picks, const std::int16_t* weights) {
  const __m128i low = _mm_unpacklo_epi32(pair_at(sums, picks), pair_at(sums, picks + 4));
  const __m128i high = _mm_unpacklo_epi32(pair_at(sums, picks + 8), pair_at(sums, picks + 12));
  return _mm_add_epi32(quad, _mm_madd_epi16(_mm_unpacklo_epi64(low, high), load(weights)));
}
inline Quad add_neighbours(Quad a, Quad b) {
  const __m128 fa = _mm_castsi128_ps(a), fb = _mm_castsi128_ps(b);
  return _mm_add_epi32(_mm_castps_si128(_mm_shuffle_ps(fa, fb, 0x88)), _mm_castps_si128(_mm_shuffle_ps(fa, fb, 0xDD)));
}
inline void store_rounded(std::uint8_t* p, Quad quad) {
  const __m128i wide = _mm_srai_epi32(_mm_add_epi32(quad, _mm_set1_epi32(kRounding)), kFractionBits);
  const __m128i words = _mm_packs_epi32(wide, wide);
  const int pixels = _mm_cvtsi128_si32(_mm_xor_si128(_mm_packs_epi16(words, words), _mm_set1_epi8(-128)));
  __builtin_memcpy(p, &pixels, 4);
}
#elif defined(__ARM_NEON)
struct Columns {
  static constexpr std::size_t kCount = 16;
  uint16x8_t low = vdupq_n_u16(kMiddle), high = low;
  void add(const std::uint8_t* row, std::uint8_t weight) {
    const uint8x16_t pixels = vld1q_u8(row);
    low = vmlal_u8(low, vget_low_u8(pixels), vdup_n_u8(weight));
    high = vmlal_high_u8(high, pixels, vdupq_n_u8(weight));
  }
  void add(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* weights) {
    add(a, weights[0]);
    add(b, weights[1]);
  }
  void store(std::int16_t* p) const {
    vst1q_s16(p, vreinterpretq_s16_u16(low));
    vst1q_s16(p + 8, vreinterpretq_s16_u16(high));
  }
};
using Quad = int32x4_t;
inline Quad add_products(Quad quad, const std::int16_t* sums, const std::uint8_t* picks, const std::int16_t* weights) {
  const uint8x16_t bytes = vqtbl1q_u8(vreinterpretq_u8_s16(vld1q_s16(sums)), vld1q_u8(picks));
  const int16x8_t picked = vreinterpretq_s16_u8(bytes), w = vld1q_s16(weights);
  const int32x4_t low = vmull_s16(vget_low_s16(picked), vget_low_s16(w));
  return vaddq_s32(quad, vpaddq_s32(low, vmull_high_s16(picked, w)));
}
inline Quad add_neighbours(Quad a, Quad b) { return vpaddq_s32(a, b); }
inline void store_rounded(std::uint8_t* p, Quad quad) {
  const int16x4_t words = vmovn_s32(vshrq_n_s32(vaddq_s32(quad, vdupq_n_s32(kRounding)), kFractionBits));
  const int8x8_t narrow = vmovn_s16(vcombine_s16(words, words));
  vst1_lane_u32(reinterpret_cast<std::uint32_t*>(p),
                vreinterpret_u32_u8(veor_u8(vreinterpret_u8_s8(narrow), vdup_n_u8(128))), 0);
}
#endif

/// The products of a lane of 8 taps, whose tables lie beside those of the lane 16 outputs further on.
template <std::size_t kTaps, typename Rounds>
inline Quad lane_at(const LaneCursor<Rounds>& at, std::size_t lane) {
  const std::int16_t* sums = at.sums + at.first[lane];
  const std::int16_t* weights = at.weights + 8 * (at.rounds * (lane & ~std::size_t{1}) + (lane & 1));
  Quad quad{};
  for (std::size_t round = 0; round < at.rounds; ++round, sums += kTaps, weights += 16)
    quad = add_products(quad, sums, at.picks + 16 * lane, weights);
  return quad;
}

template <std::size_t kOutputsPerLane, typename Rounds>
inline Quad quad_at(const LaneCursor<Rounds>& at, std::size_t lane) {
  constexpr std::size_t kTaps = 8 / kOutputsPerLane;
  if constexpr (kOutputsPerLane == 4) return lane_at<kTaps>(at, lane);
  const Quad first = add_neighbours(lane_at<kTaps>(at, lane), lane_at<kTaps>(at, lane + 2));
  if constexpr (kOutputsPerLane == 2) return first;
  return add_neighbours(first, add_neighbours(lane_at<kTaps>(at, lane + 4), lane_at<kTaps>(at, lane + 6)));
}

template <std::size_t kOutputsPerLane, typename Rounds>
inline void store_group(const LaneCursor<Rounds>& at, std::uint8_t* output) {
  for (std::size_t q = 0; q < 4; ++q)
    for (std::size_t half = 0; half < 2; ++half)
      store_rounded(output + 16 * half + 4 * q, quad_at<kOutputsPerLane>(at, q * (8 / kOutputsPerLane) + half));
}

#endif

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
