// Pushes and held time by delay, weighted by age, and their price.
#include "mixminus/jitter/delay_price.hpp"

#include <algorithm>
#include <cmath>

namespace mixminus::jitter {

namespace {

constexpr float kHalfLifeMs = 45'000.0F;
constexpr float kHeaviest = 1e9F;
// a young record is read as if it were so old: one stall at the start of a call is not a habit
constexpr float kLeastObservedMs = 30'000.0F;
// what it costs to be pushed at all: the rest of the pull, and two splices
constexpr float kSpliceMs = 8.0F;
constexpr float kNsPerMs = 1e6F;

}  // namespace

std::size_t DelayPrice::bin_of(float delay_ms) noexcept {
  return static_cast<std::size_t>(std::clamp(delay_ms / kBinMs, 0.0F, static_cast<float>(kBins - 1)));
}

void DelayPrice::observe(std::int64_t passed_ns, std::int64_t delay_ns) noexcept {
  const float passed_ms = static_cast<float>(passed_ns) / kNsPerMs;
  const float delay_ms = static_cast<float>(delay_ns) / kNsPerMs;
  age(passed_ms);
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    Track& track = tracks_[i];
    const float before_ms = track.pushed_ms;
    track.pushed_ms = std::max(before_ms - kPacesMsPerS[i] * passed_ms / 1000.0F, 0.0F);
    track.time_ms[bin_of((before_ms + track.pushed_ms) / 2)] += weight_ * passed_ms;
    if (delay_ms > track.pushed_ms) push(track, delay_ms);
  }
}

void DelayPrice::push(Track& track, float delay_ms) noexcept {
  // from the next bin on: less is noise
  const std::size_t begin = bin_of(track.pushed_ms + kBinMs);
  const std::size_t end = bin_of(delay_ms);
  if (end > begin) {
    track.pushes[end] += weight_;
    track.pushes[begin] -= weight_;
  }
  top_ = std::max(top_, end);
  track.pushed_ms = delay_ms;
}

void DelayPrice::age(float passed_ms) noexcept {
  weight_ *= std::exp2(passed_ms / kHalfLifeMs);
  observed_ms_ += weight_ * passed_ms;
  if (weight_ < kHeaviest) return;
  for (Track& track : tracks_) {
    for (float& time : track.time_ms) time /= weight_;
    for (float& pushes : track.pushes) pushes /= weight_;
  }
  observed_ms_ /= weight_;
  weight_ = 1.0F;
}

DelayPrice::Choice DelayPrice::cheapest(const Track& track) const noexcept {
  const float observed_ms = std::max(observed_ms_, kLeastObservedMs * weight_);
  // a ms concealed in a second is a tenth of a per cent
  const float price_ms = 100.0F * ms_per_percent_;
  float pushed_ms = 0.0F;  // time above this bin
  float pushes = 0.0F;     // across it
  float beyond_ms = 0.0F;  // what is paid above the delay of this bin
  Choice best{kBinMs * static_cast<float>(top_), kBinMs * static_cast<float>(top_)};
  for (std::size_t bin = top_; bin > 0; --bin) {
    pushed_ms += track.time_ms[bin];
    pushes += track.pushes[bin];
    beyond_ms += kBinMs * (pushed_ms + price_ms * pushes) / observed_ms;
    const float delay_ms = kBinMs * static_cast<float>(bin - 1);
    const float cost_ms = delay_ms + beyond_ms + price_ms * kSpliceMs * pushes / observed_ms;
    if (cost_ms < best.cost_ms) best = {delay_ms, cost_ms};
  }
  return best;
}

std::int64_t DelayPrice::delay_ns() const noexcept {
  const Choice hurried = cheapest(tracks_[0]);
  const Choice held = cheapest(tracks_[1]);
  const bool is_held = held.cost_ms < hurried.cost_ms;
  const float delay_ms = is_held ? held.delay_ms : hurried.delay_ms;
  return static_cast<std::int64_t>(std::max(delay_ms, tracks_[is_held].pushed_ms) * kNsPerMs);
}

void DelayPrice::start_stream() noexcept {
  for (Track& track : tracks_) track.pushed_ms = 0.0F;
}

}  // namespace mixminus::jitter
