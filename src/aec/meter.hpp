// Meter: the figures of merit of a canceller, for who watches it.
#pragma once

#include <span>

#include "mixminus/aec/echo_canceller.hpp"

namespace mixminus::aec {

inline float power_of(std::span<const float> samples) noexcept {
  float sum = 0.0F;
  for (const float sample : samples) sum += sample * sample;
  return sum / static_cast<float>(samples.size());
}

/// ERLE and ERL as W3C webrtc-stats and ITU-T G.168 have them, over blocks in which only the far end is heard.
class Meter {
 public:
  void reset() noexcept;
  void observe_echo(std::span<const float> far, std::span<const float> near, std::span<const float> out) noexcept;
  void count_divergence(bool is_diverged) noexcept;
  void count_misfit(float misfit) noexcept;

  Metrics metrics{};

 private:
  float far_power_ = 0.0F;
  float near_power_ = 0.0F;
  float out_power_ = 0.0F;
  bool was_diverged_ = false;
  bool was_misfit_ = false;
};

}  // namespace mixminus::aec
