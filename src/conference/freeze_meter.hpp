// FreezeMeter: pictures that stood still for too long.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace mixminus::conference {

/// W3C webrtc-stats, freezeCount: between two pictures passed three times the mean of the last 30 intervals, and 150 ms
/// more than it.
class FreezeMeter {
 public:
  void show(std::int64_t now_ns) noexcept {
    if (has_shown_) measure(std::clamp<std::int64_t>(now_ns - shown_ns_, 0, kLongestNs));
    has_shown_ = true;
    shown_ns_ = now_ns;
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] double total_s() const noexcept { return total_s_; }

 private:
  static constexpr std::size_t kIntervals = 30;
  static constexpr std::int64_t kLeastNs = 150'000'000;
  static constexpr std::int64_t kLongestNs = 86'400'000'000'000;  // a day: the sum fits

  void measure(std::int64_t interval_ns) noexcept {
    if (known_ > 0) {
      const std::int64_t mean_ns = sum_ns_ / static_cast<std::int64_t>(known_);
      if (interval_ns >= std::max(3 * mean_ns, mean_ns + kLeastNs)) {
        ++count_;
        total_s_ += static_cast<double>(interval_ns) * 1e-9;
      }
    }
    std::int64_t& oldest_ns = intervals_ns_[next_];
    sum_ns_ += interval_ns - oldest_ns;
    oldest_ns = interval_ns;
    next_ = (next_ + 1) % kIntervals;
    known_ = std::min(known_ + 1, kIntervals);
  }

  std::array<std::int64_t, kIntervals> intervals_ns_{};
  std::size_t next_ = 0;
  std::size_t known_ = 0;
  std::int64_t sum_ns_ = 0;
  std::int64_t shown_ns_ = 0;
  bool has_shown_ = false;
  std::uint64_t count_ = 0;
  double total_s_ = 0.0;
};

}  // namespace mixminus::conference
