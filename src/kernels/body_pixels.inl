// Inner loops of what comes in: other formats, other colours, pictures that lie on their side. Integers only, and no
// sum depends on another, so the compiler makes the vectors, where "omp simd" tells it to; only transposing needs more.
#include "kernels/simd.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

void split_pairs(const std::uint8_t* pairs, std::uint8_t* first, std::uint8_t* second, std::size_t count) {
#pragma omp simd
  for (std::size_t i = 0; i < count; ++i) {
    first[i] = pairs[2 * i];
    second[i] = pairs[2 * i + 1];
  }
}

void join_pairs(const std::uint8_t* first, const std::uint8_t* second, std::uint8_t* pairs, std::size_t count) {
#pragma omp simd
  for (std::size_t i = 0; i < count; ++i) {
    pairs[2 * i] = first[i];
    pairs[2 * i + 1] = second[i];
  }
}

void narrow_words(const std::uint16_t* words, std::uint8_t* bytes, std::size_t count) {
  constexpr std::uint16_t kMost = 0xFF7F;
#pragma omp simd
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint16_t word = words[i] < kMost ? words[i] : kMost;
    bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint16_t>(word + 0x80) >> 8);
  }
}

/// A product of 8 bits after the point: of a value with as many, and a weight with 16.
inline std::uint16_t weighed(unsigned value, std::uint16_t weight) {
  return static_cast<std::uint16_t>((static_cast<std::uint16_t>(value) * std::uint32_t{weight}) >> 16);
}

inline std::uint8_t top(unsigned sum) { return static_cast<std::uint8_t>(static_cast<std::uint16_t>(sum) >> 8); }

inline void luma_from_bgra(const std::uint8_t* pixels, std::uint8_t* luma, std::size_t columns, const FromRgb& rgb) {
  const std::uint16_t b = rgb.luma[0], g = rgb.luma[1], r = rgb.luma[2];
  const auto begin = static_cast<std::uint16_t>((rgb.black << 8) + 0x80);
#pragma omp simd
  for (std::size_t x = 0; x < columns; ++x) {
    const std::uint8_t* p = pixels + 4 * x;
    luma[x] = top(begin + weighed(p[0] << 8, b) + weighed(p[1] << 8, g) + weighed(p[2] << 8, r));
  }
}

inline void chroma_from_bgra(const BgraRows& rows, const FromRgb& rgb) {
  const std::uint8_t *upper = rows.upper, *lower = rows.lower;
  std::uint8_t *cb = rows.cb, *cr = rows.cr;
  const FromRgb w = rgb;
  constexpr unsigned kBegin = 0x8080;
#pragma omp simd
  for (std::size_t x = 0; x < rows.pairs; ++x) {
    const std::uint8_t *p = upper + 8 * x, *q = lower + 8 * x;
    const unsigned b = static_cast<unsigned>(p[0] + p[4] + q[0] + q[4]) << 6;
    const unsigned g = static_cast<unsigned>(p[1] + p[5] + q[1] + q[5]) << 6;
    const unsigned r = static_cast<unsigned>(p[2] + p[6] + q[2] + q[6]) << 6;
    cb[x] = top(kBegin + weighed(b, w.cb[0]) - weighed(g, w.cb[1]) - weighed(r, w.cb[2]));
    cr[x] = top(kBegin + weighed(r, w.cr[2]) - weighed(g, w.cr[1]) - weighed(b, w.cr[0]));
  }
}

void from_bgra(const BgraRows& rows, const FromRgb& rgb) {
  luma_from_bgra(rows.upper, rows.y_upper, 2 * rows.pairs, rgb);
  luma_from_bgra(rows.lower, rows.y_lower, 2 * rows.pairs, rgb);
  chroma_from_bgra(rows, rgb);
}

inline std::uint8_t bounded(std::int32_t sum) {
  const std::int32_t value = sum >> Recolouring::kOneBits;
  return static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

constexpr std::size_t kPairsAtOnce = 64;

inline std::int16_t signed_chroma(std::uint8_t value) { return static_cast<std::int16_t>(value - 128); }

/// Both columns of a pair get `sums` of what chroma adds to their luma.
inline void recolour_chroma(std::uint8_t* cbs, std::uint8_t* crs, std::int32_t* sums, std::size_t pairs,
                            const Recolouring& by) {
  const std::int16_t in_y[] = {by.luma[1], by.luma[2]}, in_cb[] = {by.cb[0], by.cb[1]}, in_cr[] = {by.cr[0], by.cr[1]};
  const std::int32_t begin = by.luma_begin;
  constexpr std::int32_t kBegin = (2 * 128 + 1) << (Recolouring::kOneBits - 1);
#pragma omp simd
  for (std::size_t x = 0; x < pairs; ++x) {
    const std::int16_t cb = signed_chroma(cbs[x]), cr = signed_chroma(crs[x]);
    sums[2 * x] = sums[2 * x + 1] = begin + cb * in_y[0] + cr * in_y[1];
    cbs[x] = bounded(kBegin + cb * in_cb[0] + cr * in_cb[1]);
    crs[x] = bounded(kBegin + cb * in_cr[0] + cr * in_cr[1]);
  }
}

inline void recolour_luma(std::uint8_t* luma, const std::int32_t* sums, std::size_t columns, std::int16_t weight) {
#pragma omp simd
  for (std::size_t x = 0; x < columns; ++x) luma[x] = bounded(static_cast<std::int16_t>(luma[x]) * weight + sums[x]);
}

void recolour(const ColourRows& rows, const Recolouring& by) {
  std::int32_t sums[2 * kPairsAtOnce];
  for (std::size_t x = 0; x < rows.pairs; x += kPairsAtOnce) {
    const std::size_t pairs = rows.pairs - x < kPairsAtOnce ? rows.pairs - x : kPairsAtOnce;
    recolour_chroma(rows.cb + x, rows.cr + x, sums, pairs, by);
    recolour_luma(rows.y_upper + 2 * x, sums, 2 * pairs, by.luma[0]);
    recolour_luma(rows.y_lower + 2 * x, sums, 2 * pairs, by.luma[0]);
  }
}

void reverse(const std::uint8_t* from, std::uint8_t* to, std::size_t count) {
#pragma omp simd
  for (std::size_t i = 0; i < count; ++i) to[i] = from[count - 1 - i];
}

void transpose_slowly(const Transposition& plane) {
  for (std::size_t x = 0; x < plane.columns; ++x)
    for (std::size_t y = 0; y < plane.rows; ++y)
      plane.to[static_cast<std::ptrdiff_t>(x) * plane.to_stride_bytes + static_cast<std::ptrdiff_t>(y)] =
          plane.from[static_cast<std::ptrdiff_t>(y) * plane.from_stride_bytes + static_cast<std::ptrdiff_t>(x)];
}

#if defined(MIXMINUS_SCALAR)

void transpose(const Transposition& plane) { transpose_slowly(plane); }

#else

#if defined(__SSE2__)
using Pixels16 = __m128i;
inline Pixels16 load_pixels(const std::uint8_t* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
inline void store_pixels(std::uint8_t* p, Pixels16 v) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v); }
inline Pixels16 mixed_low(Pixels16 a, Pixels16 b) { return _mm_unpacklo_epi8(a, b); }
inline Pixels16 mixed_high(Pixels16 a, Pixels16 b) { return _mm_unpackhi_epi8(a, b); }
#else
using Pixels16 = uint8x16_t;
inline Pixels16 load_pixels(const std::uint8_t* p) { return vld1q_u8(p); }
inline void store_pixels(std::uint8_t* p, Pixels16 v) { vst1q_u8(p, v); }
inline Pixels16 mixed_low(Pixels16 a, Pixels16 b) { return vzip1q_u8(a, b); }
inline Pixels16 mixed_high(Pixels16 a, Pixels16 b) { return vzip2q_u8(a, b); }
#endif

constexpr std::size_t kBlock = 16;
constexpr std::size_t kCacheLine = 64;

/// Shuffles 256 pixels as cards: half and half, card by card.
inline void shuffle(const Pixels16 (&from)[kBlock], Pixels16 (&to)[kBlock]) {
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kBlock / 2; ++i) {
    to[2 * i] = mixed_low(from[i], from[i + kBlock / 2]);
    to[2 * i + 1] = mixed_high(from[i], from[i + kBlock / 2]);
  }
}

// A shuffle takes a bit of the place of each pixel from its row to its column; after four they have changed places.
inline void transpose_block(const Transposition& plane, std::size_t x, std::size_t y) {
  const std::uint8_t* from = plane.from + static_cast<std::ptrdiff_t>(y) * plane.from_stride_bytes + x;
  std::uint8_t* to = plane.to + static_cast<std::ptrdiff_t>(x) * plane.to_stride_bytes + y;
  Pixels16 a[kBlock], b[kBlock];
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kBlock; ++i, from += plane.from_stride_bytes) a[i] = load_pixels(from);
  shuffle(a, b);
  shuffle(b, a);
  shuffle(a, b);
  shuffle(b, a);
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kBlock; ++i, to += plane.to_stride_bytes) store_pixels(to, a[i]);
}

// The last block ends with the plane and is partly done twice. Cache lines are written whole.
void transpose(const Transposition& plane) {
  if (plane.columns < kBlock || plane.rows < kBlock) return transpose_slowly(plane);
  const auto least = [](std::size_t a, std::size_t b) { return a < b ? a : b; };
  for (std::size_t line = 0; line < plane.rows; line += kCacheLine)
    for (std::size_t x = 0; x < plane.columns; x += kBlock)
      for (std::size_t y = line; y < least(line + kCacheLine, plane.rows); y += kBlock)
        transpose_block(plane, least(x, plane.columns - kBlock), least(y, plane.rows - kBlock));
}

#endif

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
