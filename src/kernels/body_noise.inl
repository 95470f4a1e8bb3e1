// Inner loop of the noise suppressor: how loud the noise of a bin is, and what gain that leaves.
//
// The noise follows a bin as far as that is probably not speech (Gerkmann & Hendriks 2012), and is never below what
// the bin did not fall below in the last seconds (Martin 2001), so it follows a fan that is switched on as well. The
// gain is Wiener's for a signal-to-noise ratio that is mostly that of the frame before ("decision-directed", Ephraim
// & Malah 1984). Their gain of 1985 leaves more noise: at the same STOI it measured 0.02 of PESQ less.
#include "kernels/simd_float.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

constexpr float kPriorSnr = 10.0F;  // of speech, where there is any
constexpr float kFollow = 0.03F;    // of the way to what is not speech, in a frame; as those below
constexpr float kSmooth = 0.3F;
constexpr float kKeepClean = 0.9F;
constexpr float kExcess = 1.2F;  // of the noise that is taken away over the one that is estimated
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

float suppress_noise(const NoiseStep& step, float* re, float* im, std::size_t count) {
  const float smooth_step = larger(step.learn, kSmooth);
  Sums speech_sum;
  each(count, [&](auto at) {
    const auto one = at.all(1.0F), re_in = at.load(re), im_in = at.load(im);
    const auto power = re_in * re_in + im_in * im_in + at.all(kLeastPower);

    const auto before = at.load(step.noise), learned = before + at.all(step.learn) * (power - before);
    const auto unlikely = exp_minus(at, power / learned * at.all(kPriorSnr / (1.0F + kPriorSnr)));
    const auto speech = one / (one + at.all(1.0F + kPriorSnr) * unlikely);
    speech_sum.add(at, speech);
    const auto followed = learned + at.all(kFollow) * ((one - speech) * (power - learned));

    const auto smooth = at.load(step.smooth) + at.all(smooth_step) * (power - at.load(step.smooth));
    const auto lowest = smaller(at.load(step.lowest), smooth);
    const auto noise = larger(followed, smaller(lowest, at.load(step.lowest_before)));

    const auto inverse = one / (at.all(kExcess) * noise);
    const auto instant = larger(power * inverse - one, at.all(0.0F));
    const auto snr = at.all(kKeepClean) * (at.load(step.clean) * inverse) + at.all(1.0F - kKeepClean) * instant;
    const auto bounded = larger(snr, at.all(kLeastSnr)), wiener = bounded / (one + bounded);
    const auto gain = larger(wiener, at.all(step.least_gain));

    at.store(step.noise, noise);
    at.store(step.smooth, smooth);
    at.store(step.lowest, lowest);
    at.store(step.clean, wiener * wiener * power);
    at.store(re, re_in * gain);
    at.store(im, im_in * gain);
  });
  return speech_sum.total();
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
