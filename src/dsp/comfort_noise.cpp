// Comfort noise: an all-pole filter driven by seeded Gaussian noise (RFC 3389, ITU-T G.711 appendix II).
#include "mixminus/dsp/comfort_noise.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/table.hpp"

namespace mixminus::dsp {
namespace {

constexpr double kOverload = 32768.0 * 32768.0;  // 0 dBov
constexpr double kNewFrameRatio = 0.25;
// A floor 50 dB under the noise: keeps the recursion well conditioned where a band is empty.
constexpr double kWhiteRatio = 1e-5;
// No background is 60 dB more predictable than noise; a payload that says so would ask for a filter that rounding
// makes unstable.
constexpr double kLeastErrorRatio = 1e-6;
constexpr float kLargestReflection = 127.0F * 258.0F / 32768.0F;  // RFC 3389 section 3.2 can write no larger one

/// RFC 3389 section 3.2: 258 * (N - 127) in Q15; N = 255 is reserved and taken as its neighbour.
float read_reflection(std::uint8_t byte) {
  return static_cast<float>((std::min<int>(byte, 254) - 127) * 258) / 32768.0F;
}

std::uint8_t write_reflection(float reflection) {
  return static_cast<std::uint8_t>(127 + std::lround(reflection * 32768.0F / 258.0F));
}

}  // namespace

void ComfortNoise::observe(std::span<const std::int16_t> frame) noexcept {
  if (frame.size() <= kOrder) return;
  const double weight = has_observed_ ? kNewFrameRatio : 1.0;
  has_observed_ = true;
  for (std::size_t lag = 0; lag <= kOrder; ++lag) {
    const std::int64_t sum = kernels::active().dot_product(frame.data(), frame.data() + lag, frame.size() - lag);
    const double found = static_cast<double>(sum) / static_cast<double>(frame.size());
    autocorrelation_[lag] += weight * (found - autocorrelation_[lag]);
  }
  model(autocorrelation_);
}

/// Schur's recursion: reflection coefficients from an autocorrelation (Markel and Gray, 1976).
void ComfortNoise::model(const std::array<double, kOrder + 1>& autocorrelation) noexcept {
  reflection_ = {};
  std::array<double, kOrder + 1> forward = autocorrelation;
  std::array<double, kOrder + 1> backward = autocorrelation;
  forward[0] = backward[0] *= 1.0 + kWhiteRatio;
  for (std::size_t stage = 0; stage < kOrder && backward[0] > 0.0; ++stage) {
    const double k = -forward[stage + 1] / backward[0];
    reflection_[stage] = std::clamp(static_cast<float>(k), -kLargestReflection, kLargestReflection);
    for (std::size_t i = 0; stage + i < kOrder; ++i) {
      const double ahead = forward[stage + i + 1];
      forward[stage + i + 1] = ahead + k * backward[i];
      backward[i] += k * ahead;
    }
  }
  set_power(autocorrelation[0]);
}

/// The prediction error of an all-pole model is its power times each 1 - k^2; the step-up recursion gives
/// the direct form, in double because poles crowd near 0 Hz when a narrow band is sampled fast.
void ComfortNoise::set_power(double power) noexcept {
  power_ = power;
  double error = power;
  std::array<double, kOrder + 1> taps{1.0};
  for (std::size_t stage = 1; stage <= kOrder; ++stage) {
    const double k = reflection_[stage - 1];
    error *= 1.0 - k * k;
    const std::array<double, kOrder + 1> shorter = taps;
    for (std::size_t i = 1; i <= stage; ++i) taps[i] += k * shorter[stage - i];
  }
  std::reverse_copy(taps.begin() + 1, taps.end(), predictor_.begin());
  gain_ = static_cast<float>(std::sqrt(error));
}

void ComfortNoise::describe(std::span<const std::uint8_t> payload) noexcept {
  if (payload.empty()) return;
  reflection_ = {};
  double error_ratio = 1.0;
  for (std::size_t i = 0; i < std::min(payload.size() - 1, kOrder); ++i) {
    const float k = read_reflection(payload[i + 1]);
    error_ratio *= 1.0 - static_cast<double>(k) * static_cast<double>(k);
    if (error_ratio < kLeastErrorRatio) break;  // RFC 3389 section 3 lets a decoder reduce the order
    reflection_[i] = k;
  }
  const int level_dbov = -(payload[0] & 0x7F);
  set_power(kOverload * std::pow(10.0, level_dbov / 10.0));
  has_observed_ = false;
}

std::size_t ComfortNoise::write_payload(std::span<std::uint8_t> payload) const noexcept {
  if (payload.empty()) return 0;
  const double level_dbov = power_ > 0.0 ? 10.0 * std::log10(power_ / kOverload) : -127.0;
  payload[0] = static_cast<std::uint8_t>(std::lround(-std::clamp(level_dbov, -127.0, 0.0)));
  const std::size_t order = std::min(payload.size() - 1, kOrder);
  std::transform(reflection_.begin(), reflection_.begin() + order, payload.begin() + 1, write_reflection);
  return 1 + order;
}

void ComfortNoise::generate(std::span<std::int16_t> frame) noexcept {
  constexpr std::size_t kBlock = 240;
  std::array<double, kOrder + kBlock> noise{};
  for (; !frame.empty(); frame = frame.subspan(std::min(kBlock, frame.size()))) {
    const std::size_t samples = std::min(kBlock, frame.size());
    std::copy(past_.begin(), past_.end(), noise.begin());
    for (std::size_t n = 0; n < samples; ++n) {
      double sample = static_cast<double>(gain_ * gaussian());
      for (std::size_t i = 0; i < kOrder; ++i) sample -= predictor_[i] * noise[n + i];
      noise[n + kOrder] = std::clamp(sample, -32768.0, 32767.0);
      frame[n] = static_cast<std::int16_t>(std::lrint(noise[n + kOrder]));
    }
    std::copy_n(noise.begin() + static_cast<std::ptrdiff_t>(samples), kOrder, past_.begin());
  }
}

/// Sum of the four 16-bit words of splitmix64 (Steele, Lea, Flood, 2014), of variance 1.
float ComfortNoise::gaussian() noexcept {
  random_ += 0x9E3779B97F4A7C15U;
  std::uint64_t word = (random_ ^ (random_ >> 30U)) * 0xBF58476D1CE4E5B9U;
  word = (word ^ (word >> 27U)) * 0x94D049BB133111EBU;
  word ^= word >> 31U;
  std::int32_t sum = -4 * 32768 + 2;
  for (int i = 0; i < 4; ++i, word >>= 16U) sum += static_cast<std::int32_t>(word & 0xFFFFU);
  constexpr float kScale = 1.0F / 37837.2275F;  // sqrt(4 * (2^32 - 1) / 12)
  return static_cast<float>(sum) * kScale;
}

void ComfortNoise::reset() noexcept {
  random_ = seed_;
  has_observed_ = false;
  autocorrelation_ = {};
  reflection_ = {};
  predictor_ = {};
  past_ = {};
  power_ = 0.0;
  gain_ = 0.0F;
}

}  // namespace mixminus::dsp
