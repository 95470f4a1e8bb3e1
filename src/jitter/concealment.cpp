// Pitch by correlation, repetition with a fade.
#include "mixminus/jitter/concealment.hpp"

#include <algorithm>
#include <cassert>

namespace mixminus::jitter {

namespace {

// in samples at 8 kHz: voices from 400 Hz down to 60 Hz, compared over 10 ms
constexpr std::size_t kSearchRateHz = 8000;
constexpr std::size_t kLeastLag = 20;
constexpr std::size_t kMostLag = 133;
constexpr std::size_t kTemplate = 80;
constexpr std::size_t kHistory = kMostLag + kTemplate + 8;
constexpr std::int64_t kQ15 = 32768;
constexpr std::int64_t kHoldMs = 20;     // full level for so long,
constexpr std::int64_t kSilentMs = 100;  // noise alone from here on

std::int16_t saturate(std::int64_t value) noexcept {
  return static_cast<std::int16_t>(std::clamp<std::int64_t>(value, -32768, 32767));
}

}  // namespace

void cross_fade(std::span<const std::int16_t> tail, std::span<std::int16_t> frame) noexcept {
  const auto length = static_cast<std::int64_t>(std::min(tail.size(), frame.size()));
  for (std::int64_t i = 0; i < length; ++i) {
    const auto at = static_cast<std::size_t>(i);
    frame[at] = static_cast<std::int16_t>((frame[at] * (2 * i + 1) + tail[at] * (2 * (length - i) - 1)) / (2 * length));
  }
}

void Concealment::configure(std::int32_t sample_rate_hz) {
  assert(sample_rate_hz >= 8000 && sample_rate_hz <= 48000);
  sample_rate_hz_ = sample_rate_hz;
  scale_ = static_cast<std::size_t>(sample_rate_hz) / kSearchRateHz;
  history_.assign(kHistory * scale_, 0);
  period_.assign((kMostLag + 1) * scale_, 0);
  search_.configure(sample_rate_hz, history_.size());
  reset();
}

void Concealment::reset() noexcept {
  std::ranges::fill(history_, std::int16_t{0});
  period_samples_ = run_ = 0;
  is_repeating_ = false;
}

void Concealment::observe(std::span<const std::int16_t> frame) noexcept {
  run_ = 0;
  is_repeating_ = false;
  const std::size_t fresh = std::min(frame.size(), history_.size());
  std::copy(history_.begin() + static_cast<std::ptrdiff_t>(fresh), history_.end(), history_.begin());
  std::ranges::copy(frame.last(fresh), history_.end() - static_cast<std::ptrdiff_t>(fresh));
}

void Concealment::conceal(std::span<std::int16_t> noise) noexcept {
  peek(noise);
  run_ += noise.size();
}

void Concealment::peek(std::span<std::int16_t> noise) noexcept {
  if (!is_repeating_) find_period();
  is_repeating_ = true;
  std::size_t run = run_;
  const std::int64_t hold = kHoldMs * sample_rate_hz_ / 1000;
  const std::int64_t fade = kSilentMs * sample_rate_hz_ / 1000 - hold;
  for (std::int16_t& sample : noise) {
    const std::int64_t faded = std::clamp<std::int64_t>(static_cast<std::int64_t>(run) - hold, 0, fade);
    const std::int64_t gain = kQ15 - faded * kQ15 / fade;
    sample = saturate((repeated(run) * gain + sample * (faded * kQ15 / fade)) / kQ15);
    ++run;
  }
}

std::int32_t Concealment::repeated(std::size_t run) const noexcept {
  const std::int32_t sample = period_[run % period_samples_];
  const auto overlap = static_cast<std::int32_t>(period_samples_ / 4);
  if (run >= static_cast<std::size_t>(overlap)) return sample;
  return sample + offset_ * (overlap - static_cast<std::int32_t>(run)) / overlap;
}

void Concealment::find_period() noexcept {
  const std::size_t compared = kTemplate * scale_;
  const Lags lags{kLeastLag * scale_, kMostLag * scale_};
  const Likeness found = search_.before(history_, history_.size() - compared, compared, lags);
  // no pitch: the longest period repeats least audibly
  period_samples_ = found.lag > 0 ? found.lag : lags.most;
  const std::size_t start = history_.size() - period_samples_;
  std::copy(history_.begin() + static_cast<std::ptrdiff_t>(start), history_.end(), period_.begin());
  offset_ = history_.back() - history_[start - 1];
  // the period's end goes over into what came before its start, so that it can be repeated
  const std::size_t overlap = period_samples_ / 4;
  const std::span<std::int16_t> end = std::span{period_}.subspan(period_samples_ - overlap, overlap);
  for (std::size_t i = 0; i < overlap; ++i) {
    const std::int32_t before = history_[start - overlap + i];
    const auto weight = static_cast<std::int32_t>(i + 1);
    const auto whole = static_cast<std::int32_t>(overlap + 1);
    end[i] = static_cast<std::int16_t>((end[i] * (whole - weight) + before * weight) / whole);
  }
}

}  // namespace mixminus::jitter
