// PeriodSearch: the shift at which a signal resembles itself best.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"

namespace mixminus::jitter {

struct Likeness {
  std::size_t lag = 0;      ///< samples; 0: nothing resembles
  float similarity = 0.0F;  ///< normalised correlation, 0..1
  float mismatch = 0.0F;    ///< energy of the difference
};

struct Lags {
  std::size_t least = 0;
  std::size_t most = 0;
};

/// Normalised correlation, first at about 8 kHz over all lags, then at the full rate around the best one.
class MIXMINUS_API PeriodSearch {
 public:
  void configure(std::int32_t sample_rate_hz, std::size_t max_samples);  ///< allocates; 8000..48000

  /// Compares signal[at, at + length) with what is `lag` before it; most <= at.
  [[nodiscard]] Likeness before(std::span<const std::int16_t> signal, std::size_t at, std::size_t length,
                                Lags lags) noexcept;
  /// Compares signal[0, length) with what is `lag` after it; most + length <= signal.size().
  [[nodiscard]] Likeness after(std::span<const std::int16_t> signal, std::size_t length, Lags lags) noexcept;

 private:
  enum class Side : std::int8_t { before = -1, after = 1 };

  struct Match {
    std::size_t lag = 0;
    float score = 0.0F;  // the square of the similarity
    float mismatch = 0.0F;
  };

  [[nodiscard]] Likeness search(std::span<const std::int16_t> signal, std::size_t at, std::size_t length, Lags lags,
                                Side side) noexcept;
  [[nodiscard]] static Match best_of(const std::int16_t* at, std::size_t length, Lags lags, Side side) noexcept;
  void decimate(std::span<const std::int16_t> signal) noexcept;

  std::size_t decimation_ = 1;
  std::vector<std::int16_t> coarse_{};
};

}  // namespace mixminus::jitter
