// Peaks of short blocks, the highest gain that each allows, and a gain that gets there in time.
#include "mixminus/mix/limiter.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/table.hpp"

namespace mixminus::mix {
namespace {

/// The longest block of at most 1 ms that divides the frame.
std::size_t block_samples(std::int32_t sample_rate_hz, std::size_t frame_samples) noexcept {
  std::size_t block = static_cast<std::size_t>(sample_rate_hz) / 1000;
  while (frame_samples % block != 0) --block;
  return block;
}

}  // namespace

void Limiter::configure(const LimiterConfig& config, std::int32_t sample_rate_hz, std::size_t frame_samples) {
  kernels_ = &kernels::active();
  block_ = block_samples(sample_rate_hz, frame_samples);
  blocks_ = frame_samples / block_;
  const auto look_ahead = static_cast<std::size_t>(sample_rate_hz) * static_cast<std::size_t>(config.look_ahead_ms) / 1000;
  delay_blocks_ = std::min(look_ahead / block_, LimiterState::kMaxWaitingBlocks);
  const double block_ms = 1000.0 * static_cast<double>(block_) / sample_rate_hz;
  recovery_ = static_cast<float>(1.0 - std::exp(-block_ms / config.release_ms));
  ramp_.resize(block_);
  for (std::size_t i = 0; i < block_; ++i) ramp_[i] = static_cast<float>(i + 1) / static_cast<float>(block_);
  required_.assign(delay_blocks_ + blocks_, 1.0F);
  knots_.assign(blocks_ + 1, 1.0F);
  peaks_.assign(blocks_, 0);
}

LimiterState Limiter::idle_state() const noexcept {
  LimiterState state;
  state.required.fill(1.0F);
  return state;
}

void Limiter::process(LimiterState& state, std::span<const std::int32_t* const> planes,
                      std::span<std::int16_t* const> out) noexcept {
  std::copy_n(state.required.begin(), delay_blocks_, required_.begin());
  find_required(planes);
  const bool is_active = plan(state);
  std::copy_n(required_.begin() + static_cast<std::ptrdiff_t>(blocks_), delay_blocks_, state.required.begin());
  for (std::size_t channel = 0; channel < planes.size(); ++channel) {
    if (is_active)
      kernels_->apply_gains(planes[channel], {knots_.data(), ramp_.data(), block_, blocks_}, out[channel]);
    else
      kernels_->narrow(planes[channel], out[channel], block_ * blocks_);
  }
}

void Limiter::find_required(std::span<const std::int32_t* const> planes) noexcept {
  float* const required = required_.data() + delay_blocks_;
  std::fill_n(required, blocks_, 1.0F);
  for (const std::int32_t* plane : planes) {
    kernels_->block_peaks(plane + delay_samples(), block_, blocks_, peaks_.data());
    for (std::size_t b = 0; b < blocks_; ++b)
      if (peaks_[b] > kCeiling)
        required[b] = std::min(required[b], static_cast<float>(kCeiling) / static_cast<float>(peaks_[b]));
  }
}

bool Limiter::plan(LimiterState& state) noexcept {
  float gain = state.gain;
  bool is_active = gain < 1.0F;
  knots_[0] = gain;
  for (std::size_t b = 0; b < blocks_; ++b) {
    gain += (1.0F - gain) * recovery_;
    if (gain > 0.9999F) gain = 1.0F;
    for (std::size_t ahead = 0; b + ahead < required_.size() && ahead <= delay_blocks_ + 1; ++ahead) {
      if (required_[b + ahead] >= gain) continue;
      const float slope = (required_[b + ahead] - knots_[b]) / static_cast<float>(std::max<std::size_t>(ahead, 1));
      gain = std::min(gain, knots_[b] + slope);
    }
    is_active |= gain < 1.0F;
    knots_[b + 1] = gain;
  }
  state.gain = gain;
  return is_active;
}

}  // namespace mixminus::mix
