// KalmanFilter: the room's answer, in partitions of 10 ms, learned by steps that its own uncertainty sets.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "aec/spectrum.hpp"
#include "kernels/table.hpp"
#include "mixminus/base/export.hpp"
#include "mixminus/dsp/real_fft.hpp"

namespace mixminus::aec {

/// F. Kuech, E. Mabande, G. Enzner, "State-space architecture of the partitioned-block-based acoustic echo
/// controller", ICASSP 2014: overlap-save in the frequency domain, the uncertainty diagonal.
class MIXMINUS_API KalmanFilter {
 public:
  Status configure(std::size_t partitions, std::size_t block);  ///< allocates
  void reset() noexcept;

  /// The newest two blocks of the far end where the filter begins.
  void push(const Blocks& far) noexcept;
  /// What partition `p` sees instead: the filter has been put elsewhere.
  void replace(std::size_t p, const Blocks& far) noexcept;

  /// What of the near end is echo.
  void predict(std::span<float> echo) noexcept;
  /// Learns from what is left over. `process_noise`: change of the room in a block, as a part of its energy.
  void adapt(std::span<const float> error, float process_noise) noexcept;

  /// The filter begins `partitions` later (negative: earlier), and what it learned stays in its place in time.
  void move(std::ptrdiff_t partitions) noexcept;
  void forget() noexcept;

  [[nodiscard]] std::size_t partitions() const noexcept { return weights_.size(); }
  /// Power of the error that the filter expects of itself.
  [[nodiscard]] const float* uncertainty() const noexcept { return expected_; }
  /// Power of the reverberation that begins where the filter ends; adds it to `power`, times `gain`.
  void add_late(float gain, float* power) const noexcept;
  /// Samples from the filter's begin to the strongest one of the answer.
  [[nodiscard]] std::size_t strongest() const noexcept;
  /// By how much the answer's energy falls from one partition to the next, at its end.
  [[nodiscard]] float decay() const noexcept;

 private:
  void constrain(std::size_t p) noexcept;
  [[nodiscard]] std::size_t bins(std::size_t p) const noexcept;  ///< that partition `p` has
  void prefetch(std::size_t p) const noexcept;
  [[nodiscard]] Spectrum& far(std::size_t p) noexcept { return far_[(head_ + p) % far_.size()]; }
  [[nodiscard]] const Spectrum& far(std::size_t p) const noexcept { return far_[(head_ + p) % far_.size()]; }

  struct Uncertainty {
    alignas(64) float of[kStride]{};
  };
  static Uncertainty prior(std::size_t p) noexcept;

  const kernels::Table* kernels_ = nullptr;
  dsp::RealFft fft_{};
  std::size_t block_ = 0;
  std::vector<Spectrum> far_{};  // ring
  std::vector<Spectrum> weights_{};
  std::vector<Uncertainty> uncertainties_{};
  struct Answer {
    float energy = 0.0F;
    float peak = 0.0F;
    std::size_t peak_at = 0;
  };
  std::vector<Answer> answers_{};  // of each partition, when it was constrained
  std::size_t head_ = 0;
  std::size_t next_ = 0;  // to be constrained
  float near_power_[kStride]{};
  float expected_[kStride]{};
};

}  // namespace mixminus::aec
