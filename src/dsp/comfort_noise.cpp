// Comfort noise: an all-pole lattice driven by seeded Gaussian noise (RFC 3389, ITU-T G.711 appendix II).
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
  set_gain(autocorrelation[0]);
}

/// The prediction error of an all-pole model is its power times each 1 - k^2.
void ComfortNoise::set_gain(double power) noexcept {
  power_ = power;
  double error = power;
  for (const float k : reflection_) error *= 1.0 - static_cast<double>(k) * static_cast<double>(k);
  gain_ = static_cast<float>(std::sqrt(error));
}

void ComfortNoise::describe(std::span<const std::uint8_t> payload) noexcept {
  if (payload.empty()) return;
  reflection_ = {};
  const std::size_t order = std::min(payload.size() - 1, kOrder);
  std::transform(payload.begin() + 1, payload.begin() + 1 + static_cast<std::ptrdiff_t>(order), reflection_.begin(),
                 read_reflection);
  const int level_dbov = -(payload[0] & 0x7F);
  set_gain(kOverload * std::pow(10.0, level_dbov / 10.0));
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
  for (std::int16_t& sample : frame) {
    const float clipped = std::clamp(synthesize(gain_ * gaussian()), -32768.0F, 32767.0F);
    sample = static_cast<std::int16_t>(std::lrint(clipped));
  }
}

/// All-pole lattice, last stage first.
float ComfortNoise::synthesize(float excitation) noexcept {
  float forward = excitation;
  for (std::size_t stage = kOrder; stage-- > 0;) {
    forward -= reflection_[stage] * state_[stage];
    state_[stage + 1] = state_[stage] + reflection_[stage] * forward;
  }
  return state_[0] = forward;
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
  state_ = {};
  power_ = 0.0;
  gain_ = 0.0F;
}

}  // namespace mixminus::dsp
