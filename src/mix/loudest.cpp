// Rank by smoothed power; replace only what is clearly weaker and has had its time.
#include "mixminus/mix/loudest.hpp"

#include <algorithm>

namespace mixminus::mix {
namespace {

constexpr float kDecayIn10Ms = 0.9672161F;      // 300 ms to 1/e
constexpr float kPowerFloor = 1e-13F;           // -130 dBov; also keeps denormals out
constexpr float kGatePower = 1e-5F;             // kGateDbov
constexpr float kHysteresisRatio = 1.9952623F;  // kHysteresisDb

}  // namespace

void Loudest::configure(std::size_t capacity, std::int32_t places, std::int32_t frame_ms) {
  power_.assign(capacity, kPowerFloor);
  rank_.assign(capacity, 0.0F);
  hold_ticks_.assign(capacity, 0);
  is_chosen_.assign(capacity, 0);
  free_places_ = places;
  ticks_per_hold_ = (kHoldMs + frame_ms - 1) / frame_ms;
  decay_ = 1.0F;
  for (std::int32_t ms = 0; ms < frame_ms; ms += 10) decay_ *= kDecayIn10Ms;
}

void Loudest::update(std::size_t slot, float power, float power_gain) noexcept {
  power_[slot] = std::max({power, power_[slot] * decay_, kPowerFloor});
  rank_[slot] = power_[slot] * power_gain;
  if (power_gain == 0.0F) dismiss(slot);
}

void Loudest::choose(std::size_t end) noexcept {
  for (;;) {  // at most `places` rounds: who just came is held
    const std::size_t newcomer = strongest_outside(end);
    if (newcomer == kNobody) break;
    if (free_places_ == 0) {
      const std::size_t member = weakest_inside(end);
      if (member == kNobody || !may_replace(newcomer, member)) break;
      dismiss(member);
    }
    admit(newcomer);
  }
  for (std::size_t slot = 0; slot < end; ++slot) hold_ticks_[slot] -= hold_ticks_[slot] > 0 ? 1 : 0;
}

void Loudest::forget(std::size_t slot) noexcept {
  dismiss(slot);
  power_[slot] = kPowerFloor;
  rank_[slot] = 0.0F;
}

std::size_t Loudest::strongest_outside(std::size_t end) const noexcept {
  std::size_t found = kNobody;
  float best = 0.0F;
  for (std::size_t slot = 0; slot < end; ++slot) {
    if (is_chosen(slot) || rank_[slot] <= best || power_[slot] < kGatePower) continue;
    best = rank_[slot];
    found = slot;
  }
  return found;
}

std::size_t Loudest::weakest_inside(std::size_t end) const noexcept {
  std::size_t found = kNobody;
  for (std::size_t slot = 0; slot < end; ++slot) {
    if (!is_chosen(slot) || hold_ticks_[slot] > 0) continue;
    if (found == kNobody || rank_[slot] < rank_[found]) found = slot;
  }
  return found;
}

bool Loudest::may_replace(std::size_t newcomer, std::size_t member) const noexcept {
  return rank_[newcomer] > kHysteresisRatio * rank_[member];
}

void Loudest::admit(std::size_t slot) noexcept {
  is_chosen_[slot] = 1;
  hold_ticks_[slot] = ticks_per_hold_;
  --free_places_;
}

void Loudest::dismiss(std::size_t slot) noexcept {
  if (!is_chosen(slot)) return;
  is_chosen_[slot] = 0;
  hold_ticks_[slot] = 0;
  ++free_places_;
}

}  // namespace mixminus::mix
