// Fader: the gain of one leg, which never jumps while somebody listens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mixminus/base/export.hpp"

namespace mixminus::mix {

/// Half a raised cosine from 0 to 1 in 20 ms, then 1: a change along it splatters less than -60 dBc.
class MIXMINUS_API FadeCurve {
 public:
  static constexpr std::int32_t kFadeMs = 20;

  void configure(std::int32_t sample_rate_hz, std::size_t frame_samples);  ///< allocates

  [[nodiscard]] const float* at(std::size_t position_samples) const noexcept { return &values_[position_samples]; }
  [[nodiscard]] std::size_t samples() const noexcept { return samples_; }

 private:
  std::vector<float> values_;  // at least one frame from any position that a fader stops at
  std::size_t samples_ = 0;
};

/// A gain that is constant or on its way from one value to another; linear, not dB.
class MIXMINUS_API Fader {
 public:
  void jump_to(float gain) noexcept;

  /// From the gain of the last sample that was played, wherever on the curve that is.
  void fade_to(float gain, const FadeCurve& curve) noexcept;

  /// The next `frame_samples` have been played.
  void advance(std::size_t frame_samples, const FadeCurve& curve) noexcept;

  /// Of the last sample that was played.
  [[nodiscard]] float now(const FadeCurve& curve) const noexcept;

  [[nodiscard]] bool is_settled() const noexcept { return from_ == to_; }
  [[nodiscard]] bool is_silent() const noexcept { return is_settled() && to_ == 0.0F; }
  [[nodiscard]] bool is_unity() const noexcept { return is_settled() && to_ == 1.0F; }

  /// The gain of sample i of the next frame is start() + step() * curve.at(position_samples())[i].
  [[nodiscard]] float start() const noexcept { return from_; }
  [[nodiscard]] float step() const noexcept { return to_ - from_; }
  [[nodiscard]] std::size_t position_samples() const noexcept { return position_samples_; }

 private:
  float from_ = 0.0F;
  float to_ = 0.0F;
  std::size_t position_samples_ = 0;
};

}  // namespace mixminus::mix
