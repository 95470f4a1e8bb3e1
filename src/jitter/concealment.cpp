// Excitation and timbre of what was heard, and how they go on.
#include "mixminus/jitter/concealment.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace mixminus::jitter {

namespace {

// in samples at 8 kHz: voices from 400 Hz down to 60 Hz, compared over 10 ms
constexpr std::size_t kSearchRateHz = 8000;
constexpr std::size_t kLeastLag = 20;
constexpr std::size_t kMostLag = 133;
constexpr std::size_t kTemplate = 80;
constexpr std::size_t kHistory = 2 * kMostLag + 8;
static_assert(kHistory >= kMostLag + kTemplate + 8);
constexpr float kLeastSimilarity = 0.3F;  // below it there is no pitch,
constexpr float kFullSimilarity = 0.8F;   // from here on nothing else
constexpr float kHoldMs = 20.0F;          // full level for so long,
constexpr float kSilentMs = 300.0F;       // noise alone from here on
constexpr float kBuzzMs = 60.0F;          // a pitch that stays longer sounds like a machine: it becomes a whisper
constexpr float kWhisperMs = 160.0F;

/// -sqrt(3)..sqrt(3), of variance 1, by a linear congruence (Knuth, The Art of Computer Programming 3.3.4).
float noise_of(std::uint32_t& random) noexcept {
  constexpr float kScale = 1.7320508F / 2147483648.0F;
  random = random * 1664525U + 1013904223U;
  return static_cast<float>(static_cast<std::int32_t>(random)) * kScale;
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
  predictor_.configure(sample_rate_hz);
  history_.assign(std::max(kHistory * scale_, predictor_.window_samples()) + Predictor::kMostOrder, 0);
  excitation_.assign(kMostLag * scale_, 0.0F);
  search_.configure(sample_rate_hz, history_.size());
  reset();
}

void Concealment::reset() noexcept {
  std::ranges::fill(history_, std::int16_t{0});
  period_samples_ = 0;
  course_ = {};
  is_analysed_ = false;
}

void Concealment::observe(std::span<const std::int16_t> frame) noexcept {
  is_analysed_ = false;
  const std::size_t fresh = std::min(frame.size(), history_.size());
  std::copy(history_.begin() + static_cast<std::ptrdiff_t>(fresh), history_.end(), history_.begin());
  std::ranges::copy(frame.last(fresh), history_.end() - static_cast<std::ptrdiff_t>(fresh));
}

void Concealment::conceal(std::span<std::int16_t> noise) noexcept {
  analyse();
  go_on(course_, noise);
}

void Concealment::peek(std::span<std::int16_t> noise) noexcept {
  analyse();
  Course course = course_;
  go_on(course, noise);
}

void Concealment::analyse() noexcept {
  if (is_analysed_) return;
  is_analysed_ = true;
  predictor_.analyse(history_);
  find_excitation();
  course_.run = 0;
  course_.fallen = 1.0F;
  std::copy(history_.end() - Predictor::kMostOrder, history_.end(), course_.memory.begin());
}

void Concealment::find_excitation() noexcept {
  const std::size_t compared = kTemplate * scale_;
  const Lags lags{kLeastLag * scale_, kMostLag * scale_};
  const Likeness found = search_.before(history_, history_.size() - compared, compared, lags);
  // no pitch: of the longest period the level is known best
  const std::size_t period = found.similarity > kLeastSimilarity ? found.lag : lags.most;
  const float share = (found.similarity - kLeastSimilarity) / (kFullSimilarity - kLeastSimilarity);
  voicing_ = std::clamp(share, 0.0F, 1.0F);
  float energy = 0.0F;
  for (std::size_t i = 0; i < period; ++i) {
    excitation_[i] = predictor_.residual(history_, history_.size() - period + i);
    energy += excitation_[i] * excitation_[i];
  }
  period_samples_ = period;
  excitation_level_ = std::sqrt(energy / static_cast<float>(period));
  float last = 1.0F;
  float before = 1.0F;
  for (std::size_t i = 1; i <= period; ++i) {
    const auto late = static_cast<float>(history_[history_.size() - i]);
    const auto early = static_cast<float>(history_[history_.size() - period - i]);
    last += late * late;
    before += early * early;
  }
  decline_ = std::min(std::sqrt(last / before), 1.0F);
}

void Concealment::go_on(Course& course, std::span<std::int16_t> noise) const noexcept {
  for (std::int16_t& sample : noise) {
    const float gain = gain_at(course);
    if (gain <= 0.0F) break;
    const float voice = predictor_.synthesise(excitation_at(course), course.memory);
    if (++course.run % period_samples_ == 0) course.fallen *= decline_;
    sample = static_cast<std::int16_t>(std::lrint(gain * voice + (1.0F - gain) * static_cast<float>(sample)));
  }
}

float Concealment::excitation_at(Course& course) const noexcept {
  const float whisper = (milliseconds(course.run) - kBuzzMs) / (kWhisperMs - kBuzzMs);
  const float pitch = voicing_ * std::clamp(1.0F - whisper, 0.0F, 1.0F);
  const float noise = std::sqrt(1.0F - pitch * pitch) * excitation_level_ * noise_of(course.random);
  return pitch * excitation_[course.run % period_samples_] + noise;
}

float Concealment::gain_at(const Course& course) const noexcept {
  const float faded = (milliseconds(course.run) - kHoldMs) / (kSilentMs - kHoldMs);
  const float part = static_cast<float>(course.run % period_samples_) / static_cast<float>(period_samples_);
  return std::clamp(1.0F - faded, 0.0F, 1.0F) * course.fallen * (1.0F - part * (1.0F - decline_));
}

float Concealment::milliseconds(std::size_t samples) const noexcept {
  return static_cast<float>(samples) * 1000.0F / static_cast<float>(sample_rate_hz_);
}

}  // namespace mixminus::jitter
