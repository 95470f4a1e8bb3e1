// A table of fractional delays, and groups of outputs that take one of them.
#include "mixminus/dsp/drift_corrector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <numbers>

namespace mixminus::dsp {
namespace {

constexpr std::size_t kTaps = DriftCorrector::kTaps;
constexpr std::size_t kPhases = 128;
constexpr std::size_t kEntrySamples = 240;
constexpr std::int32_t kMostInputSamples = 1 << 20;

using Taps = std::array<float, kTaps>;

/// Row p: coefficients, oldest sample first, for an instant p / kPhases after the sample in the middle.
class DelayTable {
 public:
  DelayTable() noexcept {
    for (std::size_t p = 0; p < rows_.size(); ++p) rows_[p] = design(static_cast<double>(p) / kPhases);
  }

  /// Straight between the two nearest rows; `fraction` within 0..1.
  [[nodiscard]] Taps at(float fraction) const noexcept {
    const float place = std::clamp(fraction, 0.0F, 1.0F) * static_cast<float>(kPhases);
    const std::size_t row = std::min(static_cast<std::size_t>(place), kPhases - 1);
    const float share = place - static_cast<float>(row);
    Taps taps;
    for (std::size_t j = 0; j < kTaps; ++j) taps[j] = rows_[row][j] + share * (rows_[row + 1][j] - rows_[row][j]);
    return taps;
  }

 private:
  static Taps design(double fraction) noexcept {
    constexpr double kHalf = kTaps / 2;
    std::array<double, kTaps> exact{};
    double sum = 0.0;
    for (std::size_t j = 0; j < kTaps; ++j) {
      const double u = kHalf - 1.0 - static_cast<double>(j) + fraction;
      const double angle = std::numbers::pi * u;
      const double window = std::cos(angle / (2.0 * kHalf));
      exact[j] = (u == 0.0 ? 1.0 : std::sin(angle) / angle) * window * window;
      sum += exact[j];
    }
    Taps taps;
    for (std::size_t j = 0; j < kTaps; ++j) taps[j] = static_cast<float>(exact[j] / sum);
    return taps;
  }

  std::array<Taps, kPhases + 1> rows_{};
};

const DelayTable kDelays{};

std::int16_t rounded(float value) noexcept {
  constexpr float kToEven = 12582912.0F;  // 1.5 * 2^23: the sum has no fraction bits left
  return static_cast<std::int16_t>((std::clamp(value, -32768.0F, 32767.0F) + kToEven) - kToEven);
}

}  // namespace

Status DriftCorrector::configure(std::int32_t max_input_samples) noexcept try {
  if (max_input_samples < 1 || max_input_samples > kMostInputSamples) return Status::out_of_range;
  *this = {};
  max_input_samples_ = static_cast<std::size_t>(max_input_samples);
  samples_.assign(kTaps + max_input_samples_ + kGroup, 0.0F);
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

void DriftCorrector::set_stretch_ppm(float ppm) noexcept {
  if (ppm == 0.0F && !is_filtering_) return;
  is_entering_ |= !is_filtering_;
  is_filtering_ = true;
  step_ = 1.0 / (1.0 + 1e-6 * static_cast<double>(std::clamp(ppm, -kMostPpm, kMostPpm)));
}

std::size_t DriftCorrector::output_samples(std::size_t input_samples) const noexcept {
  if (!is_filtering_) return input_samples;
  return static_cast<std::size_t>(std::max(std::ceil((static_cast<double>(input_samples) - position_) / step_), 0.0));
}

Status DriftCorrector::process(std::span<const std::int16_t> input, std::span<std::int16_t> output) noexcept {
  if (input.size() > max_input_samples_ || output.size() != output_samples(input.size())) return Status::shape_mismatch;
  std::copy(input.begin(), input.end(), samples_.begin() + kTaps);
  if (is_filtering_) {
    filter(output);
  } else {
    std::ranges::copy(input, output.begin());
  }
  if (is_entering_) {
    const std::size_t count = std::min({kEntrySamples, input.size(), output.size()});
    for (std::size_t i = 0; i < count; ++i) {
      const float share = (static_cast<float>(i) + 0.5F) / static_cast<float>(count);
      output[i] = rounded(static_cast<float>(input[i]) * (1.0F - share) + static_cast<float>(output[i]) * share);
    }
    is_entering_ = false;
  }
  remember(input.size());
  advance(input.size(), output.size());
  return Status::ok;
}

std::size_t DriftCorrector::skip(std::size_t input_samples) noexcept {
  const std::size_t outputs = output_samples(input_samples);
  is_entering_ = false;
  advance(input_samples, outputs);
  return outputs;
}

void DriftCorrector::filter(std::span<std::int16_t> output) const noexcept {
  double instant = position_;
  for (std::size_t first = 0; first < output.size(); first += kGroup) {
    const auto newest = static_cast<std::size_t>(instant);
    const double middle = (static_cast<double>(kGroup) - 1.0) / 2.0 * (step_ - 1.0);
    const Taps taps = kDelays.at(static_cast<float>(instant - static_cast<double>(newest) + middle));
    const float* const oldest = samples_.data() + newest + 1;
    std::array<float, kGroup> sums{};
    for (std::size_t j = 0; j < kTaps; ++j)
      for (std::size_t k = 0; k < kGroup; ++k) sums[k] += taps[j] * oldest[j + k];
    const std::size_t count = std::min(kGroup, output.size() - first);
    for (std::size_t k = 0; k < count; ++k) output[first + k] = rounded(sums[k]);
    instant += static_cast<double>(kGroup) * step_;
  }
}

void DriftCorrector::remember(std::size_t input_samples) noexcept {
  std::copy_n(samples_.begin() + static_cast<std::ptrdiff_t>(input_samples), kTaps, samples_.begin());
}

void DriftCorrector::advance(std::size_t input_samples, std::size_t output_samples) noexcept {
  if (!is_filtering_) return;
  position_ += static_cast<double>(output_samples) * step_ - static_cast<double>(input_samples);
}

void DriftCorrector::reset() noexcept {
  std::ranges::fill(samples_, 0.0F);
  step_ = 1.0;
  position_ = 0.0;
  is_filtering_ = is_entering_ = false;
}

}  // namespace mixminus::dsp
