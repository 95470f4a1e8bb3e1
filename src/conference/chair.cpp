// What may be changed while the conference runs: how a leg is mixed, and what a chair decides.
#include <algorithm>

#include "mixminus/conference/conference.hpp"

namespace mixminus::conference {

Status Conference::set_gain_db(LegId id, float gain_db) noexcept {
  return set(id, [&](Source& source) {
    const Status status = mixer_.set_gain_db(source.slot, gain_db);
    if (status == Status::ok) source.gain_db = gain_db;
    return status;
  });
}

Status Conference::set_muted(LegId id, bool is_muted) noexcept {
  return set(id, [&](Source& source) {
    source.is_muted = is_muted;
    return Status::ok;  // apply_floor() knows what that means
  });
}

bool Conference::is_muted(LegId id) const noexcept {
  const Leg* const leg = find(id);
  return leg != nullptr && leg->is_muted;
}

Status Conference::set_role(LegId id, mix::Role role) noexcept {
  const Leg* const leg = find(id);
  if (leg != nullptr && (leg->trunk != nullptr || role == mix::Role::trunk)) return Status::out_of_range;
  return set(id, [&](Source& source) {
    const Status status = mixer_.set_role(source.slot, role);
    if (status == Status::ok) source.role = role;
    return status;
  });
}

Status Conference::set_speaks_to(LegId id, mix::Groups groups) noexcept {
  return set(id, [&](Source& source) {
    source.speaks_to = groups;
    return mixer_.set_speaks_to(source.slot, groups);
  });
}

Status Conference::set_hears(LegId id, mix::Groups groups) noexcept {
  Leg* const leg = find(id);
  if (leg == nullptr) return Status::unknown_leg;
  const Status status = leg->trunk == nullptr ? mixer_.set_hears(id.slot, groups) : Status::ok;
  if (status == Status::ok) leg->config.hears = groups;
  return status;
}

Status Conference::set_priority(LegId id, std::int32_t priority) noexcept {
  return set(id, [&](Source& source) {
    source.priority = priority;
    return Status::ok;  // as with set_muted()
  });
}

Status Conference::set_exception(LegId listener, LegId talker, float gain_db) noexcept {
  const Leg* const leg = find(listener);
  const Leg* const other = find(talker);
  if (leg == nullptr || other == nullptr) return Status::unknown_leg;
  if (leg->trunk != nullptr || other->trunk != nullptr) return Status::out_of_range;
  return mixer_.set_exception(listener.slot, talker.slot, gain_db);
}

Status Conference::clear_exception(LegId listener, LegId talker) noexcept {
  if (find(listener) == nullptr || find(talker) == nullptr) return Status::unknown_leg;
  return mixer_.clear_exception(listener.slot, talker.slot);
}

void Conference::lecture(TalkerId talker) noexcept { chair_.lecturer = talker; }

void Conference::give_floor(TalkerId talker) noexcept { chair_.called = talker; }

void Conference::mute_all_but(std::span<const LegId> legs) noexcept {
  for (const std::int32_t slot : slots_)
    (void)set_muted(leg_at(slot).id, std::ranges::find(legs, leg_at(slot).id) == legs.end());
}

}  // namespace mixminus::conference
