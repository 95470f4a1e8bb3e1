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
/// period, as the concealment of ITU-T G.711 Appendix I does.
class MIXMINUS_API Continuation {
 public:
  void configure(std::int32_t sample_rate_hz, const FadeCurve& curve);  ///< allocates

  /// The samples that would have followed `last`, enough for a fade; valid until the next call.
  std::span<const std::int16_t> after(std::span<const std::int16_t> last) noexcept;

 private:
  [[nodiscard]] std::size_t period_samples(std::span<const std::int16_t> last) const noexcept;

  std::size_t match_samples_ = 0;  // compared to find the period; also the shortest one
  std::size_t match_stride_ = 1;
  std::vector<std::int16_t> continued_;
};

/// What is left to be heard, in one plane of one mix, of all who have left.
class MIXMINUS_API Tail {
 public:
  void configure(const FadeCurve& curve);  ///< allocates
  void clear() noexcept;

  /// `fader` is the gain of the leg at the end of its last frame; it fades out from there.
  void add(std::span<const std::int16_t> continued, Fader fader, const FadeCurve& curve) noexcept;

  /// Starts the sums of the next frame with it.
  void play(std::span<std::int32_t> sums) noexcept;

 private:
  const kernels::Table* kernels_ = nullptr;
  std::vector<std::int32_t> sums_;
};

}  // namespace mixminus::mix
