#include "aec/place.hpp"

#include <algorithm>
#include <cmath>

namespace mixminus::aec {
namespace {

constexpr double kOffsetGain = 0.02;  // of the loop, a block: on the place itself
constexpr double kDriftGain = 1e-4;   // and on the drift
constexpr double kMostDrift = 1e-3;
constexpr float kDrifting = 0.02F;  // mean offset, in samples, that no steady room has
constexpr float kLeastFit = 0.5F;
constexpr float kMostOffset = 3.0F;  // more is a jump

}  // namespace

void Place::configure(KalmanFilter& filter, std::size_t block, std::size_t most_delay_blocks) {
  filter_ = &filter;
  block_ = block;
  most_ = static_cast<double>(most_delay_blocks * block);
  far_end_.configure((most_delay_blocks + filter.partitions() + 2) * block);
}

void Place::reset() noexcept {
  far_end_.reset();
  seen_ = {};
  start_ = drift_ = 0.0;
  mean_offset_ = 0.0F;
  drifts_ = false;
}

void Place::hear(std::span<const float> far) noexcept {
  far_end_.push(far);
  start_ += drift_ * static_cast<double>(block_);
  stay_within();
  float seen[kMaxBlock];
  far_end_.read(start_, std::span(seen, block_));
  seen_.push(std::span<const float>(seen, block_));
  filter_->push(seen_);
}

void Place::move(double samples) noexcept {
  start_ += std::clamp(samples, -most_, most_);
  stay_within();
  look_again();
}

void Place::put(double samples) noexcept {
  start_ = std::clamp(samples, 0.0, most_);
  filter_->forget();
  look_again();
}

void Place::correct(const Alignment& alignment) noexcept {
  const float offset = alignment.offset();
  if (!alignment.is_settled() || alignment.fit() < kLeastFit || std::abs(offset) > kMostOffset) return;
  mean_offset_ += 0.01F * (offset - mean_offset_);
  drifts_ = drifts_ || std::abs(mean_offset_) > kDrifting;
  if (!drifts_) return;
  drift_ = std::clamp(drift_ + kDriftGain * offset / static_cast<double>(block_), -kMostDrift, kMostDrift);
  start_ += kOffsetGain * offset;
  stay_within();
}

/// The first partition cannot look into the future, nor the last beyond what is kept: then the answer moves instead.
void Place::stay_within() noexcept {
  if (start_ >= 0.0 && start_ <= most_) return;
  const auto block = static_cast<double>(block_);
  const double outside = start_ < 0.0 ? start_ : start_ - most_;
  const double blocks = start_ < 0.0 ? std::floor(outside / block) : std::ceil(outside / block);
  start_ -= blocks * block;
  filter_->move(-static_cast<std::ptrdiff_t>(blocks));
}

void Place::look_again() noexcept {
  float block[kMaxBlock];
  for (std::size_t p = filter_->partitions() + 1; p-- > 0;) {
    far_end_.read(start_ + static_cast<double>(p * block_), std::span(block, block_));
    seen_.push(std::span<const float>(block, block_));
    if (p < filter_->partitions()) filter_->replace(p, seen_);
  }
}

}  // namespace mixminus::aec
