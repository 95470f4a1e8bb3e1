#include "aec/suppressor.hpp"

#include <algorithm>
#include <cmath>

namespace mixminus::aec {
namespace {

constexpr float kMemory = 0.9F;     // of the decision-directed estimate
constexpr float kOverAlone = 6.0F;  // the residual is taken that much stronger while nobody near talks
constexpr float kTalkFloor = 0.1F;  // least gain under a near talker
constexpr float kOverStart = 4.0F;
constexpr float kAudible = 0.01F;      // of the background
constexpr float kNoiseShare = 0.375F;  // uniform noise of half of the background's amplitude: 3 / 2 of a quarter

}  // namespace

void Suppressor::configure(std::size_t block, float suppression_db, bool has_comfort_noise) noexcept {
  block_ = block;
  floor_ = std::pow(10.0F, -suppression_db / 20.0F);
  has_comfort_noise_ = has_comfort_noise;
  reset();
}

void Suppressor::reset() noexcept {
  seed_ = 1;
  pass();
}

void Suppressor::pass() noexcept {
  std::ranges::fill(gains_, 1.0F);
  std::ranges::fill(clean_, 0.0F);
  gain_above_ = 1.0F;
  is_transparent_ = true;
}

void Suppressor::process(Spectrum& rest, const Spectrum& echo, const Residual& residual, bool is_starting) noexcept {
  choose_gains(rest, residual, is_starting);
  float let_through = 1e-12F, taken = 0.0F;
  for (std::size_t k = block_ / 2; k <= block_; ++k) {
    let_through += clean_[k];
    taken += echo.power(k);
  }
  gain_above_ = std::max(floor_, let_through / (let_through + taken));
  if (is_starting) gain_above_ = std::min(gain_above_, floor_);
  for (std::size_t k = 0; k <= block_; ++k) {
    rest.re[k] *= gains_[k];
    rest.im[k] *= gains_[k];
  }
  if (has_comfort_noise_ && !is_transparent_) add_noise(rest, residual.background());
}

void Suppressor::choose_gains(const Spectrum& rest, const Residual& residual, bool is_starting) noexcept {
  const float presence = residual.presence();
  const float talk_floor = std::max(floor_, kTalkFloor);
  const float floor = is_starting ? floor_ : floor_ * std::pow(talk_floor / floor_, presence);
  const float over = kOverAlone + (1.0F - kOverAlone) * presence;
  const float* const __restrict expected = residual.power();
  const float* const __restrict background = residual.background();
  int heard = 0;
  for (std::size_t k = 0; k <= block_; ++k) {
    const float power = rest.power(k);
    const float residue = (is_starting ? kOverStart * power : over * expected[k]) + 1e-12F;
    const float prior = (kMemory * clean_[k] + (1.0F - kMemory) * std::max(power - residue, 0.0F)) / residue;
    const bool is_heard = residue > kAudible * background[k];
    const float gain = is_heard ? std::max(prior / (1.0F + prior), floor) : 1.0F;
    heard |= is_heard ? 1 : 0;
    gains_[k] = gain;
    clean_[k] = gain * gain * power;
  }
  is_transparent_ = heard == 0;
}

void Suppressor::add_noise(Spectrum& rest, const float* __restrict background) noexcept {
  float levels[kStride];
  for (std::size_t k = 1; k < block_; ++k) {
    const float missing = std::max(0.0F, 1.0F - gains_[k] * gains_[k]);
    levels[k] = std::sqrt(kNoiseShare * background[k] * missing);
  }
  for (std::size_t k = 1; k < block_; ++k) {
    rest.re[k] += levels[k] * next_random();
    rest.im[k] += levels[k] * next_random();
  }
}

/// Uniform in -1..1.
float Suppressor::next_random() noexcept {
  seed_ = seed_ * 1664525U + 1013904223U;
  return static_cast<float>(static_cast<std::int32_t>(seed_)) * 0x1p-31F;
}

}  // namespace mixminus::aec
