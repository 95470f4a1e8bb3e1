#include "aec/alignment.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mixminus::aec {
namespace {

constexpr std::size_t kEdge = 2;  // bins at both ends that are left out

/// sum += step * (factor * conj(a) * b - sum)
void average(const Spectrum& a, const Spectrum& b, float factor, float step, std::size_t bins, Spectrum& sum) {
  for (std::size_t k = kEdge; k < bins; ++k) {
    sum.re[k] += step * (factor * (a.re[k] * b.re[k] + a.im[k] * b.im[k]) - sum.re[k]);
    sum.im[k] += step * (factor * (a.re[k] * b.im[k] - a.im[k] * b.re[k]) - sum.im[k]);
  }
}

}  // namespace

Status Alignment::configure(std::size_t block) noexcept {
  block_ = block;
  reset();
  return fft_.configure(static_cast<std::int32_t>(2 * block));
}

void Alignment::reset() noexcept {
  last_echo_ = last_near_ = cross_ = cross_later_ = cross_earlier_ = {};
  std::ranges::fill(echo_power_, 0.0F);
  std::ranges::fill(near_power_, 0.0F);
  blocks_ = fit_ = mismatch_ = noise_ = offset_ = 0.0F;
}

void Alignment::update(const Spectrum& echo, const Spectrum& near) noexcept {
  blocks_ = std::min(blocks_ + 1.0F, kMemoryBlocks);
  accumulate(echo, near);
  regress();
  last_echo_ = echo;
  last_near_ = near;
}

void Alignment::accumulate(const Spectrum& echo, const Spectrum& near) noexcept {
  const std::size_t end = block_ + 1 - kEdge;
  const float step = 1.0F / blocks_;
  float total = 1e-9F;
  for (std::size_t k = kEdge; k < end; ++k) total += echo.power(k) + near.power(k);
  const float factor = 1.0F / total;
  average(echo, near, factor, step, end, cross_);
  average(last_echo_, near, factor, step, end, cross_later_);
  average(echo, last_near_, factor, step, end, cross_earlier_);
  for (std::size_t k = kEdge; k < end; ++k) {
    echo_power_[k] += step * (factor * echo.power(k) - echo_power_[k]);
    near_power_[k] += step * (factor * near.power(k) - near_power_[k]);
  }
}

/// In each bin the echo is (re + i im) times what was predicted. Quotients come first, as vectors; then sums in order.
void Alignment::regress() noexcept {
  constexpr float kTiny = 1e-12F;
  const std::size_t end = block_ + 1 - kEdge;
  float re[kStride], im[kStride], weight[kStride], unexplained[kStride];
  for (std::size_t k = kEdge; k < end; ++k) {
    const float scale = 1.0F / (echo_power_[k] + 1e-9F);
    re[k] = cross_.re[k] * scale;
    im[k] = cross_.im[k] * scale;
    weight[k] = std::min(1.0F, echo_power_[k] / (near_power_[k] + kTiny));
    unexplained[k] = std::max(0.0F, near_power_[k] * scale - re[k] * re[k] - im[k] * im[k]);
  }
  float weights = kTiny, fit = 0.0F, mismatch = 0.0F, noise = 0.0F, slope = 0.0F, curve = 0.0F;
  const float omega_step = std::numbers::pi_v<float> / static_cast<float>(block_);
  for (std::size_t k = kEdge; k < end; ++k) {
    const float omega = static_cast<float>(k) * omega_step;
    weights += weight[k];
    fit += weight[k] * re[k];
    mismatch += weight[k] * ((re[k] - 1.0F) * (re[k] - 1.0F) + im[k] * im[k]);
    noise += weight[k] * unexplained[k];
    slope -= weight[k] * omega * im[k];
    curve += weight[k] * omega * omega * re[k];
  }
  fit_ = fit / weights;
  mismatch_ = mismatch / weights;
  noise_ = noise / weights / blocks_;
  offset_ = curve > 1e-3F * weights ? slope / curve : 0.0F;
}

float Alignment::misfit() const noexcept {
  constexpr float kAllowed = 0.03F;
  return is_ready() ? std::clamp(mismatch_ - 2.0F * noise_ - kAllowed, 0.0F, 1.0F) : 0.0F;
}

/// by_lag[i]: coherence below half of the band, 1 at most, when the echo is i samples (modulo two blocks) later.
void Alignment::correlate(const Spectrum& cross, float* by_lag) const noexcept {
  constexpr std::size_t kFirst = 4;
  const std::size_t end = block_ / 2;
  Spectrum whitened{};
  for (std::size_t k = kFirst; k < end; ++k) {
    const float scale = 1.0F / std::sqrt(echo_power_[k] * near_power_[k] + 1e-18F);
    whitened.re[k] = cross.re[k] * scale;
    whitened.im[k] = cross.im[k] * scale;
  }
  fft_.inverse(whitened.re, whitened.im, by_lag);
  const float scale = static_cast<float>(block_) / static_cast<float>(end - kFirst);
  for (std::size_t i = 0; i < 2 * block_; ++i) by_lag[i] *= scale;
}

int Alignment::jump() const noexcept {
  constexpr float kLeast = 0.25F;
  constexpr float kAboveHere = 1.5F;  // what is left of the old place
  constexpr float kMostFit = 0.75F;
  if (!is_ready() || fit_ > kMostFit) return 0;
  const int block = static_cast<int>(block_);
  float best = 0.0F, here = 0.0F;
  int found = 0;
  for (int side = -1; side <= 1; ++side) {
    float by_lag[2 * kMaxBlock];
    correlate(side < 0 ? cross_earlier_ : side > 0 ? cross_later_ : cross_, by_lag);
    for (int lag = -block / 2; lag <= block / 2; ++lag) {
      const float value = by_lag[(lag + 2 * block) % (2 * block)];
      if (value > best) best = value, found = lag + side * block;
      if (side == 0 && std::abs(lag) <= 1) here = std::max(here, value);
    }
  }
  return best > kLeast && best > kAboveHere * here && std::abs(found) > 2 ? found : 0;
}

}  // namespace mixminus::aec
