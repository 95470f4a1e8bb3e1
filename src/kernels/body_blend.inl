// Inner loop of overlays, in AVX-512 too by the AVX2 block. x / 255 to the nearest is (x' + x' / 256) / 256 with
// x' = x + 128, exact for all x <= 255 * 255.
#include "kernels/simd.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

#if !defined(MIXMINUS_SCALAR) && defined(__AVX2__)

// alpha * (pixel - 128) over both fits 16 bits with a sign; 128 * 255 are added again.
inline __m256i blended_pairs(__m256i pixels, __m256i alphas) {
  const __m256i signed_pixels = _mm256_xor_si256(pixels, _mm256_set1_epi8(-128));
  const __m256i product = _mm256_maddubs_epi16(alphas, signed_pixels);
  const __m256i sum = _mm256_add_epi16(product, _mm256_set1_epi16(static_cast<short>(128 * 255 + 128)));
  return _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_srli_epi16(sum, 8)), 8);
}
struct Blended {
  static constexpr std::size_t kCount = 32;
  __m256i pixels;
  Blended(const std::uint8_t* source, const std::uint8_t* alpha, const std::uint8_t* target) {
    const auto load32 = [](const std::uint8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); };
    const __m256i s = load32(source), a = load32(alpha), t = load32(target);
    const __m256i rest = _mm256_xor_si256(a, _mm256_set1_epi8(-1));
    pixels = _mm256_packus_epi16(blended_pairs(_mm256_unpacklo_epi8(s, t), _mm256_unpacklo_epi8(a, rest)),
                                 blended_pairs(_mm256_unpackhi_epi8(s, t), _mm256_unpackhi_epi8(a, rest)));
  }
  void store(std::uint8_t* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), pixels); }
};

#elif !defined(MIXMINUS_SCALAR) && defined(__SSE2__)

struct Blended {
  static constexpr std::size_t kCount = 16;
  __m128i pixels;
  Blended(const std::uint8_t* source, const std::uint8_t* alpha, const std::uint8_t* target) {
    const auto load16 = [](const std::uint8_t* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); };
    const __m128i s = load16(source), a = load16(alpha), t = load16(target), zero = _mm_setzero_si128();
    const __m128i rest = _mm_xor_si128(a, _mm_set1_epi8(-1));
    const auto product = [](__m128i x, __m128i y) { return _mm_mullo_epi16(x, y); };
    const auto divided = [](__m128i x, __m128i y) {
      const __m128i sum = _mm_add_epi16(_mm_add_epi16(x, y), _mm_set1_epi16(128));
      return _mm_srli_epi16(_mm_add_epi16(sum, _mm_srli_epi16(sum, 8)), 8);
    };
    const __m128i low = divided(product(_mm_unpacklo_epi8(s, zero), _mm_unpacklo_epi8(a, zero)),
                                product(_mm_unpacklo_epi8(t, zero), _mm_unpacklo_epi8(rest, zero)));
    const __m128i high = divided(product(_mm_unpackhi_epi8(s, zero), _mm_unpackhi_epi8(a, zero)),
                                 product(_mm_unpackhi_epi8(t, zero), _mm_unpackhi_epi8(rest, zero)));
    pixels = _mm_packus_epi16(low, high);
  }
  void store(std::uint8_t* p) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), pixels); }
};

#elif !defined(MIXMINUS_SCALAR) && defined(__ARM_NEON)

struct Blended {
  static constexpr std::size_t kCount = 16;
  uint8x16_t pixels;
  Blended(const std::uint8_t* source, const std::uint8_t* alpha, const std::uint8_t* target) {
    const uint8x16_t s = vld1q_u8(source), a = vld1q_u8(alpha), t = vld1q_u8(target), rest = vmvnq_u8(a);
    const auto divided = [](uint16x8_t x) {
      const uint16x8_t sum = vaddq_u16(x, vdupq_n_u16(128));
      return vshrn_n_u16(vsraq_n_u16(sum, sum, 8), 8);
    };
    const uint16x8_t low = vmlal_u8(vmull_u8(vget_low_u8(s), vget_low_u8(a)), vget_low_u8(t), vget_low_u8(rest));
    pixels = vcombine_u8(divided(low), divided(vmlal_high_u8(vmull_high_u8(s, a), t, rest)));
  }
  void store(std::uint8_t* p) const { vst1q_u8(p, pixels); }
};

#else

struct Blended {
  static constexpr std::size_t kCount = 1;
  std::uint8_t pixel;
  Blended(const std::uint8_t* source, const std::uint8_t* alpha, const std::uint8_t* target) {
    const unsigned sum = unsigned{*source} * *alpha + unsigned{*target} * (255U - *alpha) + 128U;
    pixel = static_cast<std::uint8_t>((sum + (sum >> 8)) >> 8);
  }
  void store(std::uint8_t* p) const { *p = pixel; }
};

#endif

void blend_few(const std::uint8_t* source, const std::uint8_t* alpha, std::uint8_t* target, std::size_t pixels) {
  std::uint8_t rows[3][Blended::kCount] = {};
  __builtin_memcpy(rows[0], source, pixels);
  __builtin_memcpy(rows[1], alpha, pixels);
  __builtin_memcpy(rows[2], target, pixels);
  Blended(rows[0], rows[1], rows[2]).store(rows[2]);
  __builtin_memcpy(target, rows[2], pixels);
}

// The last vector ends with the row; it is made first, of what is still as it was.
void blend(const std::uint8_t* source, const std::uint8_t* alpha, std::uint8_t* target, std::size_t pixels) {
  if (pixels < Blended::kCount) return blend_few(source, alpha, target, pixels);
  const std::size_t end = pixels - Blended::kCount;
  const Blended last(source + end, alpha + end, target + end);
  for (std::size_t x = 0; x < end; x += Blended::kCount) Blended(source + x, alpha + x, target + x).store(target + x);
  last.store(target + end);
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
