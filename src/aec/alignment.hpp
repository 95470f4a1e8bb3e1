// Alignment: whether what the filter predicts still fits what comes, and by how much it is early or late.
#pragma once

#include <cstddef>

#include "aec/dev_fft.hpp"
#include "aec/spectrum.hpp"

namespace mixminus::aec {

class Alignment {
 public:
  void configure(std::size_t block);
  void reset() noexcept;
  void update(const Spectrum& echo, const Spectrum& near) noexcept;

  [[nodiscard]] float fit() const noexcept { return fit_; }            ///< 1: the echo is as predicted
  [[nodiscard]] float mismatch() const noexcept { return mismatch_; }  ///< share of the predicted echo that is otherwise
  [[nodiscard]] float noise() const noexcept { return noise_; }        ///< of it, what a near talker explains
  [[nodiscard]] float offset() const noexcept { return offset_; }      ///< samples that the echo is later than predicted, small
  [[nodiscard]] float slip() const noexcept { return slip_; }  ///< 0..1: at this very moment the echo is not as predicted
  [[nodiscard]] float weight() const noexcept { return frames_; }
  [[nodiscard]] int jump() noexcept;                     ///< samples, 0: none

 private:
  dsp::RealFft fft_{};
  std::size_t block_ = 0;
  std::size_t bins_ = 0;
  Spectrum cross_{};
  Spectrum later_{};
  Spectrum earlier_{};
  Spectrum last_echo_{};
  Spectrum last_near_{};
  float yy_[kStride]{};
  float dd_[kStride]{};
  float frames_ = 0;
  float fast_cross_ = 0, fast_echo_ = 0, fast_variance_ = 0, slip_ = 0;
  float slow_[kStride]{};
  float fit_ = 0, mismatch_ = 0, noise_ = 0, offset_ = 0;
};

}  // namespace mixminus::aec
