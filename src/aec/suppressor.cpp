#include "aec/suppressor.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mixminus::aec {
// 0 L start, 1 L down, 2 L up, 3 quantile bias, 4 DD alpha, 5 over dt, 6 over st, 7 floor dt (lin), 8 presence lo, 9 presence hi, 10 ee smooth
float T[40] = {1.0F, .97F, 1.025F, 1.8F, .9F, 1.0F, 10.0F, 0.1F, 2.0F, 8.0F, 0.4F, 0.7F, 2.F,0.25F,0.1F, 1,.03F,4,1.F,1.F, .6F, 6.F, .2F, .5F, .5F, 2.F, 3.F, .02F, .05F, .1F, .5F, 2.F, 12.F, .15F};

void Suppressor::configure(std::size_t block, float suppression_db, bool has_noise) {
  block_ = block;
  bins_ = block + 1;
  floor_ = std::pow(10.0F, -suppression_db / 20.0F);
  has_noise_ = has_noise;
  fft_.configure(static_cast<int>(2 * block));
  for (std::size_t i = 0; i < 2 * block; ++i)
    window_[i] = std::sin(std::numbers::pi_v<float> * (static_cast<float>(i) + 0.5F) / static_cast<float>(2 * block));
  reset();
}

void Suppressor::reset() noexcept {
  std::ranges::fill(overlap_, 0.0F);
  std::ranges::fill(gain_, 1.0F);
  std::ranges::fill(clean_, 0.0F);
  std::ranges::fill(ee_, 0.0F);
  std::ranges::fill(rr_, 0.0F);
  std::ranges::fill(late_, 0.0F);
  std::ranges::fill(late_s_, 0.0F);
  std::ranges::fill(env_, 0.0F);
  std::ranges::fill(noise_, 1e-9F);
  std::ranges::fill(noise_ee_, 0.0F);
  std::ranges::fill(leak_, T[0]);
  presence_ = 0.0F;
  frames_ = 0;
}

void Suppressor::process(Spectrum e, const Spectrum& y, KalmanFilter& filter,
                         bool is_starting, bool is_far_active, float misfit, float noise_share, std::span<float> out) noexcept {
  float w[kMaxWindow];
  ++frames_;

  const std::size_t last = filter.partitions() - 1;
  const float decay = filter.decay();
  dbg[2] = decay;
  const float up = 1.0F + (T[2] - 1.0F) * std::clamp((T[28] - noise_share) / (T[28] - T[27]), T[29], 1.0F);
  float ee_sum = 0.0F, rr_sum = 0.0F;
  float r[kStride];
  for (std::size_t k = 0; k < bins_; ++k) {
    const float power = e.power(k);
    ee_[k] += T[10] * (power - ee_[k]);
    // background noise: follows minima of the smoothed power
    noise_ee_[k] += 0.1F * (power - noise_ee_[k]);
    if (frames_ < 20) noise_[k] = frames_ == 1 ? power : std::min(noise_[k], noise_ee_[k]);
    noise_[k] = noise_ee_[k] < noise_[k] ? noise_[k] + 0.3F * (noise_ee_[k] - noise_[k]) : noise_[k] * 1.002F;
    // the echo with its reverberation: what the filter models, and how its end goes on
    env_[k] = std::max(y.power(k), T[11] * env_[k]);
    const float end = (filter.weights_[last].power(k) + filter.weights_[last - 1].power(k) + filter.weights_[last - 2].power(k)) / 3.0F;
    late_[k] = decay * (late_[k] + T[18] * end * filter.far(last).power(k));
    rr_[k] += T[10] * (env_[k] - rr_[k]);
    late_s_[k] += T[10] * (late_[k] - late_s_[k]);
    const float ratio = std::max(ee_[k] - T[12] * noise_[k] - T[19] * late_s_[k], 0.0F) / (rr_[k] + 1e-12F);
    if (is_far_active && rr_[k] > noise_[k]) {
      leak_[k] *= ratio < leak_[k] ? T[1] : up;
      leak_[k] = std::clamp(leak_[k], 1e-4F, 4.0F);
    }
    r[k] = std::max(std::max(T[3] * leak_[k], T[17] * misfit) * rr_[k] + T[19] * late_s_[k], T[14] * filter.uncertainty(k));
    ee_sum += std::max(ee_[k] - 2 * noise_[k], 0.0F);
    rr_sum += r[k];
  }
  const float contrast = ee_sum / (rr_sum + 1e-9F);
  const float q = std::clamp((std::log(contrast + 1e-6F) - std::log(T[8])) / (std::log(T[9]) - std::log(T[8])), 0.0F, 1.0F);
  presence_ += (q > presence_ ? 0.5F : 0.1F) * (q - presence_);
  dbg[0] = contrast;
  dbg[1] = presence_;
  const float over = T[6] + (T[5] - T[6]) * presence_;
  const float floor = std::exp((1 - presence_) * std::log(floor_) + presence_ * std::log(T[7]));
  float high = 0.0F;
  for (std::size_t k = 0; k < bins_; ++k) {
    const float power = e.power(k);
    float gain = 1.0F;
    const float residual = is_starting ? power * 4.0F : over * r[k];
    if (residual > 0.01F * noise_[k]) {
      const float post = power / (residual + 1e-12F);
      const float prio = T[4] * clean_[k] / (residual + 1e-12F) + (1 - T[4]) * std::max(post - 1.0F, 0.0F);
      gain = std::max(prio / (1.0F + prio), is_starting ? floor_ : floor);
    }
    gain_[k] = gain;
    clean_[k] = gain * gain * power;
    if (k > bins_ / 2) high += gain;
  }
  high_gain_ = high / static_cast<float>(bins_ - bins_ / 2 - 1);
  is_transparent_ = true;
  for (std::size_t k = 0; k < bins_; ++k) {
    const float g = gain_[k];
    if (g < 0.9999F) is_transparent_ = false;
    e.re[k] *= g;
    e.im[k] *= g;
    if (has_noise_ && g < 1.0F) {
      seed_ = seed_ * 1664525U + 1013904223U;
      const float angle = static_cast<float>(seed_ >> 8) * (2.0F * std::numbers::pi_v<float> / 16777216.0F);
      const float level = std::sqrt(std::max(0.0F, noise_[k] * (1.0F - g * g)) * T[13]);
      e.re[k] += level * std::cos(angle);
      e.im[k] += level * std::sin(angle);
    }
  }
  fft_.inverse(e.re, e.im, w);
  for (std::size_t i = 0; i < block_; ++i) {
    out[i] = overlap_[i] + w[i] * window_[i];
    overlap_[i] = w[i + block_] * window_[i + block_];
  }
}

}  // namespace mixminus::aec
