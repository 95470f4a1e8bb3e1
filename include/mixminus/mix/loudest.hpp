// Loudest: which talkers are in the mix when there are fewer places than talkers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mixminus/base/export.hpp"

namespace mixminus::mix {

/// How places are given. The defaults suit meetings.
struct SelectionConfig {
  std::int32_t places = 0;      ///< for each set of groups that is spoken to; 0: everybody has one
  float gate_dbov = -50.0F;     ///< a leg below it does not enter
  float hysteresis_db = 3.0F;   ///< by which a newcomer must be above the member that it replaces
  std::int32_t hold_ms = 500;   ///< a new member keeps its place at least so long
  std::int32_t idle_ms = 3000;  ///< a member that is silent so long gives its place back
};

/// What one leg claims with its newest frame.
struct Claim {
  float power = 0.0F;         ///< of the frame, 1 being full scale
  float power_gain = 1.0F;    ///< with which the leg would be heard; 0 takes its place away
  bool has_voice = true;      ///< false: noise; it does not enter, and counts as silent
  std::int32_t priority = 0;  ///< of the leg; a higher one takes places at once
  std::uint32_t room = 1;     ///< legs of one room compete with each other: the groups they speak to
};

/// Gives the places of each room to the legs of the highest smoothed level.
///
/// The level rises at once and falls by 14.5 dB/s, so an onset enters in its very first frame and a gap
/// between words costs nobody the place. A leg enters when it is active (gate, voice) and a place is free, or
/// when it is `hysteresis_db` above the weakest member that has had its place for `hold_ms`, or when its
/// priority is higher. Only products and comparisons of floats, ties to the lower slot: the same choice on
/// every machine.
class MIXMINUS_API Loudest {
 public:
  void configure(const SelectionConfig& config, std::size_t capacity, std::int32_t frame_ms);  ///< allocates

  void update(std::size_t slot, const Claim& claim) noexcept;

  /// Fills the places, once per tick, from slots [0, end).
  void choose(std::size_t end) noexcept;

  /// Makes the slot as new.
  void forget(std::size_t slot) noexcept;

  [[nodiscard]] bool is_chosen(std::size_t slot) const noexcept { return seats_[slot].is_chosen; }

 private:
  struct Seat {
    float power = 0.0F;  // smoothed, before the gain
    float rank = 0.0F;   // smoothed, after the gain
    std::int32_t priority = 0;
    std::uint32_t room = 0;
    std::int32_t hold_ticks = 0;  // until it can be replaced by an equal
    std::int32_t idle_ticks = 0;  // silent since
    bool is_active = false;
    bool is_chosen = false;
  };

  [[nodiscard]] static bool is_above(const Seat& a, const Seat& b) noexcept;
  [[nodiscard]] bool may_replace(const Seat& newcomer, const Seat& member) const noexcept;
  [[nodiscard]] std::int32_t places_left(std::uint32_t room) const noexcept;
  void collect(std::size_t end) noexcept;
  [[nodiscard]] std::size_t strongest_waiting() const noexcept;
  void seat(std::size_t slot) noexcept;
  bool unseat_for(const Seat& newcomer) noexcept;

  SelectionConfig config_{};
  float gate_power_ = 0.0F;
  float hysteresis_ratio_ = 1.0F;
  float decay_ = 0.0F;  // of power, per tick
  std::int32_t hold_ticks_ = 0;
  std::int32_t idle_ticks_ = 0;
  std::vector<Seat> seats_;            // by slot
  std::vector<std::int32_t> waiting_;  // active without a place
  std::vector<std::int32_t> members_;
};

}  // namespace mixminus::mix
