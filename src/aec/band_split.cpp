#include "aec/band_split.hpp"

#include <cmath>
#include <numbers>

namespace mixminus::aec {
namespace {

constexpr std::size_t kPast = BandSplit::kDelay;     // low samples
constexpr std::size_t kTaps = kPast + 1;             // a phase
constexpr std::size_t kRow = kPast + kMaxBlock + 1;  // and what comes before the next block's first
constexpr double kCutoff = 0.94;                     // of the lower Nyquist frequency
constexpr double kBeta = 7.0;                        // of the Kaiser window: 70 dB

double bessel_i0(double x) {
  double sum = 1.0, term = 1.0;
  for (int k = 1; k < 40; ++k) sum += term *= (x / (2.0 * k)) * (x / (2.0 * k));
  return sum;
}

/// A windowed sinc of kPast * factor + 1 taps, whose sum is one.
std::vector<double> low_pass(std::size_t factor) {
  std::vector<double> taps(kPast * factor + 1);
  const double middle = static_cast<double>(taps.size() - 1) / 2.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const double away = static_cast<double>(i) - middle;
    const double angle = std::numbers::pi * kCutoff * away / static_cast<double>(factor);
    const double ratio = away / middle;
    taps[i] = (away == 0.0 ? 1.0 : std::sin(angle) / angle) * bessel_i0(kBeta * std::sqrt(1.0 - ratio * ratio));
    sum += taps[i];
  }
  for (double& tap : taps) tap /= sum;
  return taps;
}

}  // namespace

void BandSplit::configure(std::size_t factor) {
  kernels_ = &kernels::active();
  factor_ = factor;
  taps_.assign(factor * kTaps, 0.0F);
  const std::vector<double> taps = low_pass(factor);
  for (std::size_t i = 0; i < taps.size(); ++i)
    taps_[i % factor * kTaps + kPast - i / factor] = static_cast<float>(taps[i]);
  past_.assign(factor * kRow, 0.0F);
}

void BandSplit::reset() noexcept { std::ranges::fill(past_, 0.0F); }

/// low[i] = sum over phases and t of tap[factor * t + phase] * in[factor * (i - t) - phase].
void BandSplit::down(std::span<const float> in, std::span<float> low) noexcept {
  for (std::size_t phase = 0; phase < factor_; ++phase) {
    float* const row = &past_[phase * kRow];
    std::copy_n(row + kMaxBlock, kPast + 1, row);
    float* const fresh = row + kPast + (phase == 0 ? 0 : 1);
    const std::size_t first = phase == 0 ? 0 : factor_ - phase;
    for (std::size_t i = 0; i < kMaxBlock; ++i) fresh[i] = in[factor_ * i + first];
    float sums[kMaxBlock];
    kernels_->fir(&taps_[phase * kTaps], kTaps, row, sums, kMaxBlock);
    for (std::size_t i = 0; i < kMaxBlock; ++i) low[i] = phase == 0 ? sums[i] : low[i] + sums[i];
  }
}

void BandSplit::up(std::span<const float> low, std::span<float> out) noexcept {
  std::copy_n(past_.data() + kMaxBlock, kPast, past_.data());
  std::ranges::copy(low, past_.data() + kPast);
  for (std::size_t phase = 0; phase < factor_; ++phase) {
    float sums[kMaxBlock];
    kernels_->fir(&taps_[phase * kTaps], kTaps, past_.data(), sums, kMaxBlock);
    for (std::size_t i = 0; i < kMaxBlock; ++i) out[i * factor_ + phase] = static_cast<float>(factor_) * sums[i];
  }
}

}  // namespace mixminus::aec
