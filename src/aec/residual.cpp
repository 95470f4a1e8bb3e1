#include "aec/residual.hpp"

#include <algorithm>
#include <cmath>

namespace mixminus::aec {
namespace {

constexpr float kStep = 0.4F;            // smoothing of powers
constexpr float kSpread = 0.5F;          // of the echo's power, a block later
constexpr float kLeakFalls = 0.97F;      // a block
constexpr float kLeakRises = 0.025F;     // a block
constexpr float kLeakRisesLeast = 0.1F;  // of that, while somebody near talks
constexpr float kQuiet = 0.02F;          // noise of the alignment without a near talker
constexpr float kTalk = 0.05F;           // and with one
constexpr float kQuantile = 1.6F;        // from the quantile that the leak follows to the mean
constexpr float kOwnError = 0.05F;       // of the filter's own expectation, which looks at the worst
constexpr float kMisfitWeight = 3.0F;    // a misfit as a leak, at once
constexpr float kMisfitKept = 0.5F;      // and what of it the leak starts from afterwards
constexpr float kHeard = 2.0F;           // rest over residual where a near talker begins to be believed
constexpr float kSure = 8.0F;
constexpr int kFirstBlocks = 20;

}  // namespace

void Residual::configure(std::size_t block) noexcept {
  block_ = block;
  reset();
}

void Residual::reset() noexcept {
  for (float* array : {rest_, echo_, late_, tail_, decayed_, slow_rest_, power_}) std::fill_n(array, kStride, 0.0F);
  std::ranges::fill(leak_, 1.0F);
  std::ranges::fill(background_, 1e-9F);
  presence_ = 0.0F;
  blocks_ = 0;
}

/// Down with the minima of the smoothed power, up by 0.9 dB a second.
void Residual::follow_background(const float* __restrict power) noexcept {
  for (std::size_t k = 0; k <= block_; ++k) slow_rest_[k] += 0.1F * (power[k] - slow_rest_[k]) + 1e-20F;
  if (blocks_ < kFirstBlocks)
    for (std::size_t k = 0; k <= block_; ++k)
      background_[k] = blocks_ == 1 ? power[k] : std::min(background_[k], slow_rest_[k]);
  for (std::size_t k = 0; k <= block_; ++k) {
    const float lower = background_[k] + 0.3F * (slow_rest_[k] - background_[k]);
    const float higher = background_[k] * 1.002F + 1e-20F;
    background_[k] = slow_rest_[k] < background_[k] ? lower : higher;
  }
}

void Residual::update(const Spectrum& rest, const Spectrum& echo, const KalmanFilter& filter,
                      const Evidence& evidence) noexcept {
  ++blocks_;
  const float quiet = std::clamp((kTalk - evidence.noise) / (kTalk - kQuiet), kLeakRisesLeast, 1.0F);
  const float rise = 1.0F + kLeakRises * quiet;
  const float kept =
      kMisfitKept * evidence.misfit * std::clamp((kTalk - evidence.noise) / (kTalk - kQuiet), 0.0F, 1.0F);
  const float decay = filter.decay();
  filter.add_late(1.0F, late_);
  float power[kStride], echo_power[kStride];
  for (std::size_t k = 0; k <= block_; ++k) {
    power[k] = rest.power(k);
    echo_power[k] = echo.power(k);
  }
  follow_background(power);
  const float* const __restrict own = filter.uncertainty();
  const float least_leak = kMisfitWeight * std::max(evidence.misfit, evidence.slip);
  for (std::size_t k = 0; k <= block_; ++k) {
    rest_[k] += kStep * (power[k] - rest_[k]) + 1e-20F;
    decayed_[k] = std::max(echo_power[k], kSpread * decayed_[k]) + 1e-20F;
    echo_[k] += kStep * (decayed_[k] - echo_[k]);
    late_[k] = decay * late_[k] + 1e-20F;
    tail_[k] += kStep * (late_[k] - tail_[k]);
    const float ratio = std::max(rest_[k] - 2.0F * background_[k] - tail_[k], 0.0F) / (echo_[k] + 1e-12F);
    const float learned = std::clamp(leak_[k] * (ratio < leak_[k] ? kLeakFalls : rise), 1e-4F, 4.0F);
    const float leak = std::max(evidence.is_far_active && echo_[k] > background_[k] ? learned : leak_[k], kept);
    leak_[k] = leak;
    power_[k] = std::max(std::max(kQuantile * leak, least_leak) * echo_[k] + tail_[k], kOwnError * own[k]);
  }
  judge_presence();
}

void Residual::judge_presence() noexcept {
  float above = 0.0F, expected = 1e-9F;
  for (std::size_t k = 0; k <= block_; ++k) {
    above += std::max(rest_[k] - 2.0F * background_[k], 0.0F);
    expected += power_[k];
  }
  const float evident = std::log(above / expected + 1e-6F);
  const float now = std::clamp((evident - std::log(kHeard)) / (std::log(kSure) - std::log(kHeard)), 0.0F, 1.0F);
  presence_ += (now > presence_ ? 0.5F : 0.1F) * (now - presence_);
}

}  // namespace mixminus::aec
