#include "aec/delay_search.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mixminus::aec {
namespace {

constexpr std::size_t kFirstBin = 4;
constexpr std::size_t kSlices = 4;
constexpr float kKeep = 1.0F - 1.0F / 15.0F;  // a slice comes every 40 ms
constexpr float kLeastWeight = 6.0F;          // of the averages: with fewer, chance is too high
constexpr float kMuchWeight = 10.0F;
constexpr float kDoubted = 0.5F;  // what is left of the averages when the echo seems to have moved
constexpr float kLeastScore = 0.03F;
constexpr float kAboveCrowd = 4.0F;  // the mean score of all delays
constexpr float kAboveHeld = 2.0F;   // the one that was best so far
constexpr int kStreak = 20;          // blocks

}  // namespace

void DelaySearch::configure(std::size_t lags, std::size_t bins) {
  kernels_ = &kernels::active();
  bins_ = std::min(kBins, bins - 1 - kFirstBin);
  far_.resize(lags);
  sums_.resize(lags);
  weights_.resize(lags);
  scores_.resize(lags);
  reset();
}

void DelaySearch::reset() noexcept {
  std::ranges::fill(far_, Band{});
  std::ranges::fill(sums_, Band{});
  std::ranges::fill(weights_, 0.0F);
  std::ranges::fill(scores_, 0.0F);
  std::ranges::fill(far_mean_, 0.0F);
  std::ranges::fill(near_mean_, 0.0F);
  head_ = slice_ = 0;
  best_ = candidate_ = -1;
  streak_ = 0;
}

/// Scores are as they were, but new ones weigh more.
void DelaySearch::doubt() noexcept {
  if (weights_.back() < kMuchWeight) return;
  for (std::size_t lag = 0; lag < sums_.size(); ++lag) {
    for (float* part : {sums_[lag].re, sums_[lag].im})
      for (std::size_t k = 0; k < bins_; ++k) part[k] *= kDoubted;
    weights_[lag] *= kDoubted;
  }
}

void DelaySearch::move(int blocks) noexcept {
  const auto lags = static_cast<int>(far_.size());
  blocks = std::clamp(blocks, -lags, lags);
  const auto move_all = [&](auto& of_lags) {
    using Value = typename std::decay_t<decltype(of_lags)>::value_type;
    if (blocks >= 0) {
      std::shift_right(of_lags.begin(), of_lags.end(), blocks);
      std::fill_n(of_lags.begin(), blocks, Value{});
    } else {
      std::shift_left(of_lags.begin(), of_lags.end(), -blocks);
      std::fill_n(of_lags.end() + blocks, -blocks, Value{});
    }
  };
  move_all(sums_);
  move_all(weights_);
  move_all(scores_);
  if (best_ >= 0) best_ = std::clamp(best_ + blocks, 0, lags - 1);
  candidate_ = -1;
}

void DelaySearch::update(const Spectrum& far, const Spectrum& near, bool is_far_active) noexcept {
  head_ = (head_ == 0 ? far_.size() : head_) - 1;
  whiten(far, far_mean_, far_[head_]);
  if (!is_far_active) return;
  Band whitened;
  whiten(near, near_mean_, whitened);
  correlate(whitened);
  elect();
}

void DelaySearch::whiten(const Spectrum& in, float* mean, Band& out) const noexcept {
  constexpr float kSilence = 1e-4F;
  for (std::size_t k = 0; k < bins_; ++k) {
    const float power = in.power(k + kFirstBin);
    mean[k] += 0.1F * (power - mean[k]) + 1e-20F;
    const float scale = 1.0F / std::sqrt(std::max(mean[k], 0.25F * power) + kSilence);
    out.re[k] = in.re[k + kFirstBin] * scale;
    out.im[k] = in.im[k + kFirstBin] * scale;
  }
}

void DelaySearch::correlate(const Band& near) noexcept {
  slice_ = (slice_ + 1) % kSlices;
  for (std::size_t lag = slice_; lag < far_.size(); lag += kSlices) {
    const Band& far = far_[(head_ + lag) % far_.size()];
    Band& sum = sums_[lag];
    const float power =
        kernels_->accumulate_correlation({far.re, far.im, near.re, near.im}, kKeep, sum.re, sum.im, bins_);
    weights_[lag] = kKeep * weights_[lag] + 1.0F;
    scores_[lag] = power / (weights_[lag] * weights_[lag] * static_cast<float>(bins_));
  }
}

/// A delay wins when it stands out from the crowd for a while, and clearly from the one that was best.
void DelaySearch::elect() noexcept {
  const auto at = std::ranges::max_element(scores_);
  const int top = static_cast<int>(at - scores_.begin());
  const float crowd = std::accumulate(scores_.begin(), scores_.end(), 0.0F) / static_cast<float>(scores_.size());
  const bool stands_out = *at > kLeastScore && *at > kAboveCrowd * crowd;
  streak_ = stands_out && std::abs(top - candidate_) <= 1 ? streak_ + 1 : 0;
  candidate_ = stands_out ? top : -1;
  if (streak_ < kStreak || weights_[static_cast<std::size_t>(top)] < kLeastWeight) return;
  float held = 0.0F;
  if (best_ >= 0)
    for (int lag = std::max(0, best_ - 1); lag <= std::min(best_ + 1, static_cast<int>(scores_.size()) - 1); ++lag)
      held = std::max(held, scores_[static_cast<std::size_t>(lag)]);
  if (*at > kAboveHeld * held) best_ = top;
}

}  // namespace mixminus::aec
