// What bodies over floats are written in besides simd.hpp. An F32 is a vector of the compiler's, so + - * are
// those of the language for it as for a float, and one step serves whole vectors and what is left over.
#pragma once

#include "kernels/simd.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

#if defined(MIXMINUS_SCALAR)
inline void store(float* p, F32 v) { *p = v; }
inline F32 reversed(F32 v) { return v; }
#elif defined(__AVX512BW__)
inline void store(float* p, F32 v) { _mm512_storeu_ps(p, v); }
inline F32 larger(F32 a, F32 b) { return _mm512_max_ps(a, b); }
inline F32 smaller(F32 a, F32 b) { return _mm512_min_ps(a, b); }
inline F32 reversed(F32 v) {
  return _mm512_permutexvar_ps(_mm512_setr_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), v);
}
#elif defined(__AVX2__)
inline void store(float* p, F32 v) { _mm256_storeu_ps(p, v); }
inline F32 larger(F32 a, F32 b) { return _mm256_max_ps(a, b); }
inline F32 smaller(F32 a, F32 b) { return _mm256_min_ps(a, b); }
inline F32 reversed(F32 v) { return _mm256_permutevar8x32_ps(v, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0)); }
#elif defined(__SSE2__)
inline void store(float* p, F32 v) { _mm_storeu_ps(p, v); }
inline F32 larger(F32 a, F32 b) { return _mm_max_ps(a, b); }
inline F32 smaller(F32 a, F32 b) { return _mm_min_ps(a, b); }
inline F32 reversed(F32 v) { return _mm_shuffle_ps(v, v, 0x1B); }
#elif defined(__ARM_NEON)
inline void store(float* p, F32 v) { vst1q_f32(p, v); }
inline F32 larger(F32 a, F32 b) { return vmaxq_f32(a, b); }
inline F32 smaller(F32 a, F32 b) { return vminq_f32(a, b); }
inline F32 reversed(F32 v) {
  const F32 pairs = vrev64q_f32(v);
  return vextq_f32(pairs, pairs, 2);
}
#endif

// Of numbers; no two instruction sets agree on NaN.
inline float larger(float a, float b) { return a > b ? a : b; }
inline float smaller(float a, float b) { return a < b ? a : b; }

// Four floats at a time whatever the width of an F32: data that only moves gains little from more.
#if !defined(MIXMINUS_SCALAR) && defined(__SSE2__)
inline void split4(const float* pairs, float* even, float* odd) {
  const __m128 a = _mm_loadu_ps(pairs);
  const __m128 b = _mm_loadu_ps(pairs + 4);
  _mm_storeu_ps(even, _mm_shuffle_ps(a, b, 0x88));
  _mm_storeu_ps(odd, _mm_shuffle_ps(a, b, 0xDD));
}
inline void join4(const float* even, const float* odd, float* pairs) {
  const __m128 a = _mm_loadu_ps(even);
  const __m128 b = _mm_loadu_ps(odd);
  _mm_storeu_ps(pairs, _mm_unpacklo_ps(a, b));
  _mm_storeu_ps(pairs + 4, _mm_unpackhi_ps(a, b));
}
/// to[c][r] = from[r][c].
inline void transpose4(const float* from, std::size_t from_step, float* to, std::size_t to_step) {
  __m128 row[4];
  for (std::size_t r = 0; r < 4; ++r) row[r] = _mm_loadu_ps(from + r * from_step);
  _MM_TRANSPOSE4_PS(row[0], row[1], row[2], row[3]);
  for (std::size_t r = 0; r < 4; ++r) _mm_storeu_ps(to + r * to_step, row[r]);
}
#else
inline void split4(const float* pairs, float* even, float* odd) {
  for (int i = 0; i < 4; ++i) even[i] = pairs[2 * i], odd[i] = pairs[2 * i + 1];
}
inline void join4(const float* even, const float* odd, float* pairs) {
  for (int i = 0; i < 4; ++i) pairs[2 * i] = even[i], pairs[2 * i + 1] = odd[i];
}
inline void transpose4(const float* from, std::size_t from_step, float* to, std::size_t to_step) {
  for (std::size_t r = 0; r < 4; ++r)
    for (std::size_t c = 0; c < 4; ++c) to[c * to_step + r] = from[r * from_step + c];
}
#endif

/// The lanes [first, first + lanes of F32) of arrays, and a single one.
struct Vector {
  static constexpr std::size_t kBack = kFloatLanes - 1;
  std::size_t first;
  [[nodiscard]] F32 load(const float* p) const { return kernels::MIXMINUS_ISA::load(p + first); }
  /// p[-first], p[-first - 1], ...
  [[nodiscard]] F32 load_back(const float* p) const { return reversed(kernels::MIXMINUS_ISA::load(p - first - kBack)); }
  void store(float* p, F32 v) const { kernels::MIXMINUS_ISA::store(p + first, v); }
  void store_back(float* p, F32 v) const { kernels::MIXMINUS_ISA::store(p - first - kBack, reversed(v)); }
  static F32 all(float v) { return broadcast(v); }
};
struct Single {
  std::size_t first;
  [[nodiscard]] float load(const float* p) const { return p[first]; }
  [[nodiscard]] float load_back(const float* p) const { return *(p - first); }
  void store(float* p, float v) const { p[first] = v; }
  void store_back(float* p, float v) const { *(p - first) = v; }
  static float all(float v) { return v; }
};

template <typename Step>
__attribute__((always_inline)) inline void each(std::size_t count, const Step& step) {
  std::size_t i = 0;
  for (; i + kFloatLanes <= count; i += kFloatLanes) step(Vector{i});
  for (; i < count; ++i) step(Single{i});
}

/// 16 sums, each of every 16th value in order, which are folded by halves: the same bits whatever the width.
struct Sums {
  alignas(64) float lanes[kGroup] = {};
  template <typename At, typename Values>
  void add(At at, Values values) {
    const At lane{at.first % kGroup};
    lane.store(lanes, lane.load(lanes) + values);
  }
  float total() {
    for (std::size_t half = kGroup / 2; half > 0; half /= 2)
      for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
    return lanes[0];
  }
};

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
