// Peaks of short blocks, the highest gain that each allows, and a gain that gets there in time.
#include "mixminus/mix/limiter.hpp"

#include <algorithm>

#include "kernels/table.hpp"

namespace mixminus::mix {
namespace {

constexpr float kTarget = Limiter::kCeiling - 1;  // leaves room for the rounding of the gain
constexpr float kHoldMs = 30.0F;
constexpr float kDensityMs = 2000.0F;
constexpr float kMostDensity = 0.5F;
constexpr float kSlowing = 60.0F;     // of the release, at a density of 1
constexpr float kNearlyOne = 0.999F;  // 0.009 dB
constexpr float kNearlyNone = 1e-4F;

}  // namespace

std::size_t Limiter::block_samples(std::int32_t sample_rate_hz, std::size_t frame_samples) noexcept {
  std::size_t block = static_cast<std::size_t>(sample_rate_hz) / 1000;
  const std::size_t shortest = block / 3;
  while (block > shortest && frame_samples % block != 0) --block;
  return block > shortest ? block : 0;
}

void Limiter::configure(const LimiterConfig& config, std::int32_t sample_rate_hz, std::size_t frame_samples) {
  kernels_ = &kernels::active();
  block_ = block_samples(sample_rate_hz, frame_samples);
  blocks_ = frame_samples / block_;
  const auto blocks_in = [&](float ms) {
    return static_cast<float>(sample_rate_hz) * ms / (1000.0F * static_cast<float>(block_));
  };
  const auto look_ahead = static_cast<std::size_t>(blocks_in(static_cast<float>(config.look_ahead_ms)));
  delay_blocks_ = std::min(look_ahead, LimiterState::kMaxWaitingBlocks);
  sight_blocks_ = delay_blocks_ > 0 ? delay_blocks_ + 1 : static_cast<std::size_t>(blocks_in(10.0F));
  hold_blocks_ = static_cast<std::int32_t>(blocks_in(kHoldMs));
  release_blocks_ = blocks_in(static_cast<float>(config.release_ms));
  learning_ = static_cast<float>(blocks_) / blocks_in(kDensityMs);
  ramp_.resize(block_);
  for (std::size_t i = 0; i < block_; ++i) ramp_[i] = static_cast<float>(i + 1) / static_cast<float>(block_);
  required_.assign(delay_blocks_ + blocks_, 1.0F);
  lowest_ = required_;
  knots_.assign(blocks_ + 1, 1.0F);
  peaks_.assign(blocks_, 0);
  more_peaks_ = peaks_;
}

LimiterState Limiter::idle_state() const noexcept {
  LimiterState state{.calm_blocks = hold_blocks_};
  state.required.fill(1.0F);
  return state;
}

void Limiter::process(LimiterState& state, std::span<const std::int32_t* const> planes,
                      std::span<std::int16_t* const> out) noexcept {
  const bool is_quiet = find_peaks(planes) && is_idle(state);
  const bool is_active = is_quiet ? rest(state) : plan(state);
  for (std::size_t channel = 0; channel < planes.size(); ++channel) {
    if (is_active)
      kernels_->apply_gains(planes[channel], {knots_.data(), ramp_.data(), block_, blocks_}, out[channel]);
    else
      kernels_->narrow(planes[channel], out[channel], block_ * blocks_);
  }
}

/// Of all channels in each new block; true: none is above the target.
bool Limiter::find_peaks(std::span<const std::int32_t* const> planes) noexcept {
  kernels_->block_peaks(planes[0] + delay_samples(), block_, blocks_, peaks_.data());
  for (const std::int32_t* plane : planes.subspan(1)) {
    kernels_->block_peaks(plane + delay_samples(), block_, blocks_, more_peaks_.data());
    for (std::size_t b = 0; b < blocks_; ++b) peaks_[b] = std::max(peaks_[b], more_peaks_[b]);
  }
  return *std::ranges::max_element(peaks_) <= static_cast<std::int32_t>(kTarget);
}

/// Nothing that waits needs a gain, and none is under way.
bool Limiter::is_idle(const LimiterState& state) const noexcept {
  const auto waiting = std::span(state.required).first(delay_blocks_);
  return state.gain == 1.0F && std::ranges::all_of(waiting, [](float gain) { return gain == 1.0F; });
}

/// What plan() comes to where all gains are 1.
bool Limiter::rest(LimiterState& state) const noexcept {
  state.calm_blocks = std::min(state.calm_blocks + static_cast<std::int32_t>(blocks_), hold_blocks_);
  (void)learn(state, 0);
  return false;
}

void Limiter::find_required(const LimiterState& state) noexcept {
  std::copy_n(state.required.begin(), delay_blocks_, required_.begin());
  for (std::size_t b = 0; b < blocks_; ++b)
    required_[delay_blocks_ + b] = kTarget / std::max(static_cast<float>(peaks_[b]), kTarget);
}

/// Minima over windows of 1, 2, 4... blocks, and of two such windows over what is in sight.
void Limiter::find_lowest() noexcept {
  std::ranges::copy(required_, lowest_.begin());
  const auto take_in = [this](std::size_t ahead) {
    for (std::size_t b = 0; b + ahead < lowest_.size(); ++b) lowest_[b] = std::min(lowest_[b], lowest_[b + ahead]);
  };
  std::size_t seen = 1;
  for (; 2 * seen <= sight_blocks_; seen *= 2) take_in(seen);
  if (seen < sight_blocks_) take_in(sight_blocks_ - seen);
}

/// False: nothing to do.
bool Limiter::plan(LimiterState& state) noexcept {
  find_required(state);
  find_lowest();
  const auto end = required_.begin() + static_cast<std::ptrdiff_t>(blocks_);
  const float recovery = learn(state, std::count_if(required_.begin(), end, [](float g) { return g < 1.0F; }));
  float gain = std::min(state.gain, required_[0]);  // a jump, where this block could not be seen before
  bool is_active = gain < 1.0F;
  knots_[0] = gain;
  for (std::size_t b = 0; b < blocks_; ++b) {
    state.calm_blocks = required_[b] < 1.0F ? 0 : std::min(state.calm_blocks + 1, hold_blocks_);
    if (state.calm_blocks == hold_blocks_) gain = risen(gain, recovery);
    if (lowest_[b] < gain) gain = std::min(gain, fallen(knots_[b], b));
    is_active |= gain < 1.0F;
    knots_[b + 1] = gain;
  }
  state.gain = gain;
  std::copy_n(end, delay_blocks_, state.required.begin());
  return is_active;
}

/// How dense the peaks are, of whose blocks `above` are in this frame; returns what of the way back to 1 is gone in
/// each block of this frame.
float Limiter::learn(LimiterState& state, std::ptrdiff_t above) const noexcept {
  const float share = static_cast<float>(above) / static_cast<float>(blocks_);
  state.density += (share - state.density) * learning_;
  if (state.density < kNearlyNone) state.density = 0.0F;
  return 1.0F / (release_blocks_ * (1.0F + kSlowing * std::min(state.density, kMostDensity)));
}

float Limiter::risen(float gain, float recovery) noexcept {
  gain += (1.0F - gain) * recovery;
  return gain < kNearlyOne ? gain : 1.0F;
}

/// The next knot on the steepest of the lines to what is in sight; on what touches it at the least.
float Limiter::fallen(float gain, std::size_t block) const noexcept {
  const std::size_t end = std::min(block + sight_blocks_, required_.size());
  float lowest = required_[block];
  if (block + 1 < end) lowest = std::min(lowest, required_[block + 1]);  // exact, where the line is rounded
  for (std::size_t ahead = 2; block + ahead < end; ++ahead)
    lowest = std::min(lowest, gain + (required_[block + ahead] - gain) / static_cast<float>(ahead));
  return lowest;
}

}  // namespace mixminus::mix
