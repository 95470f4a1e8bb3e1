// KalmanFilter: the room's answer as a partitioned-block filter whose step follows from its own uncertainty.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "aec/dev_fft.hpp"
#include "aec/spectrum.hpp"

namespace mixminus::aec {

/// F. Kuech, E. Mabande, G. Enzner, "State-space architecture of the partitioned-block-based acoustic echo
/// controller", ICASSP 2014; the diagonal form, overlap-save, blocks of 10 ms.
class KalmanFilter {
 public:
  void configure(std::size_t partitions, std::size_t block, float process_noise);
  void reset() noexcept;

  /// The newest two blocks of the far end, at the place where the filter begins.
  void push(std::span<const float> window) noexcept;
  /// Replaces the far end of partition `p`.
  void replace(std::size_t p, std::span<const float> window) noexcept;

  /// What of the near end is echo.
  void predict(std::span<float> echo) noexcept;
  /// Learns from what it left over.
  void adapt(std::span<const float> error, float ceiling) noexcept;

  /// The filter begins `partitions` later; what it learned stays where it was.
  void move(std::ptrdiff_t partitions) noexcept;
  /// Believes less in what it learned.
  void doubt(float factor) noexcept;
  void forget() noexcept;

  [[nodiscard]] const Spectrum& far(std::size_t p) const noexcept { return far_[(head_ + p) % partitions_]; }
  [[nodiscard]] const Spectrum& echo() const noexcept { return echo_; }
  [[nodiscard]] std::size_t partitions() const noexcept { return partitions_; }
  [[nodiscard]] float tail_power(std::size_t bin) const noexcept;
  [[nodiscard]] float uncertainty(std::size_t bin) const noexcept { return excess_[bin]; }
  [[nodiscard]] float energy(std::size_t p) const noexcept;

  /// Of the answer's energy, from one block to the next, at its end.
  [[nodiscard]] float decay() noexcept;
  float energies_[64]{};
  std::vector<Spectrum> weights_{};
  std::vector<float> p_{};
  float noise_ = 0;
 private:
  void constrain(std::size_t p) noexcept;
  float prior(std::size_t p) const noexcept;

  dsp::RealFft fft_{};
  std::size_t partitions_ = 0;
  std::size_t block_ = 0;
  std::size_t bins_ = 0;
  std::vector<Spectrum> far_{};
  std::size_t head_ = 0;
  std::size_t next_constrained_ = 0;
  Spectrum echo_{};
  Spectrum error_{};
  float psi_[kStride]{};
  float excess_[kStride]{};
};

}  // namespace mixminus::aec
