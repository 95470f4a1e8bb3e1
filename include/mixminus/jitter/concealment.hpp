// Concealment: samples in the place of lost ones, for codecs that have no concealment of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/jitter/period_search.hpp"

namespace mixminus::jitter {

/// Goes over from `tail` to `frame` in place, linearly over the shorter of the two.
MIXMINUS_API void cross_fade(std::span<const std::int16_t> tail, std::span<std::int16_t> frame) noexcept;

/// Repeats the last pitch period and lets it fade into comfort noise, as ITU-T G.711 appendix I does but
/// without its delay: where the repetition begins, a decaying offset keeps the waveform unbroken.
class MIXMINUS_API Concealment {
 public:
  void configure(std::int32_t sample_rate_hz);  ///< allocates; 8000..48000

  /// Remembers what was played. The next conceal() begins anew from its end.
  void observe(std::span<const std::int16_t> frame) noexcept;

  /// In place: on entry background noise, on return the repetition, faded towards that noise. Calls go on
  /// where the last one ended.
  void conceal(std::span<std::int16_t> noise) noexcept;
  /// What conceal() would give next, for a cross-fade; does not go on.
  void peek(std::span<std::int16_t> noise) noexcept;

  void reset() noexcept;

  [[nodiscard]] std::span<const std::int16_t> history() const noexcept { return history_; }
  [[nodiscard]] std::span<const std::int16_t> period() const noexcept { return {period_.data(), period_samples_}; }

 private:
  void find_period() noexcept;
  [[nodiscard]] std::int32_t repeated(std::size_t run) const noexcept;

  std::int32_t sample_rate_hz_ = 0;
  std::size_t scale_ = 1;              // samples for one at 8 kHz
  std::vector<std::int16_t> history_;  // oldest first
  std::vector<std::int16_t> period_;
  PeriodSearch search_{};
  std::size_t period_samples_ = 0;
  std::size_t run_ = 0;  // samples concealed since the last observe()
  bool is_repeating_ = false;
  std::int32_t offset_ = 0;
};

}  // namespace mixminus::jitter
