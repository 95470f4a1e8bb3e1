// DriftEstimator: by how much the sender's clock and ours disagree.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mixminus/base/export.hpp"

namespace mixminus::jitter {

/// A line through the lowest transits of the last 40 s, one each two seconds: queues only add, so the lower envelope
/// is what the clocks and the path do. A path that steps begins a new line; a slope that could be chance is none.
class MIXMINUS_API DriftEstimator {
 public:
  void observe(std::int64_t arrival_ns, std::int64_t transit_ns) noexcept;

  /// Growth of the transit in millionths, positive when the sender is slow; 0 until it is known.
  [[nodiscard]] float drift_ppm() const noexcept { return drift_ppm_; }

  void reset() noexcept { *this = {}; }

 private:
  static constexpr std::size_t kPoints = 20;

  struct Point {
    std::int64_t at_ns = 0;
    std::int64_t transit_ns = 0;
  };

  void close_window() noexcept;
  void fit() noexcept;
  [[nodiscard]] const Point& point(std::size_t age) const noexcept { return points_[(added_ - 1 - age) % kPoints]; }

  std::array<Point, kPoints> points_{};
  std::size_t added_ = 0;  // points of this line, those that were overwritten too
  Point lowest_{};         // of the window under way
  std::int64_t window_ends_ns_ = 0;
  bool is_open_ = false;
  float drift_ppm_ = 0.0F;
};

}  // namespace mixminus::jitter
