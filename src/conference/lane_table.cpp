// Least recently used, but a talker's own lane first.
#include "mixminus/conference/lane_table.hpp"

#include <algorithm>

namespace mixminus::conference {

void LaneTable::configure(std::size_t lanes) {
  talkers_.assign(lanes, kIdle);
  owners_.assign(lanes, kIdle);
  last_used_ticks_.assign(lanes, 0);
  tick_ = 0;
  turned_away_ = 0;
}

void LaneTable::assign(std::span<const std::int32_t> talkers) noexcept {
  ++tick_;
  std::ranges::fill(talkers_, kIdle);
  const auto seat = [this](std::size_t lane, std::int32_t slot) {
    talkers_[lane] = owners_[lane] = slot;
    last_used_ticks_[lane] = tick_;
  };
  for (const std::int32_t slot : talkers)  // owners before all others
    if (const auto own = std::ranges::find(owners_, slot); own != owners_.end())
      seat(static_cast<std::size_t>(own - owners_.begin()), slot);
  for (const std::int32_t slot : talkers) {
    if (std::ranges::find(talkers_, slot) != talkers_.end()) continue;
    const std::size_t lane = idlest_lane();
    lane < talkers_.size() ? seat(lane, slot) : static_cast<void>(++turned_away_);
  }
}

std::size_t LaneTable::idlest_lane() const noexcept {
  std::size_t best = talkers_.size();
  for (std::size_t lane = 0; lane < talkers_.size(); ++lane)
    if (talkers_[lane] == kIdle && (best == talkers_.size() || last_used_ticks_[lane] < last_used_ticks_[best]))
      best = lane;
  return best;
}

void LaneTable::forget(std::int32_t slot) noexcept { std::ranges::replace(owners_, slot, kIdle); }

}  // namespace mixminus::conference
