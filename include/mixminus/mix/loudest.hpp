// Loudest: which talkers are in the mix when there are fewer places than talkers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mixminus/base/export.hpp"

namespace mixminus::mix {

/// Gives `places` places to the legs of the highest smoothed level.
///
/// The level rises at once and falls by 14.5 dB/s, so an onset enters in its very first frame and a gap
/// between words costs nobody the place. A leg enters when it is active (kGateDbov) and a place is
/// free, or when it is kHysteresisDb above the weakest member that has had its place for kHoldMs. A
/// member stays until a louder leg needs the place. Only products and comparisons of floats, ties to
/// the lower slot: the same choice on every machine.
class MIXMINUS_API Loudest {
 public:
  static constexpr float kGateDbov = -50.0F;
  static constexpr float kHysteresisDb = 3.0F;
  static constexpr std::int32_t kHoldMs = 500;

  void configure(std::size_t capacity, std::int32_t places, std::int32_t frame_ms);  ///< allocates

  /// Tells the power of the newest frame, 1 being full scale, and the power gain with which the leg would
  /// be heard; 0 takes its place away.
  void update(std::size_t slot, float power, float power_gain) noexcept;

  /// Fills the places, once per tick, from slots [0, end).
  void choose(std::size_t end) noexcept;

  /// Makes the slot as new.
  void forget(std::size_t slot) noexcept;

  [[nodiscard]] bool is_chosen(std::size_t slot) const noexcept { return is_chosen_[slot] != 0; }

 private:
  static constexpr std::size_t kNobody = SIZE_MAX;

  [[nodiscard]] std::size_t strongest_outside(std::size_t end) const noexcept;
  [[nodiscard]] std::size_t weakest_inside(std::size_t end) const noexcept;
  [[nodiscard]] bool may_replace(std::size_t newcomer, std::size_t member) const noexcept;
  void admit(std::size_t slot) noexcept;
  void dismiss(std::size_t slot) noexcept;

  // by slot
  std::vector<float> power_;              // smoothed, before the gain
  std::vector<float> rank_;               // smoothed, after the gain
  std::vector<std::int32_t> hold_ticks_;  // until it can be replaced
  std::vector<std::uint8_t> is_chosen_;
  std::int32_t free_places_ = 0;
  std::int32_t ticks_per_hold_ = 0;
  float decay_ = 0.0F;  // of power, per tick
};

}  // namespace mixminus::mix
