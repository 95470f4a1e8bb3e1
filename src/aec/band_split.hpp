// BandSplit: the band up to 8 kHz, at 16 kHz, of signals of 32 and 48 kHz, and the way back.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "aec/spectrum.hpp"
#include "kernels/table.hpp"

namespace mixminus::aec {

/// A linear-phase low-pass filter of an odd number of taps, down and up again. What going down and up loses is above;
/// so both together are the signal again, kDelay low samples later, whatever the filter does.
class BandSplit {
 public:
  static constexpr std::size_t kDelay = 24;  ///< low samples, down and up

  void configure(std::size_t factor);  ///< 2 or 3; allocates
  void reset() noexcept;

  /// kMaxBlock * factor samples to kMaxBlock.
  void down(std::span<const float> in, std::span<float> low) noexcept;
  void up(std::span<const float> low, std::span<float> out) noexcept;

 private:
  const kernels::Table* kernels_ = nullptr;
  std::size_t factor_ = 1;
  /// Taps factor * t + phase of the filter, kDelay + 1 a phase, the last one before the first.
  std::vector<float> taps_{};
  std::vector<float> past_{};  // of each phase on the way down, of the low band on the way up
};

}  // namespace mixminus::aec
