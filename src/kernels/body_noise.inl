// Inner loops of the noise suppressor: how loud the noise of a bin is, and what gain that leaves.
#include "kernels/simd_float.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

constexpr float kPriorSnr = 10.0F;  // of speech, where there is any
constexpr float kFollow = 0.03F;    // of the way to what is not speech, in a frame
constexpr float kSmooth = 0.3F;     // of the way to the power of the frame
constexpr float kInstant = 0.1F;    // weight of this frame's ratio against that of the frame before
constexpr float kExcess = 1.2F;     // noise that is taken away over noise that is estimated
constexpr float kLeastSnr = 0.01F;
constexpr float kLeastPower = 1.0F;  // far below the rounding to 16 bit; keeps quotients finite

/// exp(-x) for x >= 0 and at least exp(-16), within 1 %, without a function whose bits are the platform's.
template <typename At, typename Values>
__attribute__((always_inline)) inline Values exp_minus(At at, Values x) {
  const Values t = smaller(x, at.all(16.0F)) * at.all(1.0F / 32.0F);
  Values power = t * at.all(1.0F / 24.0F) + at.all(1.0F / 6.0F);
  constexpr float kRest[] = {0.5F, 1.0F, 1.0F};
  for (const float coefficient : kRest) power = power * t + at.all(coefficient);
  for (int i = 0; i < 5; ++i) power = power * power;
  return at.all(1.0F) / power;
}

/// The noise follows a bin as far as that is probably not speech (Gerkmann & Hendriks 2012). It is never below what the
/// bin did not fall below in the last seconds (Martin 2001): so it finds a fan that is switched on.
float follow_noise(const NoiseStep& step, const float* re, const float* im, std::size_t count) {
  const float smooth_step = larger(step.learn, kSmooth);
  Sums speech_sum;
  each(count, [&](auto at) {
    const auto one = at.all(1.0F), bin_re = at.load(re), bin_im = at.load(im);
    const auto power = bin_re * bin_re + bin_im * bin_im + at.all(kLeastPower);

    const auto before = at.load(step.noise), learned = before + at.all(step.learn) * (power - before);
    const auto unlikely = exp_minus(at, power / learned * at.all(kPriorSnr / (1.0F + kPriorSnr)));
    const auto speech = one / (one + at.all(1.0F + kPriorSnr) * unlikely);
    speech_sum.add(at, speech);
    const auto followed = learned + at.all(kFollow) * ((one - speech) * (power - learned));

    const auto smooth = at.load(step.smooth) + at.all(smooth_step) * (power - at.load(step.smooth));
    const auto lowest = smaller(at.load(step.lowest), smooth);
    at.store(step.noise, larger(followed, smaller(lowest, at.load(step.lowest_before))));
    at.store(step.smooth, smooth);
    at.store(step.lowest, lowest);
  });
  return speech_sum.total();
}

/// Wiener's gain for a signal-to-noise ratio that is mostly that of the frame before ("decision-directed", Ephraim &
/// Malah 1984). What a bin adds by itself is bounded by what it was for some frames: so no single one rings.
void suppress_noise(const GainStep& step, float* re, float* im, std::size_t count) {
  each(count, [&](auto at) {
    const auto one = at.all(1.0F), none = at.all(0.0F), bin_re = at.load(re), bin_im = at.load(im);
    const auto power = bin_re * bin_re + bin_im * bin_im + at.all(kLeastPower);
    const auto inverse = one / (at.all(kExcess) * at.load(step.noise));
    const auto lasting = at.all(step.trust) * larger(at.load(step.smooth) * inverse - one, none);
    const auto instant = smaller(larger(power * inverse - one, none), lasting);
    const auto snr = at.all(1.0F - kInstant) * (at.load(step.clean) * inverse) + at.all(kInstant) * instant;
    const auto bounded = larger(snr, at.all(kLeastSnr)), wiener = bounded / (one + bounded);
    const auto gain = larger(wiener, at.all(step.least_gain));
    at.store(step.clean, wiener * wiener * power);
    at.store(re, bin_re * gain);
    at.store(im, bin_im * gain);
  });
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
