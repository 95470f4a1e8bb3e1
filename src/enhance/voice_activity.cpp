// A pitch that is there, that stays, and that is louder than the room.
#include "mixminus/enhance/voice_activity.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/table.hpp"
#include "mixminus/dsp/level.hpp"

namespace mixminus::enhance {
namespace {

constexpr float kPitchRateHz = 4000.0F;
constexpr float kHighestPitchHz = 400.0F;
constexpr float kLowestPitchHz = 61.0F;
constexpr float kWindowS = 0.025F;
constexpr float kNoiseRiseDbPerS = 3.0F;
constexpr float kLowestNoiseDbov = -90.0F;
constexpr float kSteadyDb = 6.0F;
constexpr std::int32_t kSteadyMs = 1000;
constexpr float kGateDbov = -58.0F;

/// 0 at `low`, 1 at `high`.
float rise(float value, float low, float high) noexcept { return std::clamp((value - low) / (high - low), 0.0F, 1.0F); }

bool is_near(std::size_t lag, std::size_t other, float tolerance) noexcept {
  const auto difference = static_cast<float>(lag > other ? lag - other : other - lag);
  return difference < tolerance * static_cast<float>(std::min(lag, other));
}

}  // namespace

Status VoiceActivity::configure(std::int32_t sample_rate_hz, std::int32_t frame_ms) noexcept {
  const bool is_frame = frame_ms == 10 || frame_ms == 20 || frame_ms == 40 || frame_ms == 60;
  if (!is_frame || sample_rate_hz < 8'000 || sample_rate_hz > 48'000 || sample_rate_hz * frame_ms % 1000 != 0)
    return Status::out_of_range;
  *this = {};
  kernels_ = &kernels::active();
  const std::int32_t hop_ms = std::min(frame_ms, 20);
  const auto rate_hz = static_cast<float>(sample_rate_hz);
  step_samples_ = static_cast<std::size_t>(std::lround(rate_hz / kPitchRateHz));
  hop_samples_ = static_cast<std::size_t>(sample_rate_hz * hop_ms / 1000);
  const float pitch_rate_hz = rate_hz / static_cast<float>(step_samples_);
  window_ = static_cast<std::size_t>(pitch_rate_hz * kWindowS);
  shortest_ = static_cast<std::size_t>(pitch_rate_hz / kHighestPitchHz);
  longest_ = static_cast<std::size_t>(pitch_rate_hz / kLowestPitchHz);
  noise_rise_db_ = kNoiseRiseDbPerS * static_cast<float>(hop_ms) / 1000.0F;
  steady_hops_ = kSteadyMs / hop_ms;
  return Status::ok;
}

Voice VoiceActivity::update(std::span<const std::int16_t> frame) noexcept {
  if (kernels_ == nullptr || frame.size() < hop_samples_) return {};
  Voice voice{.level_dbov = dsp::level_dbov(frame)};
  const std::size_t hops = frame.size() / hop_samples_;
  for (std::size_t hop = 0; hop < hops; ++hop) {
    const auto samples = frame.subspan(hop * hop_samples_, hop_samples_);
    voice.speech_probability += update_hop(samples, hops == 1 ? voice.level_dbov : dsp::level_dbov(samples));
  }
  voice.speech_probability /= static_cast<float>(hops);
  voice.noise_dbov = noise_dbov_;
  return voice;
}

float VoiceActivity::update_hop(std::span<const std::int16_t> hop, float level_dbov) noexcept {
  track_noise(level_dbov);
  append(hop);
  const float above_noise = rise(level_dbov - noise_dbov_, 6.0F, 12.0F);
  const std::size_t earlier_lag = lag_;
  const float earlier_voicing = last_voicing_;
  lag_ = 0;
  last_voicing_ = 0.0F;
  if (above_noise == 0.0F || level_dbov <= kGateDbov) return 0.0F;
  last_voicing_ = rise(voicing(), 0.6F, 0.85F) * above_noise;
  return earlier_voicing > 0.2F && keeps_pitch(earlier_lag) ? last_voicing_ : 0.0F;
}

void VoiceActivity::track_noise(float level_dbov) noexcept {
  const float level = std::max(level_dbov, kLowestNoiseDbov);
  if (!has_started_) noise_dbov_ = level;
  has_started_ = true;
  if (level < noise_dbov_)
    noise_dbov_ += (level - noise_dbov_) * 0.5F;
  else
    noise_dbov_ = std::min(level, noise_dbov_ + noise_rise_db_);
  lowest_dbov_ = counted_hops_ == 0 ? level : std::min(lowest_dbov_, level);
  highest_dbov_ = counted_hops_ == 0 ? level : std::max(highest_dbov_, level);
  if (++counted_hops_ < steady_hops_) return;
  counted_hops_ = 0;
  if (highest_dbov_ - lowest_dbov_ < kSteadyDb) noise_dbov_ = std::max(noise_dbov_, lowest_dbov_);
}

/// Averages of a few samples each: a low pass that is good enough for pitch.
void VoiceActivity::append(std::span<const std::int16_t> hop) noexcept {
  const std::size_t added = hop.size() / step_samples_;
  const auto kept = std::copy(history_.begin() + static_cast<std::ptrdiff_t>(added), history_.end(), history_.begin());
  auto out = kept;
  for (std::size_t i = 0; i < added; ++i) {
    std::int32_t sum = 0;
    for (std::size_t j = 0; j < step_samples_; ++j) sum += hop[i * step_samples_ + j];
    *out++ = static_cast<std::int16_t>(sum / static_cast<std::int32_t>(step_samples_));
  }
}

/// Highest normalised cross-correlation, -1..1, whose lag becomes lag_.
float VoiceActivity::voicing() noexcept {
  const std::int16_t* const now = history_.data() + kMaxHistory - window_;
  auto energy = static_cast<double>(kernels_->energy(now - shortest_, window_));
  double best = -1.0;
  double best_product = 0.0;
  for (std::size_t lag = shortest_; lag < longest_; ++lag) {
    const std::int16_t* const earlier = now - lag;
    const auto product = static_cast<double>(kernels_->dot_product(now, earlier, window_));
    const double match = product > 0.0 ? product * product / (energy + 1.0) : -1.0;
    if (match > best) {
      best = match;
      best_product = product;
      lag_ = lag;
    }
    const double leaving = earlier[window_ - 1];
    const double entering = earlier[-1];
    energy += entering * entering - leaving * leaving;
  }
  if (best <= 0.0) return 0.0F;
  const auto own = static_cast<double>(kernels_->energy(now, window_));
  return static_cast<float>(std::sqrt(best / (own + 1.0)) * (best_product > 0.0 ? 1.0 : -1.0));
}

/// A pitch moves little within 20 ms; an octave is the same pitch found otherwise.
bool VoiceActivity::keeps_pitch(std::size_t lag) const noexcept {
  if (lag == 0 || lag_ == 0) return false;
  return is_near(lag_, lag, 0.2F) || is_near(lag_, 2 * lag, 0.1F) || is_near(2 * lag_, lag, 0.1F);
}

}  // namespace mixminus::enhance
