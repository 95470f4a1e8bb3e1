// What cannot be of the stream before, and when it is believed.
#include "mixminus/jitter/stream_gate.hpp"

#include <cstdlib>
#include <cstring>

namespace mixminus::jitter {

namespace {

constexpr std::int64_t kMaxTransitJumpNs = 2'000'000'000;  // more is another clock, not the network
constexpr std::int32_t kMaxCandidateGap = 50;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

}  // namespace

void StreamGate::configure(std::int32_t rtp_clock_hz, std::size_t max_payload_bytes) {
  *this = {};
  rtp_clock_hz_ = rtp_clock_hz;
  payload_.resize(max_payload_bytes);
}

Belonging StreamGate::judge(const PacketView& packet, std::int64_t arrival_ns, std::int64_t oldest) noexcept {
  if (!is_open_) {
    open(packet, arrival_ns);
    return Belonging::opened;
  }
  if (belongs(packet, arrival_ns, oldest)) {
    candidate_.is_held = false;  // the known stream goes on: what was held is a stray
    return Belonging::ours;
  }
  if (!agrees(packet, arrival_ns)) {
    hold(packet, arrival_ns);
    return Belonging::held;
  }
  candidate_.is_held = false;
  open(candidate_.view, candidate_.arrival_ns);
  return Belonging::changed;
}

bool StreamGate::belongs(const PacketView& packet, std::int64_t arrival_ns, std::int64_t oldest) const noexcept {
  if (!is_open_ || packet.ssrc != ssrc_ || sequence_.peek(packet.sequence_number) <= oldest) return false;
  const std::int64_t transit_ns = arrival_ns - media_ns(timestamp_.peek(packet.rtp_timestamp));
  return std::abs(transit_ns - transit_ns_) <= kMaxTransitJumpNs;
}

bool StreamGate::agrees(const PacketView& packet, std::int64_t arrival_ns) const noexcept {
  if (!candidate_.is_held || packet.ssrc != candidate_.view.ssrc) return false;
  const std::int32_t gap = wrapped_distance(candidate_.view.sequence_number, packet.sequence_number);
  const std::int64_t sent_ns = ticks_to_ns(wrapped_distance(candidate_.view.rtp_timestamp, packet.rtp_timestamp));
  return gap > 0 && gap <= kMaxCandidateGap &&
         std::abs(arrival_ns - candidate_.arrival_ns - sent_ns) <= kMaxTransitJumpNs;
}

void StreamGate::hold(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  candidate_ = {true, packet, arrival_ns};
  if (!packet.payload.empty()) std::memcpy(payload_.data(), packet.payload.data(), packet.payload.size());
  candidate_.view.payload = Bytes{payload_}.first(packet.payload.size());
}

void StreamGate::open(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  sequence_.reset();
  timestamp_.reset();
  // one cycle up, so that reordering behind the first packet stays positive
  sequence_.start(packet.sequence_number + std::int64_t{0x10000});
  timestamp_.start(packet.rtp_timestamp + std::int64_t{0x1'0000'0000});
  origin_ticks_ = timestamp_.newest();
  is_open_ = true;
  ssrc_ = packet.ssrc;
  transit_ns_ = arrival_ns;
}

StreamGate::Place StreamGate::place(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  const Place place{sequence_.unwrap(packet.sequence_number), timestamp_.unwrap(packet.rtp_timestamp)};
  transit_ns_ = arrival_ns - media_ns(place.ticks);
  return place;
}

std::int64_t StreamGate::ticks_to_ns(std::int64_t ticks) const noexcept {
  // whole seconds first: days of ticks times 1e9 do not fit
  return ticks / rtp_clock_hz_ * kNsPerSecond + ticks % rtp_clock_hz_ * kNsPerSecond / rtp_clock_hz_;
}

}  // namespace mixminus::jitter
