// TimeScale: a frame made shorter or longer by a period that is not missed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/jitter/period_search.hpp"

namespace mixminus::jitter {

/// Pitch-synchronous overlap-add in the manner of WSOLA (Verhelst and Roelands, ICASSP 1993): one splice a
/// frame, at its start, where the signal resembles itself; pitch and timbre stay. A mismatch is the energy of the
/// difference between the two sides, in terms of the frame's over the same time.
class MIXMINUS_API TimeScale {
 public:
  static constexpr std::size_t kMostShiftMs = 15;  ///< a period of 67 Hz
  static constexpr std::size_t kShortShiftMs = 7;  ///< tried first: the less is spent, the less is missed

  void configure(std::int32_t sample_rate_hz, std::size_t max_frame_samples);  ///< allocates; 8000..48000

  /// Removes up to `most` samples where that is below `most_mismatch`. Returns how many: the first so many of `frame`
  /// are spent. 0: nothing was changed.
  std::size_t shorten(std::span<std::int16_t> frame, std::size_t most, float most_mismatch) noexcept;

  /// What `frame` becomes when up to `most` samples are played twice; `history` was played just before. As long as
  /// `frame` when the mismatch would be too large. Valid until the next call.
  [[nodiscard]] std::span<std::int16_t> lengthen(std::span<const std::int16_t> history,
                                                 std::span<const std::int16_t> frame, std::size_t most,
                                                 float most_mismatch) noexcept;

  /// How many samples of `tail` to play before `frame` is faded in over `overlap` samples of it, so that the two are
  /// in phase; 0 where that does not matter.
  [[nodiscard]] std::size_t find_join(std::span<const std::int16_t> tail, std::span<const std::int16_t> frame,
                                      std::size_t overlap) noexcept;

 private:
  [[nodiscard]] std::span<std::int16_t> joined(std::span<const std::int16_t> past,
                                               std::span<const std::int16_t> frame) noexcept;
  [[nodiscard]] static float energy_of(std::span<const std::int16_t> frame, std::size_t samples) noexcept;
  [[nodiscard]] std::size_t overlap_of(std::size_t frame_samples) const noexcept;

  std::size_t overlap_ = 0;
  std::size_t least_shift_ = 0;
  std::size_t short_shift_ = 0;
  std::size_t most_shift_ = 0;
  PeriodSearch search_{};
  std::vector<std::int16_t> signal_{};  // the end of the history, then the frame
};

}  // namespace mixminus::jitter
