// DelayPrice: what each delay would have cost on the packets that came, and the delay that is worth its price.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mixminus/base/export.hpp"

namespace mixminus::jitter {

/// Plays every delay at once. A playout at delay D is pushed back by each packet that is later than it, and then
/// comes down to D again at a certain pace; so a stall costs once, however many packets queue behind it, and so
/// does a route that has become slower. Two paces are priced: as fast as a voice can be hurried, and less than half
/// of that, which pays where stalls come in clusters. Half of the weight is younger than 45 s.
class MIXMINUS_API DelayPrice {
 public:
  static constexpr float kDefaultMsPerPercent = 116.0F;

  /// Delay that 1 % of concealment is worth, ms.
  void set_ms_per_percent(float ms_per_percent) noexcept { ms_per_percent_ = ms_per_percent; }

  /// One packet, `delay_ns` after the fastest, `passed_ns` after the one before.
  void observe(std::int64_t passed_ns, std::int64_t delay_ns) noexcept;

  /// The delay at which playout should be now; 0 while nothing was late.
  [[nodiscard]] std::int64_t delay_ns() const noexcept;

  void start_stream() noexcept;  ///< nothing pushes back any more; habits of the network stay

 private:
  static constexpr std::size_t kBins = 600;
  static constexpr float kBinMs = 2.0F;
  static constexpr std::array kPacesMsPerS{200.0F, 80.0F};

  using Bins = std::array<float, kBins>;

  struct Track {
    float pushed_ms = 0.0F;  // where a playout at delay 0 would be
    Bins time_ms{};          // weighted, by how far it was pushed
    Bins pushes{};           // +1 where a push ended, -1 where it began: summed from the top, pushes across a bin
  };

  struct Choice {
    float delay_ms = 0.0F;
    float cost_ms = 0.0F;
  };

  [[nodiscard]] static std::size_t bin_of(float delay_ms) noexcept;
  [[nodiscard]] Choice cheapest(const Track& track) const noexcept;
  void age(float passed_ms) noexcept;
  void push(Track& track, float delay_ms) noexcept;

  std::array<Track, kPacesMsPerS.size()> tracks_{};
  std::size_t top_ = 0;       // bins above it are empty
  float weight_ = 1.0F;       // of what happens now; grows instead of every bin decaying
  float observed_ms_ = 0.0F;  // weighted time
  float ms_per_percent_ = kDefaultMsPerPercent;
};

}  // namespace mixminus::jitter
