// Two taps of the sharp filter at once, for AVX2 and AVX-512; what else there is has the loops of the body.
#pragma once

#include "kernels/simd.hpp"
#include "kernels/table.hpp"

#if !defined(MIXMINUS_SCALAR) && defined(__AVX2__)
#define MIXMINUS_SHARP

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

constexpr std::size_t kSharpAtOnce = 16;

/// Sums of 16 products in 32 bits; of words that lie in turns with those of another tap.
struct SharpSums {
  __m256i low, high;
  explicit SharpSums(int begin) : low(_mm256_set1_epi32(begin)), high(low) {}
  void add(__m256i low_pairs, __m256i high_pairs, __m256i weights) {
    low = _mm256_add_epi32(low, _mm256_madd_epi16(low_pairs, weights));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(high_pairs, weights));
  }
};

/// Weights of a tap and of the next one, if there is one.
inline __m256i two_weights(const std::int16_t* weights, bool has_next) {
  const auto low = static_cast<std::uint16_t>(weights[0]);
  const auto high = static_cast<std::uint16_t>(has_next ? weights[1] : 0);
  return _mm256_set1_epi32(static_cast<int>(low | std::uint32_t{high} << 16));
}

inline void sharp_sixteen_columns(const SharpRows& rows, std::size_t x, std::int16_t* sums) {
  SharpSums total(1 << (SharpRows::kCutBits - 1));
  const std::uint8_t* row = rows.first + x;
  for (std::size_t tap = 0; tap < rows.taps; tap += 2, row += 2 * rows.stride_bytes) {
    const bool has_next = tap + 1 < rows.taps;
    const auto load = [](const std::uint8_t* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); };
    const __m128i a = load(row), b = load(has_next ? row + rows.stride_bytes : row);
    total.add(_mm256_cvtepu8_epi16(_mm_unpacklo_epi8(a, b)), _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(a, b)),
              two_weights(rows.weights + tap, has_next));
  }
  const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(_mm256_srai_epi32(total.low, SharpRows::kCutBits),
                                                                    _mm256_srai_epi32(total.high, SharpRows::kCutBits)),
                                                 0xD8);
  std::int16_t in_order[kSharpAtOnce];
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(in_order), words);
  for (std::size_t i = 0; i < kSharpAtOnce; ++i) sums[SharpColumns::kRows * (x + i)] = in_order[i];
}

inline void sharp_sixteen_rows(const std::int16_t* from, const std::int16_t* weights, std::size_t taps,
                               std::uint8_t* output) {
  constexpr int kBits = SharpRows::kOneBits + SharpRows::kSumBits;
  SharpSums total(1 << (kBits - 1));
  for (std::size_t tap = 0; tap < taps; tap += 2, from += 2 * SharpColumns::kRows) {
    const bool has_next = tap + 1 < taps;
    const auto load = [](const std::int16_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); };
    const __m256i a = load(from), b = load(has_next ? from + SharpColumns::kRows : from);
    total.add(_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b), two_weights(weights + tap, has_next));
  }
  const __m256i words = _mm256_packs_epi32(_mm256_srai_epi32(total.low, kBits), _mm256_srai_epi32(total.high, kBits));
  const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(output), bytes);
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA

#endif
