// EchoCanceller: samples of the caller to bands of the canceller, and back.
#include "mixminus/aec/echo_canceller.hpp"

#include <algorithm>
#include <cmath>
#include <new>

#include "aec/band_split.hpp"
#include "aec/canceller.hpp"

namespace mixminus::aec {
namespace {

constexpr std::size_t kMaxFrame = 480;

bool is_within(float value, float least, float most) { return value >= least && value <= most; }

bool is_valid(const Config& config) {
  const bool has_rate = config.sample_rate_hz == 8'000 || config.sample_rate_hz == 16'000 ||
                        config.sample_rate_hz == 32'000 || config.sample_rate_hz == 48'000;
  return has_rate && config.tail_length_ms >= 50 && config.tail_length_ms <= 500 && config.max_delay_ms >= 0 &&
         config.max_delay_ms <= 2'500 && is_within(config.process_noise, 0.0F, 0.1F) &&
         is_within(config.suppression_db, 0.0F, 60.0F);
}

/// A frame of the caller, every sample of it a number within full scale.
std::uint64_t take_in(std::span<const float> in, float* out) {
  std::uint64_t invalid = 0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const float sample = std::isfinite(in[i]) ? std::clamp(in[i], -1.0F, 1.0F) : 0.0F;
    invalid += sample == in[i] ? 0U : 1U;
    out[i] = sample;
  }
  return invalid;
}

void take_in(std::span<const std::int16_t> in, float* out) {
  for (std::size_t i = 0; i < in.size(); ++i) out[i] = static_cast<float>(in[i]) * 0x1p-15F;
}

}  // namespace

struct EchoCanceller::State {
  Status configure(const Config& settings);
  void reset() noexcept;
  void process(const float* near_end, const float* far_end, float* out) noexcept;
  void process_split(const float* near_end, const float* far_end, float* out) noexcept;
  void skip(const float* far_end) noexcept;

  std::size_t frame = 0;
  std::size_t block = 0;
  std::size_t factor = 1;
  std::uint64_t invalid_samples = 0;
  Canceller canceller{};
  // above 16 kHz
  BandSplit near_down{}, far_down{}, low_up{}, change_up{};
  float past_near[2 * kMaxFrame + BandSplit::kDelay * 3]{};
  float past_above[2 * kMaxFrame]{};
  float past_low[2 * kMaxBlock]{};
  float last_gain_above = 1.0F;
};

Status EchoCanceller::State::configure(const Config& settings) {
  frame = static_cast<std::size_t>(settings.sample_rate_hz / 100);
  factor = settings.sample_rate_hz > 16'000 ? static_cast<std::size_t>(settings.sample_rate_hz / 16'000) : 1;
  block = frame / factor;
  for (BandSplit* split : {&near_down, &far_down, &low_up, &change_up})
    if (factor > 1) split->configure(factor);
  return canceller.configure(settings, block);
}

void EchoCanceller::State::reset() noexcept {
  canceller.reset();
  for (BandSplit* split : {&near_down, &far_down, &low_up, &change_up}) split->reset();
  std::ranges::fill(past_near, 0.0F);
  std::ranges::fill(past_above, 0.0F);
  std::ranges::fill(past_low, 0.0F);
  last_gain_above = 1.0F;
  invalid_samples = 0;
}

void EchoCanceller::State::process(const float* near_end, const float* far_end, float* out) noexcept {
  if (factor > 1) return process_split(near_end, far_end, out);
  (void)canceller.process(std::span(near_end, frame), std::span(far_end, frame), std::span(out, frame));
}

/// What the canceller changes below 8 kHz is brought up and added; what is above is weighed by one gain.
void EchoCanceller::State::process_split(const float* near_end, const float* far_end, float* out) noexcept {
  const std::size_t lag = BandSplit::kDelay * factor;
  float low[kMaxBlock], far_low[kMaxBlock], clean[kMaxBlock], change[kMaxFrame], below[kMaxFrame];
  near_down.down(std::span(near_end, frame), std::span(low, block));
  far_down.down(std::span(far_end, frame), std::span(far_low, block));
  const bool is_exact = canceller.process(std::span<const float>(low, block), std::span<const float>(far_low, block),
                                          std::span(clean, block));
  // newest last: near_end, the low band, and what is above it, of this frame and of the one before
  std::copy_n(past_near + frame, frame + lag, past_near);
  std::copy_n(near_end, frame, past_near + frame + lag);
  std::copy_n(past_low + block, block, past_low);
  std::copy_n(low, block, past_low + block);
  std::copy_n(past_above + frame, frame, past_above);
  low_up.up(std::span<const float>(low, block), std::span(below, frame));
  for (std::size_t i = 0; i < frame; ++i) past_above[frame + i] = past_near[frame + i] - below[i];

  for (std::size_t i = 0; i < block; ++i) clean[i] = is_exact ? 0.0F : clean[i] - past_low[i];
  change_up.up(std::span<const float>(clean, block), std::span(change, frame));
  const float gain = canceller.gain_above();
  const float step = (gain - last_gain_above) / static_cast<float>(frame);
  for (std::size_t i = 0; i < frame; ++i) {
    const float lost = 1.0F - (last_gain_above + step * static_cast<float>(i));
    out[i] = past_near[i] + change[i] - lost * past_above[i];
  }
  last_gain_above = gain;
}

void EchoCanceller::State::skip(const float* far_end) noexcept {
  float low[kMaxBlock];
  if (factor > 1) far_down.down(std::span(far_end, frame), std::span(low, block));
  canceller.skip(std::span(factor > 1 ? low : far_end, block));
  near_down.reset();
  low_up.reset();
  change_up.reset();
  std::ranges::fill(past_near, 0.0F);
  std::ranges::fill(past_above, 0.0F);
  std::ranges::fill(past_low, 0.0F);
}

EchoCanceller::EchoCanceller() noexcept = default;
EchoCanceller::~EchoCanceller() = default;
EchoCanceller::EchoCanceller(EchoCanceller&&) noexcept = default;
EchoCanceller& EchoCanceller::operator=(EchoCanceller&&) noexcept = default;

Status EchoCanceller::configure(const Config& config) noexcept try {
  if (!is_valid(config)) return Status::out_of_range;
  auto state = std::make_unique<State>();
  const Status status = state->configure(config);
  if (status == Status::ok) state_ = std::move(state);
  return status;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status EchoCanceller::process(std::span<const float> near_end, std::span<const float> far_end,
                              std::span<float> out) noexcept {
  if (state_ == nullptr) return Status::not_configured;
  const std::size_t frame = state_->frame;
  if (near_end.size() != frame || far_end.size() != frame || out.size() != frame) return Status::shape_mismatch;
  float near[kMaxFrame], far[kMaxFrame];
  state_->invalid_samples += take_in(near_end, near);
  state_->invalid_samples += take_in(far_end, far);
  state_->process(near, far, out.data());
  for (float& sample : out) sample = std::clamp(sample, -1.0F, 1.0F);
  return Status::ok;
}

Status EchoCanceller::process(std::span<const std::int16_t> near_end, std::span<const std::int16_t> far_end,
                              std::span<std::int16_t> out) noexcept {
  if (state_ == nullptr) return Status::not_configured;
  const std::size_t frame = state_->frame;
  if (near_end.size() != frame || far_end.size() != frame || out.size() != frame) return Status::shape_mismatch;
  float near[kMaxFrame], far[kMaxFrame], clean[kMaxFrame];
  take_in(near_end, near);
  take_in(far_end, far);
  state_->process(near, far, clean);
  for (std::size_t i = 0; i < frame; ++i)
    out[i] = static_cast<std::int16_t>(std::clamp(std::nearbyint(clean[i] * 32768.0F), -32768.0F, 32767.0F));
  return Status::ok;
}

Status EchoCanceller::skip(std::span<const std::int16_t> far_end) noexcept {
  if (state_ == nullptr) return Status::not_configured;
  if (far_end.size() != state_->frame) return Status::shape_mismatch;
  float far[kMaxFrame];
  take_in(far_end, far);
  state_->skip(far);
  return Status::ok;
}

void EchoCanceller::near_end_shifted(std::int64_t samples) noexcept {
  if (state_ == nullptr || samples == 0) return;
  state_->canceller.shift(static_cast<double>(samples) / static_cast<double>(state_->factor));
}

void EchoCanceller::set_delay_prior_ms(float delay_ms) noexcept {
  if (state_ != nullptr)
    state_->canceller.set_delay_prior(static_cast<double>(delay_ms) * 0.1 * static_cast<double>(state_->block));
}

Metrics EchoCanceller::metrics() const noexcept {
  if (state_ == nullptr) return {};
  Metrics metrics = state_->canceller.metrics();
  metrics.invalid_samples = state_->invalid_samples;
  return metrics;
}

std::int32_t EchoCanceller::delay_samples() const noexcept {
  if (state_ == nullptr) return 0;
  const std::size_t split = state_->factor > 1 ? BandSplit::kDelay * state_->factor : 0;
  return static_cast<std::int32_t>(state_->frame + split);
}

void EchoCanceller::reset() noexcept {
  if (state_ != nullptr) state_->reset();
}

}  // namespace mixminus::aec
