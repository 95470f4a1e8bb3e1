// LaneTable: which talker is on which lane of the trunks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"

namespace mixminus::conference {

/// A conference sends its talkers to all trunks on the same few lanes, so that each is encoded once. A talker
/// who comes back gets the lane that he had; a new one the lane that has been idle for longest.
class MIXMINUS_API LaneTable {
 public:
  static constexpr std::int32_t kIdle = -1;

  void configure(std::size_t lanes);  ///< allocates

  /// Seats the talkers, slots of the mixer, for one tick; those for whom there is no lane are counted.
  void assign(std::span<const std::int32_t> talkers) noexcept;
  /// Another talker gets this slot.
  void forget(std::int32_t slot) noexcept;

  /// By lane, the slot that is on it in this tick, or kIdle.
  [[nodiscard]] std::span<const std::int32_t> talkers() const noexcept { return talkers_; }
  [[nodiscard]] std::uint64_t turned_away() const noexcept { return turned_away_; }

 private:
  [[nodiscard]] std::size_t idlest_lane() const noexcept;

  std::vector<std::int32_t> talkers_;
  std::vector<std::int32_t> owners_;            // who had it last
  std::vector<std::uint64_t> last_used_ticks_;  // 0: never
  std::uint64_t tick_ = 0;
  std::uint64_t turned_away_ = 0;
};

}  // namespace mixminus::conference
