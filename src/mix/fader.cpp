// The curve, and where on it a gain is.
#include "mixminus/mix/fader.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mixminus::mix {

void FadeCurve::configure(std::int32_t sample_rate_hz, std::size_t frame_samples) {
  samples_ = static_cast<std::size_t>(sample_rate_hz) * kFadeMs / 1000;
  values_.assign(std::max(samples_, frame_samples), 1.0F);
  for (std::size_t i = 0; i < samples_; ++i) {
    const double phase = (static_cast<double>(i) + 0.5) / static_cast<double>(samples_);
    values_[i] = static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * phase));
  }
}

void Fader::jump_to(float gain) noexcept {
  from_ = to_ = gain;
  position_samples_ = 0;
}

void Fader::fade_to(float gain, const FadeCurve& curve) noexcept {
  if (gain == to_) return;
  from_ = now(curve);
  to_ = gain;
  position_samples_ = 0;
}

float Fader::now(const FadeCurve& curve) const noexcept {
  return position_samples_ > 0 ? from_ + step() * *curve.at(position_samples_ - 1) : from_;
}

void Fader::advance(std::size_t frame_samples, const FadeCurve& curve) noexcept {
  if (is_settled()) return;
  position_samples_ += frame_samples;
  if (position_samples_ >= curve.samples()) jump_to(to_);
}

}  // namespace mixminus::mix
