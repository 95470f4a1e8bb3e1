// One splice a frame.
#include "mixminus/jitter/time_scale.hpp"

#include <algorithm>
#include <cassert>

#include "kernels/table.hpp"
#include "mixminus/jitter/concealment.hpp"

namespace mixminus::jitter {

namespace {
constexpr std::size_t kOverlapMs = 5;
constexpr float kWorthwhile = 0.5F;
}  // namespace

void TimeScale::configure(std::int32_t sample_rate_hz, std::size_t max_frame_samples) {
  const auto rate = static_cast<std::size_t>(sample_rate_hz);
  overlap_ = rate * kOverlapMs / 1000;
  least_shift_ = rate / 400;
  short_shift_ = rate * kShortShiftMs / 1000;
  most_shift_ = rate * kMostShiftMs / 1000;
  signal_.assign(most_shift_ + max_frame_samples, 0);
  search_.configure(sample_rate_hz, signal_.size());
}

std::size_t TimeScale::overlap_of(std::size_t frame_samples) const noexcept {
  return std::min(overlap_, frame_samples / 4);
}

std::size_t TimeScale::shorten(std::span<std::int16_t> frame, std::size_t most, float most_mismatch) noexcept {
  const std::size_t overlap = overlap_of(frame.size());
  most = std::min({most, most_shift_, frame.size() - overlap});
  if (overlap < least_shift_ / 2) return 0;
  for (const std::size_t limit : {std::min(most, short_shift_), most}) {
    if (limit < least_shift_) return 0;
    const Likeness found = search_.after(frame.first(limit + overlap), overlap, {least_shift_, limit});
    if (found.lag == 0 || found.mismatch > most_mismatch * energy_of(frame, overlap)) continue;
    // no longer than the shift: what is faded out must not have been faded in
    cross_fade(frame.first(std::min(overlap, found.lag)), frame.subspan(found.lag));
    return found.lag;
  }
  return 0;
}

std::span<std::int16_t> TimeScale::lengthen(std::span<const std::int16_t> history, std::span<const std::int16_t> frame,
                                            std::size_t most, float most_mismatch) noexcept {
  const std::size_t kept = std::min(history.size(), most_shift_);
  const std::span<std::int16_t> signal = joined(history.last(kept), frame);
  const std::span<std::int16_t> unchanged = signal.subspan(kept);
  const std::size_t overlap = overlap_of(frame.size());
  most = std::min({most, kept, short_shift_});
  if (most < least_shift_ || overlap < least_shift_ / 2) return unchanged;
  const Likeness found = search_.before(signal, kept, overlap, {least_shift_, most});
  if (found.lag == 0 || found.mismatch > most_mismatch * energy_of(frame, overlap)) return unchanged;
  const std::span<std::int16_t> longer = signal.subspan(kept - found.lag);
  cross_fade(frame.first(overlap), longer);
  return longer;
}

float TimeScale::energy_of(std::span<const std::int16_t> frame, std::size_t samples) noexcept {
  const auto energy = static_cast<float>(kernels::active().energy(frame.data(), frame.size()));
  return energy * static_cast<float>(samples) / static_cast<float>(frame.size());
}

std::size_t TimeScale::find_join(std::span<const std::int16_t> tail, std::span<const std::int16_t> frame,
                                 std::size_t overlap) noexcept {
  if (tail.size() > most_shift_ || overlap > std::min(tail.size(), frame.size())) return 0;
  const std::span<const std::int16_t> signal = joined(tail, frame.first(overlap));
  const Likeness found = search_.before(signal, tail.size(), overlap, {overlap, tail.size()});
  return found.similarity < kWorthwhile ? 0 : tail.size() - found.lag;
}

std::span<std::int16_t> TimeScale::joined(std::span<const std::int16_t> past,
                                          std::span<const std::int16_t> frame) noexcept {
  assert(past.size() + frame.size() <= signal_.size());
  std::ranges::copy(past, signal_.begin());
  std::ranges::copy(frame, signal_.begin() + static_cast<std::ptrdiff_t>(past.size()));
  return std::span{signal_}.first(past.size() + frame.size());
}

}  // namespace mixminus::jitter
