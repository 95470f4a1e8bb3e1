#include "aec/band_split.hpp"

#include <cmath>
#include <numbers>

#include "aec/fir.hpp"

namespace mixminus::aec {
namespace {

constexpr std::size_t kTapsAPhase = BandSplit::kDelay;  // low samples that the filter spans
constexpr double kCutoff = 0.94;                        // of the lower Nyquist frequency
constexpr double kBeta = 7.0;                           // of the Kaiser window: 70 dB

double bessel_i0(double x) {
  double sum = 1.0, term = 1.0;
  for (int k = 1; k < 40; ++k) sum += term *= (x / (2.0 * k)) * (x / (2.0 * k));
  return sum;
}

}  // namespace

Status BandSplit::configure(std::size_t factor) {
  factor_ = factor;
  const std::size_t count = kTapsAPhase * factor + 1;
  const double middle = static_cast<double>(count - 1) / 2.0;
  taps_.resize(count);
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double away = static_cast<double>(i) - middle;
    const double angle = std::numbers::pi * kCutoff * away / static_cast<double>(factor);
    const double ratio = away / middle;
    const double sinc = away == 0.0 ? 1.0 : std::sin(angle) / angle;
    taps_[i] = static_cast<float>(sinc * bessel_i0(kBeta * std::sqrt(1.0 - ratio * ratio)) / bessel_i0(kBeta));
    sum += static_cast<double>(taps_[i]);
  }
  for (float& tap : taps_) tap = static_cast<float>(static_cast<double>(tap) / sum);
  by_phase_.assign(factor * (kTapsAPhase + 1), 0.0F);
  for (std::size_t i = 0; i < count; ++i)
    by_phase_[(i % factor + 1) * (kTapsAPhase + 1) - 1 - i / factor] = taps_[i] * static_cast<float>(factor);
  past_in_.assign(count - 1 + kMaxBlock * factor, 0.0F);
  past_low_.assign(kTapsAPhase + kMaxBlock, 0.0F);
  return Status::ok;
}

void BandSplit::reset() noexcept {
  std::ranges::fill(past_in_, 0.0F);
  std::ranges::fill(past_low_, 0.0F);
}

void BandSplit::down(std::span<const float> in, std::span<float> low) noexcept {
  const std::size_t past = taps_.size() - 1;
  std::copy_n(past_in_.end() - static_cast<std::ptrdiff_t>(past), past, past_in_.begin());
  std::ranges::copy(in, past_in_.begin() + static_cast<std::ptrdiff_t>(past));
  for (std::size_t i = 0; i < low.size(); ++i) {
    float sums[8]{};
    const float* const x = &past_in_[i * factor_];
    std::size_t t = 0;
    for (; t + 8 <= taps_.size(); t += 8)
      for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += taps_[t + lane] * x[t + lane];
    for (; t < taps_.size(); ++t) sums[0] += taps_[t] * x[t];
    low[i] = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
  }
}

void BandSplit::up(std::span<const float> low, std::span<float> out) noexcept {
  std::copy_n(past_low_.end() - static_cast<std::ptrdiff_t>(kTapsAPhase), kTapsAPhase, past_low_.begin());
  std::ranges::copy(low, past_low_.begin() + static_cast<std::ptrdiff_t>(kTapsAPhase));
  for (std::size_t phase = 0; phase < factor_; ++phase) {
    float sums[kMaxBlock];
    const std::span taps(&by_phase_[phase * (kTapsAPhase + 1)], kTapsAPhase + 1);
    filter(taps, past_low_.data(), sums);
    for (std::size_t i = 0; i < low.size(); ++i) out[i * factor_ + phase] = sums[i];
  }
}

}  // namespace mixminus::aec
