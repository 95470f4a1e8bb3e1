// Rank by smoothed power; replace only what is clearly weaker and has had its time.
#include "mixminus/mix/loudest.hpp"

#include <algorithm>
#include <cmath>

namespace mixminus::mix {
namespace {

constexpr float kDecayIn10Ms = 0.9672161F;  // 300 ms to 1/e
constexpr float kPowerFloor = 1e-13F;       // -130 dBov; also keeps denormals out

float power_ratio(float db) noexcept { return static_cast<float>(std::pow(10.0, static_cast<double>(db) / 10.0)); }

}  // namespace

void Loudest::configure(const SelectionConfig& config, std::size_t capacity, std::int32_t frame_ms) {
  config_ = config;
  gate_power_ = power_ratio(config.gate_dbov);
  hysteresis_ratio_ = power_ratio(config.hysteresis_db);
  hold_ticks_ = (config.hold_ms + frame_ms - 1) / frame_ms;
  idle_ticks_ = (config.idle_ms + frame_ms - 1) / frame_ms;
  decay_ = 1.0F;
  for (std::int32_t ms = 0; ms < frame_ms; ms += 10) decay_ *= kDecayIn10Ms;
  seats_.assign(capacity, {.power = kPowerFloor});
  waiting_.reserve(capacity);
  members_.reserve(capacity);
}

void Loudest::update(std::size_t slot, const Claim& claim) noexcept {
  Seat& seat = seats_[slot];
  seat.power = std::max({claim.power, seat.power * decay_, kPowerFloor});
  seat.rank = seat.power * claim.power_gain;
  seat.priority = claim.priority;
  seat.room = claim.room;
  seat.is_active = claim.has_voice && seat.rank > 0.0F && seat.power >= gate_power_;
  seat.idle_ticks = seat.is_active ? 0 : seat.idle_ticks + 1;
  if (seat.rank == 0.0F || seat.idle_ticks >= idle_ticks_) seat.is_chosen = false;
}

void Loudest::choose(std::size_t end) noexcept {
  collect(end);
  for (std::size_t next = strongest_waiting(); next < waiting_.size(); next = strongest_waiting()) {
    const auto slot = static_cast<std::size_t>(waiting_[next]);
    const std::uint32_t room = seats_[slot].room;
    if (places_left(room) > 0 || unseat_for(seats_[slot])) {
      seat(slot);
      waiting_[next] = waiting_.back();
      waiting_.pop_back();
    } else {  // nor will a weaker one
      std::erase_if(waiting_, [&](std::int32_t other) { return seats_[static_cast<std::size_t>(other)].room == room; });
    }
  }
  for (const std::int32_t slot : members_) {
    std::int32_t& hold_ticks = seats_[static_cast<std::size_t>(slot)].hold_ticks;
    hold_ticks -= hold_ticks > 0 ? 1 : 0;
  }
}

void Loudest::forget(std::size_t slot) noexcept { seats_[slot] = {.power = kPowerFloor}; }

void Loudest::collect(std::size_t end) noexcept {
  waiting_.clear();
  members_.clear();
  for (std::size_t slot = 0; slot < end; ++slot) {
    if (seats_[slot].is_chosen)
      members_.push_back(static_cast<std::int32_t>(slot));
    else if (seats_[slot].is_active)
      waiting_.push_back(static_cast<std::int32_t>(slot));
  }
}

std::size_t Loudest::strongest_waiting() const noexcept {
  const auto seat_of = [this](std::int32_t slot) -> const Seat& { return seats_[static_cast<std::size_t>(slot)]; };
  std::size_t best = 0;
  for (std::size_t i = 1; i < waiting_.size(); ++i) {
    const Seat& found = seat_of(waiting_[i]);
    const Seat& strongest = seat_of(waiting_[best]);
    const bool is_tie = !is_above(found, strongest) && !is_above(strongest, found);
    if (is_above(found, strongest) || (is_tie && waiting_[i] < waiting_[best])) best = i;
  }
  return best;
}

void Loudest::seat(std::size_t slot) noexcept {
  seats_[slot].is_chosen = true;
  seats_[slot].hold_ticks = hold_ticks_;
  members_.push_back(static_cast<std::int32_t>(slot));
}

bool Loudest::unseat_for(const Seat& newcomer) noexcept {
  auto weakest = members_.end();
  for (auto member = members_.begin(); member != members_.end(); ++member) {
    const Seat& seat = seats_[static_cast<std::size_t>(*member)];
    const bool is_held = seat.hold_ticks > 0 && seat.priority >= newcomer.priority;
    if (seat.room != newcomer.room || is_held) continue;
    if (weakest == members_.end() || is_above(seats_[static_cast<std::size_t>(*weakest)], seat)) weakest = member;
  }
  if (weakest == members_.end() || !may_replace(newcomer, seats_[static_cast<std::size_t>(*weakest)])) return false;
  seats_[static_cast<std::size_t>(*weakest)].is_chosen = false;
  seats_[static_cast<std::size_t>(*weakest)].hold_ticks = 0;
  members_.erase(weakest);
  return true;
}

std::int32_t Loudest::places_left(std::uint32_t room) const noexcept {
  const auto taken = std::ranges::count_if(
      members_, [&](std::int32_t slot) { return seats_[static_cast<std::size_t>(slot)].room == room; });
  return config_.places - static_cast<std::int32_t>(taken);
}

bool Loudest::is_above(const Seat& a, const Seat& b) noexcept {
  return a.priority != b.priority ? a.priority > b.priority : a.rank > b.rank;
}

bool Loudest::may_replace(const Seat& newcomer, const Seat& member) const noexcept {
  if (newcomer.priority != member.priority) return newcomer.priority > member.priority;
  return newcomer.rank > hysteresis_ratio_ * member.rank;
}

}  // namespace mixminus::mix
