// Place: where the filter looks at the far end, and how that follows delays, jumps and drifting clocks.
#pragma once

#include <cstddef>
#include <span>

#include "aec/alignment.hpp"
#include "aec/far_end.hpp"
#include "aec/kalman_filter.hpp"
#include "aec/spectrum.hpp"

namespace mixminus::aec {

/// All in samples that the filter's begin lies behind the newest of the far end.
class Place {
 public:
  void configure(KalmanFilter& filter, std::size_t block, std::size_t most_delay_blocks);  ///< allocates
  void reset() noexcept;

  /// The newest block of the far end; the filter is handed what it sees of it.
  void hear(std::span<const float> far) noexcept;

  /// The same answer of the room comes `samples` later.
  void move(double samples) noexcept;
  /// Nothing is known of the answer yet but that it begins about there.
  void put(double samples) noexcept;
  /// A phase-locked loop on the offset of the echo: it finds how fast the two clocks part.
  void correct(const Alignment& alignment) noexcept;

  [[nodiscard]] double start() const noexcept { return start_; }
  [[nodiscard]] int blocks() const noexcept { return static_cast<int>(start_) / static_cast<int>(block_); }
  [[nodiscard]] double most() const noexcept { return most_; }
  [[nodiscard]] double drift() const noexcept { return drift_; }  ///< samples a sample
  [[nodiscard]] const Blocks& seen() const noexcept { return seen_; }

 private:
  void stay_within() noexcept;
  void look_again() noexcept;

  KalmanFilter* filter_ = nullptr;
  std::size_t block_ = 1;
  double most_ = 0.0;
  FarEnd far_end_{};
  Blocks seen_{};  // by the first partition
  double start_ = 0.0;
  double drift_ = 0.0;
  float mean_offset_ = 0.0F;
  bool drifts_ = false;
};

}  // namespace mixminus::aec
