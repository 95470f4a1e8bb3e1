// Concealment: samples in the place of lost ones, for codecs that have no concealment of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/jitter/period_search.hpp"
#include "mixminus/jitter/predictor.hpp"

namespace mixminus::jitter {

/// Goes over from `tail` to `frame` in place, linearly over the shorter of the two.
MIXMINUS_API void cross_fade(std::span<const std::int16_t> tail, std::span<std::int16_t> frame) noexcept;

/// Extrapolates a voice: the last pitch period of its excitation is repeated, as noise where it has no pitch, and
/// shaped by its linear prediction, whose memory is what was heard last, so that no seam is to be smoothed. It goes on
/// to fall where it was falling, and fades into comfort noise. (The model of speech that every CELP codec has; the
/// waveform repetition of ITU-T G.711 appendix I is .05 to .26 of a PLCMOS point below, the more the longer the gap.)
class MIXMINUS_API Concealment {
 public:
  void configure(std::int32_t sample_rate_hz);  ///< allocates; 8000..48000

  /// Remembers what was played. The next conceal() begins anew from its end.
  void observe(std::span<const std::int16_t> frame) noexcept;

  /// In place: on entry background noise, on return the extrapolation, faded towards that noise. Calls go on
  /// where the last one ended.
  void conceal(std::span<std::int16_t> noise) noexcept;
  /// What conceal() would give next, for a cross-fade; does not go on.
  void peek(std::span<std::int16_t> noise) noexcept;

  void reset() noexcept;

  [[nodiscard]] std::span<const std::int16_t> history() const noexcept { return history_; }
  [[nodiscard]] std::size_t period_samples() const noexcept { return period_samples_; }

 private:
  struct Course {
    std::size_t run = 0;  // samples concealed since the last observe()
    float fallen = 1.0F;  // by whole periods
    std::uint32_t random = 1;
    Predictor::Memory memory{};
  };

  void analyse() noexcept;
  void find_excitation() noexcept;
  void go_on(Course& course, std::span<std::int16_t> noise) const noexcept;
  [[nodiscard]] float excitation_at(Course& course) const noexcept;
  [[nodiscard]] float gain_at(const Course& course) const noexcept;
  [[nodiscard]] float milliseconds(std::size_t samples) const noexcept;

  std::int32_t sample_rate_hz_ = 0;
  std::size_t scale_ = 1;              // samples for one at 8 kHz
  std::vector<std::int16_t> history_;  // oldest first
  std::vector<float> excitation_;      // one period
  std::size_t period_samples_ = 0;
  float excitation_level_ = 0.0F;  // RMS
  float voicing_ = 0.0F;           // share of the repetition, 0: noise alone
  float decline_ = 1.0F;           // of the level from one period to the next
  PeriodSearch search_{};
  Predictor predictor_{};
  Course course_{};
  bool is_analysed_ = false;
};

}  // namespace mixminus::jitter
