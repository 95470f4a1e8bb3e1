#include "aec/delay_search.hpp"

#include <algorithm>
#include <cmath>

namespace mixminus::aec {

void DelaySearch::configure(std::size_t lags, std::size_t bins) {
  lags_ = lags;
  used_ = std::min(kSearched, bins - kFirstBin);
  far_.assign(lags, {});
  c_.assign(lags, {});
  scores_.assign(lags, 0.0F);
  counts_.assign(lags, 0.0F);
  reset();
}

void DelaySearch::reset() noexcept {
  std::ranges::fill(far_, Band{});
  std::ranges::fill(c_, Band{});
  std::ranges::fill(scores_, 0.0F);
  std::ranges::fill(counts_, 0.0F);
  std::ranges::fill(far_mean_, 0.0F);
  std::ranges::fill(near_mean_, 0.0F);
  seen_ = 0;
  best_ = candidate_ = -1;
  streak_ = 0;
}

void DelaySearch::whiten(const Spectrum& in, float* mean, Band& out) const noexcept {
  for (std::size_t k = 0; k < used_; ++k) {
    const float power = in.power(k + kFirstBin);
    mean[k] += 0.1F * (power - mean[k]);
    const float scale = 1.0F / std::sqrt(std::max(mean[k], 0.25F * power) + 1e-4F);
    out.re[k] = in.re[k + kFirstBin] * scale;
    out.im[k] = in.im[k + kFirstBin] * scale;
  }
}

void DelaySearch::update(const Spectrum& far, const Spectrum& near, bool is_far_active) noexcept {
  head_ = (head_ + lags_ - 1) % lags_;
  whiten(far, far_mean_, far_[head_]);
  Band d;
  whiten(near, near_mean_, d);
  if (!is_far_active) return;
  seen_ += 1.0F;
  slice_ = (slice_ + 1) % kSlices;
  for (std::size_t l = slice_; l < lags_; l += kSlices) {
    const Band& x = far_[(head_ + l) % lags_];
    Band& c = c_[l];
    counts_[l] = std::min(counts_[l] + 1.0F, 60.0F / kSlices);
    const float step = 1.0F / counts_[l];
    float sum = 0.0F;
    for (std::size_t k = 0; k < used_; ++k) {
      c.re[k] += step * (x.re[k] * d.re[k] + x.im[k] * d.im[k] - c.re[k]);
      c.im[k] += step * (x.re[k] * d.im[k] - x.im[k] * d.re[k] - c.im[k]);
      sum += c.re[k] * c.re[k] + c.im[k] * c.im[k];
    }
    scores_[l] = sum / static_cast<float>(used_);
  }
  // the winner must stand out from the crowd, several times in a row
  std::size_t top = 0;
  float total = 0.0F;
  for (std::size_t l = 0; l < lags_; ++l) {
    total += scores_[l];
    if (scores_[l] > scores_[top]) top = l;
  }
  const float mean = total / static_cast<float>(lags_);
  const bool stands_out = scores_[top] > 0.03F && scores_[top] > 4.0F * mean;
  if (stands_out && std::abs(static_cast<int>(top) - candidate_) <= 1) {
    ++streak_;
  } else {
    streak_ = 0;
  }
  candidate_ = stands_out ? static_cast<int>(top) : -1;
  float held = 0.0F;
  for (int l = std::max(0, best_ - 1); best_ >= 0 && l <= best_ + 1 && l < static_cast<int>(lags_); ++l) held = std::max(held, scores_[static_cast<std::size_t>(l)]);
  if (streak_ >= 20 && counts_[top] >= 8.0F && scores_[top] > 2.0F * held) best_ = candidate_;
}

}  // namespace mixminus::aec
