// Floor and price joined to one target.
#include "mixminus/jitter/delay_estimator.hpp"

#include <algorithm>
#include <cassert>

namespace mixminus::jitter {

namespace {
constexpr std::int32_t kPacketsAnUpdate = 5;
constexpr std::int64_t kMostPassedNs = 100'000'000;
}  // namespace

void DelayEstimator::configure(const DelayBounds& bounds) noexcept {
  assert(bounds.min_delay_ns <= bounds.max_delay_ns);
  *this = {};
  bounds_ = bounds;
  update_target();
}

std::int64_t DelayEstimator::network_delay_ns() const noexcept { return std::min(wanted_ns_, bounds_.max_delay_ns); }

void DelayEstimator::observe(std::int64_t arrival_ns, std::int64_t media_ns) noexcept {
  const std::int64_t transit_ns = arrival_ns - media_ns;
  const std::int64_t passed_ns = std::clamp<std::int64_t>(arrival_ns - newest_ns_, 0, kMostPassedNs);
  newest_ns_ = std::max(newest_ns_, arrival_ns);
  heard_ns_ += passed_ns;
  drift_.observe(arrival_ns, transit_ns);
  floor_.observe(heard_ns_, transit_ns);
  price_.observe(passed_ns, transit_ns - floor_.floor_ns());
  const bool is_surprised = transit_ns - floor_.floor_ns() > target_ns_;
  if (--until_update_ <= 0 || is_surprised) update_target();
}

void DelayEstimator::set_min_delay_ns(std::int64_t min_delay_ns) noexcept {
  bounds_.min_delay_ns = std::min(min_delay_ns, bounds_.max_delay_ns);
  update_target();
}

void DelayEstimator::set_pull_slack_ns(std::int64_t slack_ns) noexcept {
  if (slack_ns == slack_ns_) return;
  slack_ns_ = slack_ns;
  update_target();
}

std::int64_t DelayEstimator::delay_ns(std::int64_t when_ns, std::int64_t media_ns) const noexcept {
  return is_started() ? when_ns - media_ns - floor_.floor_ns() : 0;
}

void DelayEstimator::start_stream() noexcept {
  floor_.reset();
  price_.start_stream();
  drift_.reset();
}

/// At first nothing is known of the network.
std::int64_t DelayEstimator::least_ns() const noexcept { return heard_ns_ < kUnknownForNs ? kFirstNs : kLeastNs; }

void DelayEstimator::update_target() noexcept {
  until_update_ = kPacketsAnUpdate;
  wanted_ns_ = std::max(price_.delay_ns() + kMarginNs, least_ns()) + slack_ns_;
  target_ns_ = std::clamp(wanted_ns_, bounds_.min_delay_ns, bounds_.max_delay_ns);
}

}  // namespace mixminus::jitter
