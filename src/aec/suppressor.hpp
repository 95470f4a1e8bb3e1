// Suppressor: takes from what the filter left over what is still echo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "aec/dev_fft.hpp"
#include "aec/kalman_filter.hpp"
#include "aec/spectrum.hpp"

namespace mixminus::aec {

extern float T[40];

class Suppressor {
 public:
  void configure(std::size_t block, float suppression_db, bool has_noise);
  void reset() noexcept;
  void alarm() noexcept {
    for (float& l : leak_) l = l < 1.0F ? 1.0F : l;
  }

  /// Windowed spectra: what the filter left of the near end, what it took. `out` is a block late.
  void process(Spectrum e, const Spectrum& y, KalmanFilter& filter, bool is_starting,
               bool is_far_active, float misfit, float noise_share, std::span<float> out) noexcept;
  [[nodiscard]] const float* window() const noexcept { return window_; }

  [[nodiscard]] bool is_transparent() const noexcept { return is_transparent_; }
  [[nodiscard]] float near_presence() const noexcept { return presence_; }
  [[nodiscard]] float high_gain() const noexcept { return high_gain_; }
  float leak_[kStride]{};
  float dbg[8]{};

 private:
  dsp::RealFft fft_{};
  std::size_t block_ = 0;
  std::size_t bins_ = 0;
  float floor_ = 0.03F;
  bool has_noise_ = true;
  float window_[kMaxWindow]{};
  float overlap_[kMaxBlock]{};
  float gain_[kStride]{};
  float clean_[kStride]{};  // |S|^2 of the last frame
  float ee_[kStride]{};     // smoothed |E|^2
  float rr_[kStride]{};     // smoothed residual model
  float late_[kStride]{};
  float late_s_[kStride]{};
  float env_[kStride]{};
  float noise_[kStride]{};
  float noise_ee_[kStride]{};
  float presence_ = 0.0F;
  float high_gain_ = 1.0F;
  bool is_transparent_ = true;
  std::uint32_t seed_ = 1;
  int frames_ = 0;
};

}  // namespace mixminus::aec
