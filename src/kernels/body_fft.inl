// A complex transform in four steps (Bailey 1990): columns, twiddles, transposition, columns again. So lanes are
// columns in every stage, each of which is Stockham's: out of place, and the output comes in order.
//
// A row that no whole vector fits is computed with the lanes that follow it; what is written beyond it is written
// again by the row that it belongs to, which comes later, or is padding.
#include "kernels/simd_float.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

struct Split {
  float* re;
  float* im;
};

struct Bins {
  F32 re;
  F32 im;
};

inline Bins plus(Bins a, Bins b) { return {a.re + b.re, a.im + b.im}; }
inline Bins minus(Bins a, Bins b) { return {a.re - b.re, a.im - b.im}; }
inline Bins scaled(Bins a, float by) { return {a.re * broadcast(by), a.im * broadcast(by)}; }
inline Bins times(Bins a, F32 re, F32 im) { return {a.re * re - a.im * im, a.re * im + a.im * re}; }
inline Bins plus_i(Bins a, Bins b) { return {a.re - b.im, a.im + b.re}; }
inline Bins minus_i(Bins a, Bins b) { return {a.re + b.im, a.im - b.re}; }

template <std::size_t kRadix>
__attribute__((always_inline)) inline void butterfly(Bins* x) {
  if constexpr (kRadix == 2) {
    const Bins a = x[0];
    x[0] = plus(a, x[1]);
    x[1] = minus(a, x[1]);
  } else if constexpr (kRadix == 3) {
    constexpr float kSin = 0.86602540378F;
    const Bins sum = plus(x[1], x[2]);
    const Bins side = scaled(minus(x[1], x[2]), kSin);
    const Bins middle = minus(x[0], scaled(sum, 0.5F));
    x[0] = plus(x[0], sum);
    x[1] = minus_i(middle, side);
    x[2] = plus_i(middle, side);
  } else if constexpr (kRadix == 4) {
    const Bins a = plus(x[0], x[2]);
    const Bins b = minus(x[0], x[2]);
    const Bins c = plus(x[1], x[3]);
    const Bins d = minus(x[1], x[3]);
    x[0] = plus(a, c);
    x[1] = minus_i(b, d);
    x[2] = minus(a, c);
    x[3] = plus_i(b, d);
  } else {
    constexpr float kCos1 = 0.30901699437F;
    constexpr float kCos2 = -0.80901699437F;
    constexpr float kSin1 = 0.95105651630F;
    constexpr float kSin2 = 0.58778525229F;
    const Bins a = plus(x[1], x[4]);
    const Bins b = plus(x[2], x[3]);
    const Bins c = minus(x[1], x[4]);
    const Bins d = minus(x[2], x[3]);
    const Bins middle1 = plus(x[0], plus(scaled(a, kCos1), scaled(b, kCos2)));
    const Bins middle2 = plus(x[0], plus(scaled(a, kCos2), scaled(b, kCos1)));
    const Bins side1 = plus(scaled(c, kSin1), scaled(d, kSin2));
    const Bins side2 = minus(scaled(c, kSin2), scaled(d, kSin1));
    x[0] = plus(x[0], plus(a, b));
    x[1] = minus_i(middle1, side1);
    x[2] = minus_i(middle2, side2);
    x[3] = plus_i(middle2, side2);
    x[4] = plus_i(middle1, side1);
  }
}

/// Butterflies over `in`[j][group][columns], j < radix, to `out`[group][k][columns].
template <std::size_t kRadix, bool kTurns>
__attribute__((always_inline)) inline void fft_group(const FftStage& stage, std::size_t group, Split in, Split out) {
  const float* turns = stage.turns + group * 2 * (kRadix - 1);
  const std::size_t columns = stage.columns;
  const std::size_t step = stage.groups * columns;
  const std::size_t last = columns < kFloatLanes ? 0 : columns - kFloatLanes;
  for (std::size_t column = 0; column < columns; column += kFloatLanes) {
    const std::size_t at = column < last ? column : last;
    Bins x[kRadix];
    const std::size_t from = group * columns + at;
    for (std::size_t j = 0; j < kRadix; ++j) x[j] = {load(in.re + from + j * step), load(in.im + from + j * step)};
    butterfly<kRadix>(x);
    const std::size_t to = kRadix * group * columns + at;
    for (std::size_t k = 0; k < kRadix; ++k) {
      if (kTurns && k > 0) x[k] = times(x[k], broadcast(turns[2 * k - 2]), broadcast(turns[2 * k - 1]));
      store(out.re + to + k * columns, x[k].re);
      store(out.im + to + k * columns, x[k].im);
    }
  }
}

template <std::size_t kRadix>
void fft_groups(const FftStage& stage, Split in, Split out) {
  fft_group<kRadix, false>(stage, 0, in, out);
  for (std::size_t group = 1; group < stage.groups; ++group) fft_group<kRadix, true>(stage, group, in, out);
}

void fft_stage(const FftStage& stage, Split in, Split out) {
  switch (stage.radix) {
    case 2:
      return fft_groups<2>(stage, in, out);
    case 3:
      return fft_groups<3>(stage, in, out);
    case 4:
      return fft_groups<4>(stage, in, out);
    default:
      return fft_groups<5>(stage, in, out);
  }
}

void transpose(const float* from, std::size_t rows, std::size_t columns, float* to) {
  if (rows < 4 || columns < 4) {
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
    return;
  }
  for (std::size_t r = 0; r < rows; r += 4)
    for (std::size_t c = 0; c < columns; c += 4) {
      const std::size_t row = r + 4 <= rows ? r : rows - 4;
      const std::size_t column = c + 4 <= columns ? c : columns - 4;
      transpose4(from + row * columns + column, columns, to + column * rows + row, rows);
    }
}

struct Scratch {
  static constexpr std::size_t kFloats = FftPlan::kMaxHalf + 16;  // what the widest vector reaches beyond
  alignas(64) float memory[4][kFloats];
  Split now{memory[0], memory[1]};
  Split next{memory[2], memory[3]};
  explicit Scratch(std::size_t half) {
    for (float* array : memory)
      for (std::size_t i = half; i < half + 16; ++i) array[i] = 0.0F;
  }
  void swap() {
    const Split old = now;
    now = next;
    next = old;
  }
};

void complex_fft(const FftPlan& plan, Scratch& scratch) {
  std::size_t stage = 0;
  for (; stage < plan.first_stages; ++stage, scratch.swap()) fft_stage(plan.stages[stage], scratch.now, scratch.next);
  const Split x = scratch.now;
  each(plan.half, [&](auto at) {
    const auto re = at.load(x.re), im = at.load(x.im), turn_re = at.load(plan.turn_re), turn_im = at.load(plan.turn_im);
    at.store(x.re, re * turn_re - im * turn_im);
    at.store(x.im, re * turn_im + im * turn_re);
  });
  transpose(x.re, plan.rows, plan.columns, scratch.next.re);
  transpose(x.im, plan.rows, plan.columns, scratch.next.im);
  scratch.swap();
  for (; stage < plan.all_stages; ++stage, scratch.swap()) fft_stage(plan.stages[stage], scratch.now, scratch.next);
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
