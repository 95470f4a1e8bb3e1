// Losses that are close to each other, added up.
#include "mixminus/rtp/burst_gap.hpp"

namespace mixminus::rtp {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) noexcept {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void BurstGap::lose(std::uint64_t packets) noexcept {
  if (packets == 0) return;
  if (received_ >= kGapPackets) {
    closed_count_ = burst_count();
    closed_ = bursts();
    open_ = {};
  } else {
    open_.packets += received_;
  }
  open_.packets += packets;
  open_.lost += packets;
  all_.packets += packets;
  all_.lost += packets;
  received_ = 0;
}

BurstGap::Span BurstGap::bursts() const noexcept {
  if (!is_burst()) return closed_;
  return {closed_.packets + open_.packets, closed_.lost + open_.lost};
}

double BurstGap::burst_density() const noexcept { return ratio(bursts().lost, bursts().packets); }

double BurstGap::gap_density() const noexcept {
  return ratio(all_.lost - bursts().lost, all_.packets - bursts().packets);
}

double BurstGap::burst_packets() const noexcept { return ratio(bursts().packets, burst_count()); }

double BurstGap::gap_packets() const noexcept { return ratio(all_.packets - bursts().packets, burst_count() + 1); }

}  // namespace mixminus::rtp
