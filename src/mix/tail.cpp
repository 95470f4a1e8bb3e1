// Continue, fade, and let the mix play it.
#include "mixminus/mix/tail.hpp"

#include <algorithm>

#include "kernels/table.hpp"

namespace mixminus::mix {
namespace {

// How badly the end of the frame is matched by what came `lag` samples before it.
std::int64_t mismatch(std::span<const std::int16_t> end, const std::int16_t* earlier, std::size_t stride) noexcept {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < end.size(); i += stride) {
    const std::int64_t difference = end[i] - earlier[i];
    sum += difference * difference;
  }
  return sum;
}

}  // namespace

void Continuation::configure(std::int32_t sample_rate_hz, const FadeCurve& curve) {
  match_samples_ = static_cast<std::size_t>(sample_rate_hz) / 400;  // 2.5 ms
  match_stride_ = std::max<std::size_t>(1, static_cast<std::size_t>(sample_rate_hz) / 16'000);
  continued_.assign(curve.samples(), 0);
}

std::span<const std::int16_t> Continuation::after(std::span<const std::int16_t> last) noexcept {
  const std::size_t period = period_samples(last);
  for (std::size_t i = 0; i < continued_.size(); ++i) continued_[i] = last[last.size() - period + i % period];
  return continued_;
}

void Tail::configure(const FadeCurve& curve) {
  kernels_ = &kernels::active();
  sums_.assign(curve.samples(), 0);
}

void Tail::clear() noexcept { std::ranges::fill(sums_, 0); }

void Tail::add(std::span<const std::int16_t> continued, Fader fader, const FadeCurve& curve) noexcept {
  fader.fade_to(0.0F, curve);
  const std::size_t position = fader.position_samples();  // not 0: it was fading out already
  const std::size_t left = curve.samples() - position;
  kernels_->add_faded({continued.data(), curve.at(position), fader.start(), fader.step()}, sums_.data(), left);
}

void Tail::play(std::span<std::int32_t> sums) noexcept {
  const auto played = sums_.begin() + static_cast<std::ptrdiff_t>(std::min(sums.size(), sums_.size()));
  std::fill(std::copy(sums_.begin(), played, sums.begin()), sums.end(), 0);
  std::fill(std::copy(played, sums_.end(), sums_.begin()), sums_.end(), 0);
}

std::size_t Continuation::period_samples(std::span<const std::int16_t> last) const noexcept {
  const auto end = last.last(match_samples_);
  std::size_t best = match_samples_;
  std::int64_t least = INT64_MAX;
  for (std::size_t lag = match_samples_; lag <= last.size() - match_samples_; ++lag) {
    const std::int64_t found = mismatch(end, end.data() - lag, match_stride_);
    if (found >= least) continue;
    least = found;
    best = lag;
  }
  return best;
}

}  // namespace mixminus::mix
