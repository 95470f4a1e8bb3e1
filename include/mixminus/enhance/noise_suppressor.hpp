// NoiseSuppressor: takes away what is always there, a fan, a hall, a road, and lets speech through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/dsp/real_fft.hpp"

namespace mixminus::kernels {
struct Table;
}

namespace mixminus::enhance {

struct NoiseSuppressorConfig {
  std::int32_t sample_rate_hz = 48'000;  ///< 8000, 16000, 32000 or 48000
  float suppression_db = 15.0F;          ///< 0..40, how much quieter the noise may become; more of it sounds worse
};

/// Mono, in frames of 10 ms; what comes out is 10 ms late. Each bin of 50 Hz gets a gain, in windows of 20 ms (root
/// of Hann, overlapping by half): Wiener's, after noise that is followed by the probability that it is not speech
/// (Gerkmann & Hendriks, IEEE TASLP 20(4), 2012) and by its minima. The gain of the log-spectral amplitude (Ephraim &
/// Malah 1985) was tried and is no better at the same STOI. Digital silence passes as it is, and nothing is learned
/// from it.
class MIXMINUS_API NoiseSuppressor {
 public:
  static constexpr std::int32_t kDelayMs = 10;

  /// Allocates. out_of_range: another rate, or a suppression outside 0..40. capacity_reached: no memory.
  Status configure(const NoiseSuppressorConfig& config) noexcept;

  /// One frame of each; both may be the same memory.
  Status process(std::span<const std::int16_t> pcm, std::span<std::int16_t> out) noexcept;

  /// Full scale is 1. A NaN counts as 0, what is beyond 8 as 8; what comes out is not clipped.
  Status process(std::span<const float> pcm, std::span<float> out) noexcept;

  void reset() noexcept;  ///< forgets the noise and the 10 ms that wait, keeps the memory

  [[nodiscard]] float noise_dbov() const noexcept;  ///< -127..0, as estimated; takes a logarithm
  [[nodiscard]] float speech_probability() const noexcept { return speech_; }  ///< 0..1, last frame

 private:
  template <typename Sample>
  Status run(std::span<const Sample> pcm, std::span<Sample> out) noexcept;
  void suppress() noexcept;
  float follow(std::size_t first, std::size_t bins, float learn) noexcept;
  void begin_window() noexcept;

  const kernels::Table* kernels_ = nullptr;
  dsp::RealFft fft_;
  std::size_t hop_ = 0;  ///< samples of a frame
  float least_gain_ = 1.0F;
  std::vector<float> window_, heard_, block_, overlap_;                 // samples, full scale 32768
  std::vector<float> re_, im_;                                          // bins, as all that follows
  std::vector<float> noise_, clean_, smooth_, lowest_, lowest_before_;  // what they are: NoiseStep, GainStep
  std::int32_t learned_frames_ = 0;
  std::int32_t window_frames_ = 0;
  float speech_ = 0.0F;
};

}  // namespace mixminus::enhance
