#include "aec/kalman_filter.hpp"

#include <algorithm>
#include <cmath>

namespace mixminus::aec {
extern float T[40];

void KalmanFilter::configure(std::size_t partitions, std::size_t block, float process_noise) {
  partitions_ = partitions;
  block_ = block;
  bins_ = block + 1;
  noise_ = process_noise;
  fft_.configure(static_cast<int>(2 * block));
  far_.assign(partitions, {});
  weights_.assign(partitions, {});
  p_.assign(partitions * kStride, 0.0F);
  reset();
}

float KalmanFilter::prior(std::size_t p) const noexcept { return T[20] * std::exp(-static_cast<float>(p) / T[21]); }

void KalmanFilter::reset() noexcept {
  std::ranges::fill(far_, Spectrum{});
  head_ = 0;
  std::ranges::fill(psi_, 0.0F);
  forget();
}

void KalmanFilter::forget() noexcept {
  std::ranges::fill(weights_, Spectrum{});
  for (std::size_t p = 0; p < partitions_; ++p) std::fill_n(&p_[p * kStride], kStride, prior(p));
}

void KalmanFilter::push(std::span<const float> window) noexcept {
  head_ = (head_ + partitions_ - 1) % partitions_;
  fft_.forward(window.data(), far_[head_].re, far_[head_].im);
}

void KalmanFilter::replace(std::size_t p, std::span<const float> window) noexcept {
  Spectrum& far = far_[(head_ + p) % partitions_];
  fft_.forward(window.data(), far.re, far.im);
}

void KalmanFilter::predict(std::span<float> echo) noexcept {
  echo_ = {};
  for (std::size_t p = 0; p < partitions_; ++p) {
    const Spectrum& x = far(p);
    const Spectrum& w = weights_[p];
    for (std::size_t k = 0; k < bins_; ++k) {
      echo_.re[k] += w.re[k] * x.re[k] - w.im[k] * x.im[k];
      echo_.im[k] += w.re[k] * x.im[k] + w.im[k] * x.re[k];
    }
  }
  float window[kMaxWindow];
  fft_.inverse(echo_.re, echo_.im, window);
  std::copy_n(window + block_, block_, echo.begin());
}

void KalmanFilter::adapt(std::span<const float> error, float ceiling) noexcept {
  float window[kMaxWindow]{};
  std::copy_n(error.begin(), block_, window + block_);
  fft_.forward(window, error_.re, error_.im);
  std::ranges::fill(excess_, 0.0F);
  for (std::size_t p = 0; p < partitions_; ++p)
    for (std::size_t k = 0; k < bins_; ++k) excess_[k] += far(p).power(k) * p_[p * kStride + k];
  float inverse[kStride];
  constexpr float kFloor = 1e-6F;
  for (std::size_t k = 0; k < bins_; ++k) {
    const float power = error_.power(k);
    psi_[k] += T[22] * (power - psi_[k]);
    inverse[k] = 1.0F / (excess_[k] + T[26] * std::max(psi_[k], T[23] * power) + kFloor) ;
  }
  (void)ceiling;
  const float keep = (1.0F - noise_) * (1.0F - noise_);
  for (std::size_t p = 0; p < partitions_; ++p) {
    const Spectrum& x = far(p);
    Spectrum& w = weights_[p];
    float* const q = &p_[p * kStride];
    for (std::size_t k = 0; k < bins_; ++k) {
      const float mu = q[k] * inverse[k];
      w.re[k] += mu * (x.re[k] * error_.re[k] + x.im[k] * error_.im[k]);
      w.im[k] += mu * (x.re[k] * error_.im[k] - x.im[k] * error_.re[k]);
      q[k] = keep * q[k] * (1.0F - T[24] * mu * x.power(k)) + (1.0F - keep) * w.power(k);
    }
  }
  for (int i = 0; i < (int)T[25]; ++i) {
    constrain(next_constrained_);
    next_constrained_ = (next_constrained_ + 1) % partitions_;
  }
}

void KalmanFilter::constrain(std::size_t p) noexcept {
  float window[kMaxWindow];
  fft_.inverse(weights_[p].re, weights_[p].im, window);
  std::fill_n(window + block_, block_, 0.0F);
  fft_.forward(window, weights_[p].re, weights_[p].im);
}

void KalmanFilter::move(std::ptrdiff_t partitions) noexcept {
  const auto n = static_cast<std::ptrdiff_t>(partitions_);
  std::vector<Spectrum> w(partitions_);
  std::vector<float> q(p_.size());
  for (std::ptrdiff_t to = 0; to < n; ++to) {
    const std::ptrdiff_t from = to + partitions;
    const bool has = from >= 0 && from < n;
    if (has) w[to] = weights_[from];
    for (std::size_t k = 0; k < kStride; ++k) q[to * kStride + k] = has ? p_[from * kStride + k] : prior(to);
  }
  weights_.swap(w);
  p_.swap(q);
}

void KalmanFilter::doubt(float factor) noexcept {
  for (std::size_t p = 0; p < partitions_; ++p)
    for (std::size_t k = 0; k < bins_; ++k) {
      float& q = p_[p * kStride + k];
      q = std::max(q, factor * prior(p));
    }
}

float KalmanFilter::decay() noexcept {
  // one partition a frame
  energies_[next_constrained_] = energy(next_constrained_);
  const std::size_t third = partitions_ / 3;
  float middle = 1e-12F, end = 1e-12F;
  for (std::size_t p = partitions_ - 2 * third; p < partitions_ - third; ++p) middle += energies_[p];
  for (std::size_t p = partitions_ - third; p < partitions_; ++p) end += energies_[p];
  return std::clamp(std::pow(end / middle, 1.0F / static_cast<float>(third)), 0.5F, 0.92F);
}

float KalmanFilter::energy(std::size_t p) const noexcept {
  float sum = 0.0F;
  for (std::size_t k = 0; k < bins_; ++k) sum += weights_[p].power(k);
  return sum / static_cast<float>(bins_);
}

}  // namespace mixminus::aec
