// PeakHistogram: how often the network delays by how much, and the delay that is worth its price.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mixminus/base/export.hpp"

namespace mixminus::jitter {

/// A decaying histogram of the local maxima of relative delay: one stall counts once, however many
/// packets queue behind it. Half of the weight is younger than 20 s.
class MIXMINUS_API PeakHistogram {
 public:
  void observe(std::int64_t arrival_ns, std::int64_t delay_ns) noexcept;

  /// The delay D that minimises D + price * (share of time concealed at D); 0 while nothing was late.
  [[nodiscard]] std::int64_t priced_delay_ns() const noexcept;
  [[nodiscard]] std::int64_t newest_peak_ns() const noexcept { return newest_peak_ns_; }
  void reset() noexcept { *this = {}; }

 private:
  static constexpr std::size_t kBins = 600;
  static constexpr std::int64_t kBinNs = 2'000'000;

  void age(std::int64_t arrival_ns) noexcept;
  void count(std::int64_t delay_ns) noexcept;

  std::array<float, kBins> bins_{};
  std::size_t top_ = 0;       // bins from here on are empty
  float weight_ = 1.0F;       // of a peak now; grows instead of every bin decaying
  float observed_ms_ = 0.0F;  // weighted time
  std::int64_t aged_ns_ = 0;
  std::int64_t previous_ns_ = 0;
  std::int64_t newest_peak_ns_ = 0;
  bool is_rising_ = false;
  bool is_started_ = false;
};

}  // namespace mixminus::jitter
