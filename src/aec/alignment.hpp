// Alignment: whether the echo still comes as the filter predicts it, and by how much it comes too late.
#pragma once

#include <cstddef>

#include "aec/spectrum.hpp"
#include "mixminus/dsp/real_fft.hpp"

namespace mixminus::aec {

/// A regression of the near end on the predicted echo, in each bin, over 250 ms. A near talker adds noise to it, but
/// does not move it away from one; a changed room or delay does. Every block counts alike, however loud.
class Alignment {
 public:
  Status configure(std::size_t block) noexcept;
  void reset() noexcept;
  void update(const Spectrum& echo, const Spectrum& near) noexcept;

  [[nodiscard]] bool is_ready() const noexcept { return blocks_ >= kLeastBlocks; }
  [[nodiscard]] bool is_settled() const noexcept { return blocks_ >= kMemoryBlocks - 5; }

  /// 1: the echo comes as predicted; 0: what was predicted does not come.
  [[nodiscard]] float fit() const noexcept { return fit_; }
  /// 0..1 and more: what of the echo comes otherwise, a near talker's noise taken off.
  [[nodiscard]] float misfit() const noexcept;
  /// 0..1 and more: by how much what was not predicted outweighs what was, per block averaged.
  [[nodiscard]] float noise() const noexcept { return noise_; }
  /// By how many samples the echo is later than predicted, well below one: the slope of the phase.
  [[nodiscard]] float offset() const noexcept { return offset_; }
  /// By how many samples, up to one and a half blocks, the echo has jumped; 0: not found.
  [[nodiscard]] int jump() const noexcept;

 private:
  static constexpr float kMemoryBlocks = 25.0F;
  static constexpr float kLeastBlocks = 10.0F;

  void accumulate(const Spectrum& echo, const Spectrum& near) noexcept;
  void regress() noexcept;
  void correlate(const Spectrum& cross, float* by_lag) const noexcept;

  dsp::RealFft fft_{};
  std::size_t block_ = 0;
  Spectrum last_echo_{};
  Spectrum last_near_{};
  Spectrum cross_{};          // conj(echo) * near
  Spectrum cross_later_{};    // of the echo a block before
  Spectrum cross_earlier_{};  // of the near end a block before
  float echo_power_[kStride]{};
  float near_power_[kStride]{};
  float blocks_ = 0.0F;
  float fit_ = 0.0F;
  float mismatch_ = 0.0F;
  float noise_ = 0.0F;
  float offset_ = 0.0F;
};

}  // namespace mixminus::aec
