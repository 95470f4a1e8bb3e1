#include "aec/meter.hpp"

#include <cmath>

namespace mixminus::aec {
namespace {

constexpr float kStep = 0.01F;  // a second
constexpr float kTiny = 1e-10F;
constexpr float kMisfit = 0.1F;
constexpr float kFits = 0.02F;

}  // namespace

void Meter::reset() noexcept { *this = {}; }

void Meter::observe_echo(std::span<const float> far, std::span<const float> near, std::span<const float> out) noexcept {
  far_power_ += kStep * (power_of(far) - far_power_);
  near_power_ += kStep * (power_of(near) - near_power_);
  out_power_ += kStep * (power_of(out) - out_power_);
  metrics.erle_db = 10.0F * std::log10((near_power_ + kTiny) / (out_power_ + kTiny));
  metrics.erl_db = 10.0F * std::log10((far_power_ + kTiny) / (near_power_ + kTiny));
}

void Meter::count_divergence(bool is_diverged) noexcept {
  metrics.divergences += is_diverged && !was_diverged_ ? 1U : 0U;
  was_diverged_ = is_diverged;
}

void Meter::count_misfit(float misfit) noexcept {
  const bool is_misfit = misfit > (was_misfit_ ? kFits : kMisfit);
  metrics.path_changes += is_misfit && !was_misfit_ ? 1U : 0U;
  was_misfit_ = is_misfit;
}

}  // namespace mixminus::aec
