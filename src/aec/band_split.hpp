// BandSplit: the band up to 8 kHz, at 16 kHz, and what is above it, of signals of 32 and 48 kHz.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "aec/spectrum.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::aec {

/// A linear-phase low-pass filter of an odd number of taps, down and up again. What is above is what going down and
/// up loses; so both together are the signal again, kDelay low samples later, whatever the filter does.
class BandSplit {
 public:
  static constexpr std::size_t kDelay = 24;  ///< low samples, down and up

  Status configure(std::size_t factor);  ///< 2 or 3; allocates
  void reset() noexcept;

  /// kMaxBlock * factor samples to kMaxBlock.
  void down(std::span<const float> in, std::span<float> low) noexcept;
  void up(std::span<const float> low, std::span<float> out) noexcept;

  [[nodiscard]] std::size_t factor() const noexcept { return factor_; }

 private:
  std::size_t factor_ = 1;
  std::vector<float> taps_{};      // of the low-pass, in order
  std::vector<float> by_phase_{};  // the same, for each of the `factor` outputs between two low samples
  std::vector<float> past_in_{};
  std::vector<float> past_low_{};
};

}  // namespace mixminus::aec
