#include "aec/far_end.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace mixminus::aec {
namespace {

constexpr std::size_t kTaps = FarEnd::kTaps;
constexpr std::size_t kPhases = FarEnd::kPhases;
constexpr std::size_t kMaxRead = 320;

// Row f: the signal f / kPhases after tap kTaps / 2 - 1.
struct Interpolation {
  std::array<std::array<float, kTaps>, kPhases + 1> rows{};
  Interpolation() {
    for (std::size_t f = 0; f <= kPhases; ++f)
      for (std::size_t t = 0; t < kTaps; ++t) {
        const double x = static_cast<double>(t) - (kTaps / 2.0 - 1.0) - static_cast<double>(f) / kPhases;
        const double px = std::numbers::pi * x;
        const double window = std::cos(px / (kTaps + 2.0));
        rows[f][t] = static_cast<float>((x == 0.0 ? 1.0 : std::sin(px) / px) * window * window);
      }
  }
};

const Interpolation& interpolation() {
  static const Interpolation table;
  return table;
}

}  // namespace

void FarEnd::configure(std::size_t samples) {
  ring_.assign(samples, 0.0F);
  (void)interpolation();
  end_ = 0;
}

void FarEnd::reset() noexcept {
  std::ranges::fill(ring_, 0.0F);
  end_ = 0;
}

void FarEnd::push(std::span<const float> block) noexcept {
  for (const float sample : block) {
    ring_[end_] = sample;
    end_ = end_ + 1 == ring_.size() ? 0 : end_ + 1;
  }
}

void FarEnd::read(double delay, std::span<float> out) const noexcept {
  const auto whole = static_cast<std::size_t>(std::ceil(delay));
  const auto phase = static_cast<std::size_t>(std::lround((static_cast<double>(whole) - delay) * kPhases));
  const std::size_t size = ring_.size();
  // out[0] lies at end_ - out.size() - whole + phase
  if (phase == 0) {
    std::size_t from = (end_ + 2 * size - out.size() - whole) % size;
    for (float& sample : out) {
      sample = ring_[from];
      from = from + 1 == size ? 0 : from + 1;
    }
    return;
  }
  float taps[kMaxRead + kTaps];
  const std::size_t count = out.size() + kTaps - 1;
  std::size_t from = (end_ + 2 * size - out.size() - whole - (kTaps / 2 - 1)) % size;
  // the newest kTaps / 2 samples do not exist yet when whole < kTaps / 2: taken as silence
  for (std::size_t i = 0; i < count; ++i) {
    const std::ptrdiff_t age = static_cast<std::ptrdiff_t>(out.size() + whole + kTaps / 2 - 1) - static_cast<std::ptrdiff_t>(i);
    taps[i] = age > 0 ? ring_[from] : 0.0F;
    from = from + 1 == size ? 0 : from + 1;
  }
  const auto& row = interpolation().rows[phase];
  for (std::size_t i = 0; i < out.size(); ++i) {
    float sum = 0.0F;
    for (std::size_t t = 0; t < kTaps; ++t) sum += row[t] * taps[i + t];
    out[i] = sum;
  }
}

}  // namespace mixminus::aec
