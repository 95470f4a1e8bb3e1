// Window, autocorrelation, Levinson's recursion.
#include "mixminus/jitter/predictor.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace mixminus::jitter {

namespace {
constexpr std::size_t kWindowMs = 30;
constexpr std::size_t kOrderAt8kHz = 16;
constexpr double kLagWindowHz = 40.0;  // blurs lines: a filter must not ring at the harmonics of one voice
constexpr double kWhiteRatio = 1e-4;   // a floor 40 dB below
}  // namespace

void Predictor::configure(std::int32_t sample_rate_hz) {
  assert(sample_rate_hz >= 8000 && sample_rate_hz <= 48000);
  const auto rate = static_cast<std::size_t>(sample_rate_hz);
  order_ = std::min(kOrderAt8kHz * (rate / 8000), kMostOrder);
  window_.resize(rate * kWindowMs / 1000);
  windowed_.assign(window_.size(), 0.0F);
  const double turn = 2.0 * std::numbers::pi / static_cast<double>(window_.size() - 1);
  for (std::size_t i = 0; i < window_.size(); ++i)
    window_[i] = static_cast<float>(0.54 - 0.46 * std::cos(turn * static_cast<double>(i)));  // Hamming
  for (std::size_t lag = 0; lag < lag_window_.size(); ++lag) {
    const double angle = 2.0 * std::numbers::pi * kLagWindowHz * static_cast<double>(lag) / sample_rate_hz;
    lag_window_[lag] = std::exp(-0.5 * angle * angle);
  }
  taps_ = {};
}

Predictor::Correlation Predictor::autocorrelation(std::span<const std::int16_t> signal) noexcept {
  const std::size_t samples = std::min(signal.size(), window_.size());
  const std::span<const std::int16_t> last = signal.last(samples);
  for (std::size_t i = 0; i < samples; ++i) windowed_[i] = window_[i] * static_cast<float>(last[i]);
  Correlation found{};
  for (std::size_t lag = 0; lag <= order_ && lag < samples; ++lag) {
    double sum = 0.0;
    for (std::size_t i = lag; i < samples; ++i)
      sum += static_cast<double>(windowed_[i]) * static_cast<double>(windowed_[i - lag]);
    found[lag] = sum * lag_window_[lag];
  }
  found[0] = found[0] * (1.0 + kWhiteRatio) + 1.0;
  return found;
}

void Predictor::analyse(std::span<const std::int16_t> signal) noexcept {
  const Correlation correlation = autocorrelation(signal);
  std::array<double, kMostOrder> taps{};
  double error = correlation[0];
  for (std::size_t stage = 0; stage < order_; ++stage) {
    double ahead = correlation[stage + 1];
    for (std::size_t i = 0; i < stage; ++i) ahead -= taps[i] * correlation[stage - i];
    const double reflection = ahead / error;
    const std::array<double, kMostOrder> shorter = taps;
    for (std::size_t i = 0; i < stage; ++i) taps[i] -= reflection * shorter[stage - 1 - i];
    taps[stage] = reflection;
    error *= 1.0 - reflection * reflection;
  }
  // oldest first, as the memory is
  for (std::size_t i = 0; i < kMostOrder; ++i) taps_[kMostOrder - 1 - i] = static_cast<float>(taps[i]);
}

float Predictor::residual(std::span<const std::int16_t> signal, std::size_t at) const noexcept {
  assert(at >= kMostOrder && at < signal.size());
  float foretold = 0.0F;
  for (std::size_t i = 0; i < kMostOrder; ++i) foretold += taps_[i] * static_cast<float>(signal[at - kMostOrder + i]);
  return static_cast<float>(signal[at]) - foretold;
}

float Predictor::synthesise(float excitation, Memory& memory) const noexcept {
  float sample = excitation;
  for (std::size_t i = 0; i < kMostOrder; ++i) sample += taps_[i] * memory[i];
  sample = std::clamp(sample, -32768.0F, 32767.0F);
  std::copy(memory.begin() + 1, memory.end(), memory.begin());
  memory.back() = sample;
  return sample;
}

}  // namespace mixminus::jitter
