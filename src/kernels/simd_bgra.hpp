// What makes I420 of blue, green and red, 16 columns of two rows at once. AVX-512 uses it too; what else there is has
// the loops of the body.
#pragma once

#include "kernels/simd.hpp"
#include "kernels/table.hpp"

#if !defined(MIXMINUS_SCALAR) && defined(__AVX2__)
#define MIXMINUS_BGRA

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

/// The products, their order and what is cut off are those of the loops.
class BgraBlock {
 public:
  static constexpr std::size_t kPairs = 8;

  explicit BgraBlock(const FromRgb& rgb)
      : luma_blue_red_(words(rgb.luma[0], rgb.luma[2])),
        luma_green_(words(rgb.luma[1], 0)),
        luma_begin_(_mm256_set1_epi16(static_cast<short>((rgb.black << 8) + 0x80))),
        plus_(words(rgb.cb[0], rgb.cr[2])),
        minus_(words(rgb.cb[2], rgb.cr[0])),
        minus_green_(words(rgb.cb[1], rgb.cr[1])) {}

  void store(const BgraRows& rows) const {
    const __m256i a = load(rows.upper), b = load(rows.upper + 32), c = load(rows.lower), d = load(rows.lower + 32);
    store_luma(a, b, rows.y_upper);
    store_luma(c, d, rows.y_lower);
    store_chroma(_mm256_hadd_epi32(blue_red(a, c), blue_red(b, d)), _mm256_hadd_epi32(green(a, c), green(b, d)), rows);
  }

 private:
  static __m256i load(const std::uint8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static __m256i words(std::uint16_t low, std::uint16_t high) {
    return _mm256_set1_epi32(static_cast<int>(low | std::uint32_t{high} << 16));
  }
  static __m256i lower_bytes(__m256i v) { return _mm256_and_si256(v, _mm256_set1_epi16(0xFF)); }
  static __m256i blue_red(__m256i upper, __m256i lower) {
    return _mm256_add_epi16(lower_bytes(upper), lower_bytes(lower));
  }
  static __m256i green(__m256i upper, __m256i lower) {
    return _mm256_add_epi16(_mm256_srli_epi16(upper, 8), _mm256_srli_epi16(lower, 8));
  }
  static __m256i picked(__m256i v, __m128i picks) { return _mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(picks)); }

  [[nodiscard]] __m256i luma(__m256i pixels) const {
    const __m256i upper_bytes = _mm256_and_si256(pixels, _mm256_set1_epi16(static_cast<short>(0xFF00)));
    return _mm256_add_epi16(_mm256_mulhi_epu16(_mm256_slli_epi16(pixels, 8), luma_blue_red_),
                            _mm256_mulhi_epu16(upper_bytes, luma_green_));
  }

  void store_luma(__m256i a, __m256i b, std::uint8_t* p) const {
    const __m256i sums = _mm256_add_epi16(_mm256_hadd_epi16(luma(a), luma(b)), luma_begin_);
    const __m256i bytes = _mm256_packus_epi16(_mm256_srli_epi16(sums, 8), _mm256_setzero_si256());
    // a lane has 4 columns of a, then 4 of b
    const __m128i row = _mm_unpacklo_epi32(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), row);
  }

  // In each 32 bits, Cb is made in the lower half and Cr in the upper one.
  void store_chroma(__m256i blue_red, __m256i green, const BgraRows& rows) const {
    const __m128i swap = _mm_setr_epi8(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    const __m128i twice = _mm_setr_epi8(0, 1, 0, 1, 4, 5, 4, 5, 8, 9, 8, 9, 12, 13, 12, 13);
    const __m128i tops = _mm_setr_epi8(1, 5, 9, 13, 3, 7, 11, 15, -1, -1, -1, -1, -1, -1, -1, -1);
    blue_red = _mm256_slli_epi16(blue_red, 6);
    green = picked(_mm256_slli_epi16(green, 6), twice);
    const __m256i plus =
        _mm256_add_epi16(_mm256_set1_epi16(static_cast<short>(0x8080)), _mm256_mulhi_epu16(blue_red, plus_));
    const __m256i minus =
        _mm256_add_epi16(_mm256_mulhi_epu16(picked(blue_red, swap), minus_), _mm256_mulhi_epu16(green, minus_green_));
    const __m256i bytes = picked(_mm256_sub_epi16(plus, minus), tops);
    const __m128i both = _mm_unpacklo_epi16(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(rows.cb), both);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(rows.cr), _mm_unpackhi_epi64(both, both));
  }

  __m256i luma_blue_red_, luma_green_, luma_begin_;
  __m256i plus_, minus_, minus_green_;
};

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA

#endif
