// Inner loops of what comes in: other formats, other colours, pictures that lie on their side. Integers only, and no
// sum depends on another, so the compiler makes the vectors, where "omp simd" tells it to; only transposing needs more.
#include "kernels/simd.hpp"
#include "kernels/simd_bgra.hpp"
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

// Rows are taken in pieces, so that what lies between two loops stays in the nearest cache.
constexpr std::size_t kPairsAtOnce = 64;

using LooseWord [[gnu::may_alias, gnu::aligned(1)]] = std::uint16_t;
using LoosePixel [[gnu::may_alias, gnu::aligned(1)]] = std::uint32_t;

/// The upper half of a product: of a weight with 16 bits after the point there stay as many as the value has.
inline std::uint16_t weighed(std::uint16_t value, std::uint16_t weight) {
  return static_cast<std::uint16_t>((value * std::uint32_t{weight}) >> 16);
}
inline std::int16_t weighed(std::int16_t value, std::int16_t weight) {
  return static_cast<std::int16_t>((value * std::int32_t{weight}) >> 16);
}

inline std::uint8_t top(unsigned sum) { return static_cast<std::uint8_t>(static_cast<std::uint16_t>(sum) >> 8); }

/// Weights of the words B G and R A: of their lower and of their upper byte.
struct LumaWeights {
  explicit LumaWeights(const FromRgb& rgb) : begin(static_cast<std::uint16_t>((rgb.black << 8) + 0x80)) {
    for (std::size_t i = 0; i < 2 * kPairsAtOnce; i += 2) {
      lower[i] = rgb.luma[0], lower[i + 1] = rgb.luma[2];
      upper[i] = rgb.luma[1], upper[i + 1] = 0;
    }
  }
  std::uint16_t lower[2 * kPairsAtOnce];
  std::uint16_t upper[2 * kPairsAtOnce];
  std::uint16_t begin;
};

inline void luma_from_bgra(const std::uint8_t* pixels, std::uint8_t* luma, std::size_t columns, const LumaWeights& by) {
  const LooseWord* words = reinterpret_cast<const LooseWord*>(pixels);
  std::uint16_t sums[2 * kPairsAtOnce];
#pragma omp simd
  for (std::size_t i = 0; i < 2 * columns; ++i) {
    const std::uint16_t word = words[i];
    sums[i] = static_cast<std::uint16_t>(weighed(static_cast<std::uint16_t>(word << 8), by.lower[i]) +
                                         weighed(static_cast<std::uint16_t>(word & 0xFF00), by.upper[i]));
  }
  const std::uint16_t begin = by.begin;
#pragma omp simd
  for (std::size_t x = 0; x < columns; ++x) luma[x] = top(unsigned{begin} + sums[2 * x] + sums[2 * x + 1]);
}

// Two bytes of a pixel are added at once, in the two halves of 32 bits.
inline void chroma_from_bgra(const BgraRows rows, const FromRgb w) {  // copies: stores may be of the originals
  constexpr std::uint32_t kTwoBytes = 0x00FF00FF;
  const LoosePixel* upper = reinterpret_cast<const LoosePixel*>(rows.upper);
  const LoosePixel* lower = reinterpret_cast<const LoosePixel*>(rows.lower);
  std::uint32_t blue_red[2 * kPairsAtOnce], green[2 * kPairsAtOnce];
#pragma omp simd
  for (std::size_t x = 0; x < 2 * rows.pairs; ++x) {
    blue_red[x] = (upper[x] & kTwoBytes) + (lower[x] & kTwoBytes);
    green[x] = ((upper[x] >> 8) & kTwoBytes) + ((lower[x] >> 8) & kTwoBytes);
  }
  constexpr unsigned kBegin = 0x8080;
  std::uint8_t *cbs = rows.cb, *crs = rows.cr;
#pragma omp simd
  for (std::size_t x = 0; x < rows.pairs; ++x) {
    const std::uint32_t both = (blue_red[2 * x] + blue_red[2 * x + 1]) << 6;
    const auto b = static_cast<std::uint16_t>(both), r = static_cast<std::uint16_t>(both >> 16);
    const auto g = static_cast<std::uint16_t>((green[2 * x] + green[2 * x + 1]) << 6);
    cbs[x] = top(kBegin + weighed(b, w.cb[0]) - weighed(g, w.cb[1]) - weighed(r, w.cb[2]));
    crs[x] = top(kBegin + weighed(r, w.cr[2]) - weighed(g, w.cr[1]) - weighed(b, w.cr[0]));
  }
}

inline BgraRows piece_of(const BgraRows& rows, std::size_t x) {
  const std::size_t left = rows.pairs - x;
  return {rows.upper + 8 * x,
          rows.lower + 8 * x,
          rows.y_upper + 2 * x,
          rows.y_lower + 2 * x,
          rows.cb + x,
          rows.cr + x,
          left < kPairsAtOnce / 2 ? left : kPairsAtOnce / 2};
}

void from_bgra(const BgraRows& rows, const FromRgb& rgb) {
  std::size_t x = 0;
#if defined(MIXMINUS_BGRA)
  const BgraBlock block(rgb);
  for (; x + BgraBlock::kPairs <= rows.pairs; x += BgraBlock::kPairs) block.store(piece_of(rows, x));
  if (x == rows.pairs) return;
#endif
  const LumaWeights luma(rgb);
  for (; x < rows.pairs; x += kPairsAtOnce / 2) {
    const BgraRows piece = piece_of(rows, x);
    luma_from_bgra(piece.upper, piece.y_upper, 2 * piece.pairs, luma);
    luma_from_bgra(piece.lower, piece.y_lower, 2 * piece.pairs, luma);
    chroma_from_bgra(piece, rgb);
  }
}

inline std::uint8_t bounded(std::int16_t sum) {
  const auto value = static_cast<std::int16_t>(sum >> Recolouring::kSumBits);
  return static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

inline std::int16_t shifted(int value, int bits) { return static_cast<std::int16_t>(value << bits); }

/// Both columns of a pair get what chroma adds to their luma.
inline void recolour_chroma(std::uint8_t* cbs, std::uint8_t* crs, std::int16_t* sums, std::size_t pairs,
                            const Recolouring& by) {
  const std::int16_t in_y[] = {by.luma[1], by.luma[2]}, in_cb[] = {by.cb[0], by.cb[1]}, in_cr[] = {by.cr[0], by.cr[1]};
  const std::int16_t begin = by.luma_begin;
  constexpr int kBegin = (2 * 128 + 1) << (Recolouring::kSumBits - 1);
#pragma omp simd
  for (std::size_t x = 0; x < pairs; ++x) {
    const std::int16_t cb = shifted(cbs[x] - 128, 8), cr = shifted(crs[x] - 128, 8);
    sums[2 * x] = sums[2 * x + 1] = static_cast<std::int16_t>(begin + weighed(cb, in_y[0]) + weighed(cr, in_y[1]));
    cbs[x] = bounded(static_cast<std::int16_t>(kBegin + weighed(cb, in_cb[0]) + weighed(cr, in_cb[1])));
    crs[x] = bounded(static_cast<std::int16_t>(kBegin + weighed(cb, in_cr[0]) + weighed(cr, in_cr[1])));
  }
}

inline void recolour_luma(std::uint8_t* luma, const std::int16_t* sums, std::size_t columns, std::int16_t weight) {
#pragma omp simd
  for (std::size_t x = 0; x < columns; ++x) {
    const auto sum = static_cast<std::int16_t>(shifted(luma[x], Recolouring::kSumBits) + sums[x]);
    luma[x] = bounded(static_cast<std::int16_t>(sum + weighed(shifted(luma[x], 7), weight)));
  }
}

void recolour(const ColourRows& rows, const Recolouring& by) {
  std::int16_t sums[2 * kPairsAtOnce];
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
