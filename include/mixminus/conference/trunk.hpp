// Trunk: the leg whose far side is another conference; its talkers in on lanes, ours out on lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/conference/rtp_sender.hpp"
#include "mixminus/conference/source.hpp"
#include "mixminus/conference/trunk_wire.hpp"

namespace mixminus::conference {

/// One stream of the far side: one of its talkers at a time.
struct Lane : Source {
  std::int32_t trunk = -1;  ///< slot of the leg
  std::uint32_t ssrc = 0;   ///< which it follows, once it is bound
  bool is_bound = false;
  bool is_duplicate = false;    ///< the same talker comes on a shorter way
  bool is_idle = true;          ///< nobody is on it, and what was on it has been played
  bool has_new_talker = false;  ///< since the last tick
  std::int64_t last_arrival_ns = 0;
  Origin origin{};

  /// Whether it has carried a voice within the last kLaneTimeoutNs.
  [[nodiscard]] bool is_alive(std::int64_t now_ns) const noexcept;
};

struct TrunkStatistics {
  std::uint64_t packets_looped = 0;          ///< came back to where they had been: the trunks form a ring
  std::uint64_t packets_too_far = 0;         ///< had passed more than kMaxHops trunks
  std::uint64_t packets_without_origin = 0;  ///< no RTP, or it does not say whose voice it is
  std::uint64_t packets_without_lane = 0;    ///< more streams than lanes
  std::uint64_t duplicates = 0;              ///< how often a talker came on a longer way as well
  std::uint64_t hellos_received = 0;
};

/// Bounded, and without memory of its own after configure(). Packets that cannot be used are counted.
class MIXMINUS_API Trunk {
 public:
  static constexpr std::int64_t kHelloEveryNs = 100'000'000;
  static constexpr std::int64_t kNeighbourTimeoutNs = 1'000'000'000;
  static constexpr std::int64_t kLaneTimeoutNs = 200'000'000;

  /// Makes `lanes` each way; the streams out have the SSRCs from origin.ssrc on. Allocates.
  Status configure(std::size_t lanes, const ReceiverConfig& receiver, const StreamOrigin& origin,
                   std::uint8_t payload_type, std::size_t max_payload_bytes) noexcept;

  /// An RTP packet of the far side, which is to be heard in conference `here`.
  void receive(Bytes datagram, std::int64_t arrival_ns, std::uint32_t here, std::size_t path) noexcept;
  /// An RTCP compound of the far side.
  void hear(Bytes datagram, std::int64_t arrival_ns) noexcept;

  /// Whether a hello came within the last kNeighbourTimeoutNs.
  [[nodiscard]] bool is_alive(std::int64_t now_ns) const noexcept;
  [[nodiscard]] const Hello& neighbour() const noexcept { return neighbour_; }

  /// Plans a hello; one that says something new leaves at once.
  void greet(const Hello& hello, std::int64_t now_ns) noexcept;
  [[nodiscard]] bool has_hello() const noexcept { return has_hello_; }
  [[nodiscard]] const Hello& take_hello() noexcept;

  /// Whether who came that way is to be sent on to the far side.
  [[nodiscard]] bool takes(const Origin& origin, std::int64_t now_ns) const noexcept;

  [[nodiscard]] std::span<const std::unique_ptr<Lane>> lanes() const noexcept { return lanes_; }
  [[nodiscard]] std::span<RtpSender> streams() noexcept { return streams_; }
  [[nodiscard]] std::span<const RtpSender> streams() const noexcept { return streams_; }
  [[nodiscard]] const TrunkStatistics& statistics() const noexcept { return statistics_; }
  void count_duplicate() noexcept { ++statistics_.duplicates; }

 private:
  [[nodiscard]] Lane* lane_of(std::uint32_t ssrc, std::int64_t arrival_ns) noexcept;

  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<RtpSender> streams_;
  Hello neighbour_{};
  Hello said_{};
  std::int64_t heard_ns_ = 0;
  std::int64_t greeted_ns_ = 0;
  bool has_neighbour_ = false;
  bool has_greeted_ = false;
  bool has_hello_ = false;
  TrunkStatistics statistics_{};
};

}  // namespace mixminus::conference
