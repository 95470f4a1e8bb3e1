// Tail: the last 20 ms of legs that have left, so that nobody is cut off with a click.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/mix/fader.hpp"

namespace mixminus::kernels {
struct Table;
}

namespace mixminus::mix {

/// A leg that has left sends no more samples to fade out. Its last frame is continued by repeating its last
/// period, as the concealment of ITU-T G.711 Appendix I does, under the fade.
class MIXMINUS_API Tail {
 public:
  void configure(std::int32_t sample_rate_hz, const FadeCurve& curve);  ///< allocates

  /// `last` is the frame that the leg was last mixed with, `fader` its gain since then.
  void add(std::span<const std::int16_t> last, Fader fader, const FadeCurve& curve) noexcept;

  /// Starts the sums of the next frame with what is left of all who have left.
  void play(std::span<std::int32_t> sums) noexcept;

 private:
  [[nodiscard]] std::size_t period_samples(std::span<const std::int16_t> last) const noexcept;

  const kernels::Table* kernels_ = nullptr;
  std::size_t match_samples_ = 0;  // compared to find the period; also the shortest one
  std::size_t match_stride_ = 1;
  std::vector<std::int32_t> sums_;
  std::vector<std::int16_t> continued_;
};

}  // namespace mixminus::mix
