// BurstGap: whether losses come alone or in bursts, RFC 3611 section 4.7.2.
#pragma once

#include <cstdint>

#include "mixminus/base/export.hpp"

namespace mixminus::rtp {

/// Fed with every packet in the order of playout. A burst begins and ends with a loss and has nowhere kGapPackets
/// received in a row; all else is gap, where losses are single. Lost is what was not there to be played, for whatever
/// reason, after repair.
class MIXMINUS_API BurstGap {
 public:
  static constexpr std::uint64_t kGapPackets = 16;  ///< Gmin, the value that the standard recommends

  void receive() noexcept {
    ++all_.packets;
    ++received_;
  }
  void lose(std::uint64_t packets = 1) noexcept;

  [[nodiscard]] double burst_density() const noexcept;  ///< share of the packets in bursts that was lost, 0..1
  [[nodiscard]] double gap_density() const noexcept;    ///< the same of gaps
  [[nodiscard]] double burst_packets() const noexcept;  ///< mean length; 0 without a burst
  [[nodiscard]] double gap_packets() const noexcept;    ///< mean length; one gap more than there are bursts

 private:
  struct Span {
    std::uint64_t packets = 0;
    std::uint64_t lost = 0;
  };

  [[nodiscard]] bool is_burst() const noexcept { return open_.lost > 1; }
  [[nodiscard]] Span bursts() const noexcept;
  [[nodiscard]] std::uint64_t burst_count() const noexcept { return closed_count_ + (is_burst() ? 1 : 0); }

  std::uint64_t received_ = kGapPackets;  // in a row; a call begins in a gap
  Span all_{};
  Span open_{};  // from the first to the last of the losses that are close to each other
  Span closed_{};
  std::uint64_t closed_count_ = 0;
};

}  // namespace mixminus::rtp
