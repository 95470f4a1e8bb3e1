// Peaks of delay, weighted by age, and the price of not waiting for them.
#include "mixminus/jitter/peak_histogram.hpp"

#include <algorithm>
#include <limits>

namespace mixminus::jitter {

namespace {

constexpr std::int64_t kAgeStepNs = 100'000'000;
constexpr float kGrowth = 1.0034717F;  // 2^(0.1 s / 20 s)
constexpr float kHeaviest = 1e9F;
constexpr std::int64_t kMostSteps = 600;  // a minute: three half lives, older peaks hardly count

// 50 ms of delay are worth 1 % of concealment, so one concealed ms a second weighs 5 ms.
constexpr float kPriceMs = 5000.0F;
// what a peak costs beyond the time it is late by: the rest of the frame, and two splices
constexpr float kLeastLossMs = 10.0F;
// a young histogram is read as if it were so old: one stall at the start of a call is not a habit
constexpr float kLeastObservedMs = 6000.0F;
constexpr float kBinMs = 2.0F;

}  // namespace

void PeakHistogram::observe(std::int64_t arrival_ns, std::int64_t delay_ns) noexcept {
  age(arrival_ns);
  if (delay_ns < previous_ns_ && is_rising_) count(previous_ns_);
  if (delay_ns != previous_ns_) is_rising_ = delay_ns > previous_ns_;
  previous_ns_ = delay_ns;
}

void PeakHistogram::age(std::int64_t arrival_ns) noexcept {
  if (!is_started_ || arrival_ns < aged_ns_ - kAgeStepNs) aged_ns_ = arrival_ns;
  is_started_ = true;
  if (arrival_ns - aged_ns_ < kAgeStepNs) return;
  const std::int64_t steps = (arrival_ns - aged_ns_) / kAgeStepNs;
  aged_ns_ += steps * kAgeStepNs;
  for (std::int64_t i = std::min(steps, kMostSteps); i > 0; --i) {
    weight_ *= kGrowth;
    observed_ms_ += 100.0F * weight_;
  }
  if (weight_ < kHeaviest) return;
  for (std::size_t bin = 0; bin < top_; ++bin) bins_[bin] /= weight_;
  observed_ms_ /= weight_;
  weight_ = 1.0F;
}

void PeakHistogram::count(std::int64_t delay_ns) noexcept {
  const auto bin = static_cast<std::size_t>(std::max<std::int64_t>(delay_ns, 0) / kBinNs);
  bins_[std::min(bin, kBins - 1)] += weight_;
  top_ = std::max(top_, std::min(bin, kBins - 1) + 1);
  newest_peak_ns_ = delay_ns;
}

std::int64_t PeakHistogram::priced_delay_ns() const noexcept {
  const float price = kPriceMs / std::max(observed_ms_, kLeastObservedMs * weight_);
  float later = 0.0F;     // weight of peaks above D
  float later_ms = 0.0F;  // and how far above it they are, summed
  float best_cost = std::numeric_limits<float>::max();
  std::size_t best = 0;
  for (std::size_t bin = top_ + 1; bin-- > 0;) {
    const float cost = kBinMs * static_cast<float>(bin) + price * (later_ms + kLeastLossMs * later);
    if (cost < best_cost) {
      best_cost = cost;
      best = bin;
    }
    if (bin == 0) break;
    later += bins_[bin - 1];
    later_ms += kBinMs * later;
  }
  return static_cast<std::int64_t>(best) * kBinNs;
}

}  // namespace mixminus::jitter
