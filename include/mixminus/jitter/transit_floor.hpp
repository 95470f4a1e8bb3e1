// TransitFloor: the fastest transit of the last moments, against which every delay is measured.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace mixminus::jitter {

/// Minimum over a sliding window of half a second, in buckets: bounded work, and a route that became slower
/// is the new normal after one window.
class TransitFloor {
 public:
  void observe(std::int64_t now_ns, std::int64_t transit_ns) noexcept {
    const std::int64_t bucket = now_ns / kBucketNs;
    if (bucket > newest_bucket_) expire_until(bucket);
    std::int64_t& least = least_ns_[static_cast<std::size_t>(newest_bucket_ % kBuckets + kBuckets) % kBuckets];
    least = std::min(least, transit_ns);
    floor_ns_ = std::min(floor_ns_, transit_ns);
  }

  /// kUnknown before the first observe().
  [[nodiscard]] std::int64_t floor_ns() const noexcept { return floor_ns_; }
  void reset() noexcept { *this = {}; }

  static constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::max();

 private:
  static constexpr std::int64_t kBuckets = 16;
  static constexpr std::int64_t kBucketNs = 31'250'000;

  void expire_until(std::int64_t bucket) noexcept {
    const std::int64_t passed = std::min(bucket - std::max(newest_bucket_, bucket - kBuckets), kBuckets);
    for (std::int64_t i = 0; i < passed; ++i)
      least_ns_[static_cast<std::size_t>((bucket - i) % kBuckets + kBuckets) % kBuckets] = kUnknown;
    newest_bucket_ = bucket;
    floor_ns_ = *std::ranges::min_element(least_ns_);
  }

  std::array<std::int64_t, kBuckets> least_ns_ = filled();
  std::int64_t newest_bucket_ = std::numeric_limits<std::int64_t>::min() / 2;
  std::int64_t floor_ns_ = kUnknown;

  static constexpr std::array<std::int64_t, kBuckets> filled() noexcept {
    std::array<std::int64_t, kBuckets> buckets{};
    buckets.fill(kUnknown);
    return buckets;
  }
};

}  // namespace mixminus::jitter
