#include "aec/kalman_filter.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mixminus::aec {
namespace {

constexpr float kPrior = 1.2F;        // of a room's answer, relative to the far end, in its first partition
constexpr float kPriorBlocks = 4.0F;  // over which that falls to 1 / e
constexpr float kNearStep = 0.4F;     // smoothing of the near end's power
constexpr float kNearWeight =
    3.0F;  // above one, steps are smaller than an honest Kalman filter's: the near talker counts
constexpr float kStepTaken =
    0.25F;  // of the uncertainty: less than theory has, as neighbours in time and frequency err together
constexpr float kLeastPower = 1e-6F;
constexpr int kConstrained = 2;               // partitions a block
constexpr std::size_t kWholePartitions = 16;  // later ones begin 160 ms after the direct sound: air and walls have
constexpr std::size_t kLateBins = 88;         // taken the treble, so they end at 4.4 kHz

}  // namespace

Status KalmanFilter::configure(std::size_t partitions, std::size_t block) {
  kernels_ = &kernels::active();
  block_ = block;
  far_.resize(partitions);
  weights_.resize(partitions);
  uncertainties_.resize(partitions);
  answers_.resize(partitions);
  const Status status = fft_.configure(static_cast<std::int32_t>(2 * block));
  if (status == Status::ok) reset();
  return status;
}

KalmanFilter::Uncertainty KalmanFilter::prior(std::size_t p) noexcept {
  Uncertainty uncertainty;
  std::ranges::fill(uncertainty.of, kPrior * std::exp(-static_cast<float>(p) / kPriorBlocks));
  return uncertainty;
}

void KalmanFilter::reset() noexcept {
  std::ranges::fill(far_, Spectrum{});
  std::ranges::fill(near_power_, 0.0F);
  std::ranges::fill(expected_, 0.0F);
  head_ = next_ = 0;
  forget();
}

void KalmanFilter::forget() noexcept {
  std::ranges::fill(weights_, Spectrum{});
  std::ranges::fill(answers_, Answer{});
  for (std::size_t p = 0; p < partitions(); ++p) uncertainties_[p] = prior(p);
}

void KalmanFilter::push(const Blocks& far) noexcept {
  head_ = (head_ == 0 ? far_.size() : head_) - 1;
  replace(0, far);
}

void KalmanFilter::replace(std::size_t p, const Blocks& blocks) noexcept {
  fft_.forward(blocks.samples, far(p).re, far(p).im);
}

std::size_t KalmanFilter::bins(std::size_t p) const noexcept {
  return p < kWholePartitions ? block_ + 1 : std::min(block_ + 1, kLateBins);
}

/// All that a block needs of a partition. Of many cancellers in turn none is found in a near cache.
void KalmanFilter::prefetch(std::size_t p) const noexcept {
  for (const float* values : {far(p).re, far(p).im, weights_[p].re, weights_[p].im, uncertainties_[p].of})
    prefetch_lines(values, bins(p));
}

void KalmanFilter::predict(std::span<float> echo) noexcept {
  Spectrum sum{};
  prefetch(0);
  for (std::size_t p = 0; p < partitions(); ++p) {
    if (p + 1 < partitions()) prefetch(p + 1);
    kernels_->complex_mac({far(p).re, far(p).im, weights_[p].re, weights_[p].im}, sum.re, sum.im, bins(p));
  }
  Blocks both;
  fft_.inverse(sum.re, sum.im, both.samples);
  std::copy_n(both.samples + block_, block_, echo.begin());
}

void KalmanFilter::adapt(std::span<const float> error, float process_noise) noexcept {
  Blocks padded{};
  std::ranges::copy(error, padded.samples + block_);
  Spectrum spectrum;
  fft_.forward(padded.samples, spectrum.re, spectrum.im);
  std::ranges::fill(expected_, 0.0F);
  for (std::size_t p = 0; p < partitions(); ++p)
    kernels_->power_mac(far(p).re, far(p).im, uncertainties_[p].of, expected_, bins(p));
  alignas(64) float inverse[kStride];
  for (std::size_t k = 0; k <= block_; ++k) {
    const float power = spectrum.power(k);
    near_power_[k] += kNearStep * (power - near_power_[k]) + 1e-20F;
    inverse[k] = 1.0F / (expected_[k] + kNearWeight * std::max(near_power_[k], 0.5F * power) + kLeastPower);
  }
  const float keep = (1.0F - process_noise) * (1.0F - process_noise);
  for (std::size_t p = 0; p < partitions(); ++p)
    kernels_->kalman_step({.spectra = {far(p).re, far(p).im, spectrum.re, spectrum.im},
                           .inverse = inverse,
                           .keep = keep,
                           .half = kStepTaken,
                           .noise = 1.0F - keep,
                           .w_re = weights_[p].re,
                           .w_im = weights_[p].im,
                           .p = uncertainties_[p].of},
                          bins(p));
  for (int i = 0; i < kConstrained; ++i) constrain(next_ = (next_ + 1) % partitions());
}

/// Weights of more than a block wrap around.
void KalmanFilter::constrain(std::size_t p) noexcept {
  Blocks answer;
  fft_.inverse(weights_[p].re, weights_[p].im, answer.samples);
  std::fill_n(answer.samples + block_, block_, 0.0F);
  fft_.forward(answer.samples, weights_[p].re, weights_[p].im);
  for (std::size_t k = bins(p); k <= block_; ++k) weights_[p].re[k] = weights_[p].im[k] = 0.0F;
  const std::span<const float> kept(answer.samples, block_);
  const auto at = std::ranges::max_element(kept, {}, [](float sample) { return std::abs(sample); });
  answers_[p] = {.energy = std::inner_product(kept.begin(), kept.end(), kept.begin(), 0.0F),
                 .peak = std::abs(*at),
                 .peak_at = static_cast<std::size_t>(at - kept.begin())};
}

void KalmanFilter::move(std::ptrdiff_t by) noexcept {
  const auto count = static_cast<std::ptrdiff_t>(partitions());
  const auto place = [&](std::ptrdiff_t to) {
    const std::ptrdiff_t from = to + by;
    const bool is_known = from >= 0 && from < count;
    weights_[static_cast<std::size_t>(to)] = is_known ? weights_[static_cast<std::size_t>(from)] : Spectrum{};
    answers_[static_cast<std::size_t>(to)] = is_known ? answers_[static_cast<std::size_t>(from)] : Answer{};
    uncertainties_[static_cast<std::size_t>(to)] =
        is_known ? uncertainties_[static_cast<std::size_t>(from)] : prior(static_cast<std::size_t>(to));
  };
  if (by > 0)
    for (std::ptrdiff_t to = 0; to < count; ++to) place(to);
  else
    for (std::ptrdiff_t to = count - 1; to >= 0; --to) place(to);
}

void KalmanFilter::add_late(float gain, float* power) const noexcept {
  constexpr std::size_t kEnd = 3;  // partitions, for a steadier mean
  const auto add = [&](std::size_t first_bin, std::size_t end_bin, std::size_t partitions) {
    const Spectrum& x = far(partitions - 1);
    const Spectrum* w = &weights_[partitions - kEnd];
    for (std::size_t k = first_bin; k < end_bin; ++k)
      power[k] += gain / kEnd * (w[0].power(k) + w[1].power(k) + w[2].power(k)) * x.power(k);
  };
  const std::size_t late = bins(partitions() - 1);
  add(0, late, partitions());
  add(late, block_ + 1, std::min(partitions(), kWholePartitions));
}

std::size_t KalmanFilter::strongest() const noexcept {
  const auto at = std::ranges::max_element(answers_, {}, &Answer::peak);
  return static_cast<std::size_t>(at - answers_.begin()) * block_ + at->peak_at;
}

float KalmanFilter::decay() const noexcept {
  const std::size_t third = partitions() / 3;
  float end = 1e-12F, middle = 1e-12F;
  for (std::size_t p = partitions() - third; p < partitions(); ++p) {
    end += answers_[p].energy;
    middle += answers_[p - third].energy;
  }
  return std::clamp(std::pow(end / middle, 1.0F / static_cast<float>(third)), 0.5F, 0.92F);
}

}  // namespace mixminus::aec
