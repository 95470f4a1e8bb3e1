// Residual: how much echo the filter leaves, in each bin, and whether somebody near is heard above it.
#pragma once

#include <cstddef>

#include "aec/kalman_filter.hpp"
#include "aec/spectrum.hpp"

namespace mixminus::aec {

/// What the judgement of one block needs besides spectra.
struct Evidence {
  bool is_far_active = false;
  float misfit = 0.0F;  ///< Alignment::misfit(), and as much of a Slip
  float slip = 0.0F;
  float noise = 0.0F;  ///< Alignment::noise()
};

/// The largest of three: what the filter expects of itself; a share of the predicted echo, which is learned while
/// nobody near talks (a low quantile of what is left over it, so that a talker raises it slowly); and what misfits.
/// The reverberation behind the filter's end, which decays as its end does, is added (cf. E. A. P. Habets, S. Gannot,
/// I. Cohen, P. C. W. Sommen, "Joint dereverberation and residual echo suppression", IEEE TASLP 16(8), 2008).
class Residual {
 public:
  void configure(std::size_t block) noexcept;
  void reset() noexcept;

  void update(const Spectrum& rest, const Spectrum& echo, const KalmanFilter& filter,
              const Evidence& evidence) noexcept;

  [[nodiscard]] const float* power() const noexcept { return power_; }
  [[nodiscard]] const float* background() const noexcept { return background_; }  ///< noise of the site
  [[nodiscard]] float presence() const noexcept { return presence_; }             ///< 0..1: somebody near is heard

 private:
  void follow_background(const float* power) noexcept;
  void judge_presence() noexcept;

  std::size_t block_ = 0;
  float rest_[kStride]{};  // smoothed powers
  float echo_[kStride]{};
  float late_[kStride]{};
  float tail_[kStride]{};     // late, smoothed
  float decayed_[kStride]{};  // of the echo: what a window spreads
  float leak_[kStride]{};
  float slow_rest_[kStride]{};
  float background_[kStride]{};
  float power_[kStride]{};
  float presence_ = 0.0F;
  int blocks_ = 0;
};

}  // namespace mixminus::aec
