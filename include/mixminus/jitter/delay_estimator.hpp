// DelayEstimator: from arrival times to the delay at which playout should run.
#pragma once

#include <cstdint>

#include "mixminus/base/export.hpp"
#include "mixminus/jitter/delay_price.hpp"
#include "mixminus/jitter/drift_estimator.hpp"
#include "mixminus/jitter/transit_floor.hpp"

namespace mixminus::jitter {

struct DelayBounds {
  std::int64_t min_delay_ns = 0;
  std::int64_t max_delay_ns = 1'000'000'000;
};

/// All delays are relative to the fastest packet of the last half second in which packets came. A regular stream
/// gets kLeastNs.
class MIXMINUS_API DelayEstimator {
 public:
  static constexpr std::int64_t kMarginNs = 3'000'000;  ///< above what is worth its price, which goes by bins
  static constexpr std::int64_t kLeastNs = 4'000'000;
  static constexpr std::int64_t kFirstNs = 8'000'000;  ///< least in the first second

  void configure(const DelayBounds& bounds) noexcept;

  void set_ms_per_percent(float ms_per_percent) noexcept { price_.set_ms_per_percent(ms_per_percent); }

  /// Clamped to the highest of the bounds.
  void set_min_delay_ns(std::int64_t min_delay_ns) noexcept;

  /// One first copy: when it came and, on any fixed clock, when its first sample was captured.
  void observe(std::int64_t arrival_ns, std::int64_t media_ns) noexcept;

  /// Time by which a pull asks for samples before it plays them (it takes whole frames at once).
  void set_pull_slack_ns(std::int64_t slack_ns) noexcept;

  [[nodiscard]] std::int64_t target_delay_ns() const noexcept { return target_ns_; }
  [[nodiscard]] std::int64_t network_delay_ns() const noexcept;  ///< the same without the lower bound
  /// Delay at which a sample captured at `media_ns` is played at `when_ns`.
  [[nodiscard]] std::int64_t delay_ns(std::int64_t when_ns, std::int64_t media_ns) const noexcept;

  /// Whether something was observed of this stream: without, delays are not known.
  [[nodiscard]] bool is_started() const noexcept { return floor_.floor_ns() != TransitFloor::kUnknown; }

  [[nodiscard]] float drift_ppm() const noexcept { return drift_.drift_ppm(); }

  void start_stream() noexcept;  ///< another clock: the floor is void, the network's habits are not

 private:
  static constexpr std::int64_t kUnknownForNs = 1'000'000'000;

  [[nodiscard]] std::int64_t least_ns() const noexcept;
  void update_target() noexcept;

  DelayBounds bounds_{};
  TransitFloor floor_{};
  DelayPrice price_{};
  DriftEstimator drift_{};
  std::int64_t heard_ns_ = 0;   // time in which packets came: a pause teaches nothing
  std::int64_t newest_ns_ = 0;  // arrival
  std::int64_t slack_ns_ = 0;
  std::int64_t wanted_ns_ = kFirstNs;
  std::int64_t target_ns_ = kFirstNs;
  std::int32_t until_update_ = 0;
};

}  // namespace mixminus::jitter
