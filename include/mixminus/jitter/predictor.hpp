// Predictor: linear prediction, which parts a voice into its excitation and its timbre.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"

namespace mixminus::jitter {

/// By the autocorrelation method (Markel and Gray, 1976), so that synthesis is always stable.
class MIXMINUS_API Predictor {
 public:
  static constexpr std::size_t kMostOrder = 32;
  using Memory = std::array<float, kMostOrder>;  ///< the last samples, newest last

  void configure(std::int32_t sample_rate_hz);  ///< allocates; 8000..48000

  [[nodiscard]] std::size_t window_samples() const noexcept { return window_.size(); }

  /// Learns from the last window_samples() of `signal`, which are all it has or fewer.
  void analyse(std::span<const std::int16_t> signal) noexcept;

  /// What `signal[at]` has that could not be foretold; kMostOrder <= at.
  [[nodiscard]] float residual(std::span<const std::int16_t> signal, std::size_t at) const noexcept;

  /// The next sample; `memory` goes on.
  [[nodiscard]] float synthesise(float excitation, Memory& memory) const noexcept;

 private:
  using Correlation = std::array<double, kMostOrder + 1>;

  [[nodiscard]] Correlation autocorrelation(std::span<const std::int16_t> signal) noexcept;

  std::size_t order_ = 0;
  std::vector<float> window_{};
  std::vector<float> windowed_{};
  Correlation lag_window_{};
  Memory taps_{};  // what is foretold is their dot product with the memory
};

}  // namespace mixminus::jitter
