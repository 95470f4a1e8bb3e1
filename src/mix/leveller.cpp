// A gated mean, and a gain that follows it with bounded speed.
#include "mixminus/mix/leveller.hpp"

#include <algorithm>
#include <cmath>

namespace mixminus::mix {
namespace {

constexpr float kAbsoluteGatePower = 1e-6F;  // -60 dBov
constexpr float kRelativeGate = 0.1F;        // -10 dB, BS.1770-4 section "gating"
constexpr double kMemoryMs = 3000.0;         // of the mean, in active speech

float linear(float db) noexcept { return static_cast<float>(std::pow(10.0, static_cast<double>(db) / 20.0)); }

}  // namespace

void Leveller::configure(const LevellerConfig& config, std::int32_t frame_ms) {
  is_on_ = config.is_on;
  target_power_ = linear(2.0F * config.target_dbov);
  least_gain_ = linear(-config.range_db);
  most_gain_ = linear(config.range_db);
  step_up_ = linear(config.slew_db_per_s * static_cast<float>(frame_ms) / 1000.0F);
  learning_ = static_cast<float>(1.0 - std::exp(-frame_ms / kMemoryMs));
}

void Leveller::update(State& state, float power) const noexcept {
  if (!is_on_ || power < kAbsoluteGatePower || power < kRelativeGate * state.mean_power) return;
  state.mean_power = state.mean_power == 0.0F ? power : state.mean_power + learning_ * (power - state.mean_power);
  const float wanted = std::clamp(std::sqrt(target_power_ / state.mean_power), least_gain_, most_gain_);
  state.gain = std::clamp(wanted, state.gain / step_up_, state.gain * step_up_);
}

}  // namespace mixminus::mix
