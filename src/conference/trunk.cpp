// Packets of the far side to their lanes; whether the far side is there, and what it says.
#include "mixminus/conference/trunk.hpp"

#include <algorithm>
#include <new>

#include "mixminus/base/time.hpp"
#include "mixminus/rtp/packet.hpp"
#include "mixminus/rtp/rtcp.hpp"

namespace mixminus::conference {
namespace {

constexpr std::int64_t kLaneReuseNs = 2'000'000'000;  // then its SSRC gives way to another one

}  // namespace

bool Lane::is_alive(std::int64_t now_ns) const noexcept {
  return is_bound && now_ns - last_arrival_ns < Trunk::kLaneTimeoutNs;
}

Status Trunk::configure(std::size_t lanes, const ReceiverConfig& receiver, const StreamOrigin& origin,
                        std::uint8_t payload_type, std::size_t max_payload_bytes) noexcept try {
  lanes_.clear();
  streams_.assign(lanes, {});
  for (std::size_t i = 0; i < lanes; ++i) {
    StreamOrigin own = origin;
    own.ssrc += static_cast<std::uint32_t>(i);
    Status status = streams_[i].configure(own, payload_type, max_payload_bytes);
    auto lane = std::make_unique<Lane>();
    if (status == Status::ok) status = lane->receiver.configure(receiver);
    if (status == Status::ok) status = lane->configure(receiver);
    if (status != Status::ok) return status;
    lanes_.push_back(std::move(lane));
  }
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

void Trunk::receive(Bytes datagram, std::int64_t arrival_ns, std::uint32_t here, std::size_t path) noexcept {
  PacketView packet;
  Origin origin;
  const bool is_rtp = rtp::parse(datagram, packet) == Status::ok;
  const OriginError error = is_rtp ? find_origin(packet, origin) : OriginError::missing;
  if (error != OriginError::none) {
    ++(error == OriginError::too_far ? statistics_.packets_too_far : statistics_.packets_without_origin);
    return;
  }
  if (origin.has_passed(here)) {
    ++statistics_.packets_looped;
    return;
  }
  Lane* const lane = lane_of(packet.ssrc, arrival_ns);
  if (lane == nullptr) {
    ++statistics_.packets_without_lane;
    return;
  }
  lane->has_new_talker |= lane->origin.talker() != origin.talker();
  lane->origin = origin;
  lane->last_arrival_ns = arrival_ns;
  lane->receiver.insert(packet, arrival_ns, path);
}

Lane* Trunk::lane_of(std::uint32_t ssrc, std::int64_t arrival_ns) noexcept {
  const auto is_same = [&](const auto& lane) { return lane->is_bound && lane->ssrc == ssrc; };
  auto found = std::ranges::find_if(lanes_, is_same);
  if (found == lanes_.end()) {
    const auto is_free = [&](const auto& lane) {
      return !lane->is_bound || arrival_ns - lane->last_arrival_ns >= kLaneReuseNs;
    };
    found = std::ranges::find_if(lanes_, is_free);
    if (found == lanes_.end()) return nullptr;
    (*found)->ssrc = ssrc;
    (*found)->is_bound = true;
  }
  return found->get();
}

void Trunk::hear(Bytes datagram, std::int64_t arrival_ns) noexcept {
  rtp::RtcpReader reader(datagram);
  for (rtp::RtcpPacket packet; reader.next(packet);) {
    if (!parse_hello(packet, neighbour_)) continue;
    ++statistics_.hellos_received;
    has_neighbour_ = true;
    heard_ns_ = arrival_ns;
  }
}

bool Trunk::is_alive(std::int64_t now_ns) const noexcept {
  return has_neighbour_ && bounded_time_ns(now_ns) - heard_ns_ < kNeighbourTimeoutNs;
}

void Trunk::greet(const Hello& hello, std::int64_t now_ns) noexcept {
  if (has_greeted_ && hello == said_ && now_ns - greeted_ns_ < kHelloEveryNs) return;
  said_ = hello;
  greeted_ns_ = now_ns;
  has_greeted_ = has_hello_ = true;
}

const Hello& Trunk::take_hello() noexcept {
  has_hello_ = false;
  return said_;
}

bool Trunk::takes(const Origin& origin, std::int64_t now_ns) const noexcept {
  if (origin.hops == 0 || origin.hops > kMaxHops) return false;
  return !is_alive(now_ns) || !origin.has_passed(neighbour_.conference);
}

}  // namespace mixminus::conference
