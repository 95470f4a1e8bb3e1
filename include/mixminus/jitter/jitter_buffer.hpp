// JitterBuffer: packets in, one playout decision after another out. It never decodes.
#pragma once

#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/jitter/delay_estimator.hpp"
#include "mixminus/jitter/nack_list.hpp"
#include "mixminus/jitter/packet_ring.hpp"
#include "mixminus/jitter/stream_gate.hpp"

namespace mixminus::jitter {

struct Config {
  std::int32_t rtp_clock_hz = 48'000;
  std::int32_t frame_ms = 20;             ///< of one pull
  std::int32_t max_payload_bytes = 1500;  ///< longer ones are refused
  DelayBounds delay{};
  float ms_per_percent = DelayPrice::kDefaultMsPerPercent;
};

/// What is known of a payload without decoding it.
struct Media {
  Content content = Content::audio;
  std::int32_t duration_ticks = 0;  ///< of the RTP clock
  bool has_fec = false;             ///< it holds a copy of the packet before it
  std::int8_t level_dbov = kNoLevel;
};

enum class Insertion : std::uint8_t { stored, duplicate, too_late, refused, suspicious };

enum class Action : std::uint8_t {
  wait,           ///< nothing to play yet, or the packet is late: bridge `ticks`
  play,           ///< decode `packet`
  conceal,        ///< a packet of `ticks` is lost; `packet` is its successor when that has come
  comfort_noise,  ///< the sender is silent on purpose for `ticks`
};

struct Step {
  Action action = Action::wait;
  std::int64_t ticks = 0;          ///< of the RTP clock
  std::int64_t bridged_ticks = 0;  ///< conceal: how much of the lost packet was already bridged by waiting
  std::int64_t settled_ticks = 0;  ///< play, conceal: lost before this; bridged or left out, so nothing is owed for it
  std::int64_t settled_packets = 0;
  Packet packet{};             ///< without payload when there is none; valid until the next insert()
  bool is_playing = false;     ///< wait: a stream is running dry (else none has begun)
  bool is_new_stream = false;  ///< play: forget the decoder's state first
  bool is_splice = false;      ///< play: samples before it were left out
  bool ends_silence = false;   ///< play: the sender paused on purpose, so what was bridged was no loss
  std::int64_t delay_ns = 0;   ///< play: from capture of the fastest packets to now
  std::int64_t offset_ns = 0;  ///< play: from the sender's time line to ours, up to a constant of the stream
  std::int64_t held_ns = 0;    ///< play: since this packet came
  std::int64_t step_ns = 0;    ///< play: moves of the delay by less than this are not worth it
  std::int64_t phase_ns = 0;   ///< play: time for which packets wait only because they do not fit the pulls
  float stretch_ppm = 0.0F;    ///< play: how much longer this and what follows should last, for the clocks to agree
  std::int64_t excess_ns = 0;  ///< play: delay above the target when the packet was due; negative: below
};

struct JitterStatistics {
  std::uint64_t duplicated = 0;
  std::uint64_t discarded = 0;  ///< late, no room, or skipped to catch up
  std::uint64_t stream_changes = 0;
  std::uint64_t redundancy_unused = 0;
};

/// Reordering, duplicates, wraps, new streams, and the choice of what is played when.
///
/// The delay is steered where it is not heard: at the start of talk spurts, over lost packets, by waiting
/// when the buffer has run dry, and by the caller in quiet frames and by time-scaling (`excess_ns`). Only
/// what exceeds the maximum is skipped.
class MIXMINUS_API JitterBuffer {
 public:
  /// Pulls come on a grid: a delay that is below the target by so much will do,
  static constexpr std::int64_t kToleranceNs = 3'000'000;
  /// and one that is further away by no more than this is not worth a change.
  static constexpr std::int64_t kReluctanceNs = 4'000'000;

  void configure(const Config& config);  ///< allocates

  Insertion insert(const PacketView& packet, const Media& media, std::int64_t arrival_ns) noexcept;
  /// A copy (RFC 2198) of the packet `distance` before `carrier`, sent `offset_ticks` earlier; call it before
  /// insert() of the carrier, oldest first.
  Insertion insert_copy(const PacketView& carrier, std::int32_t distance, std::uint32_t offset_ticks, Bytes payload,
                        const Media& media, std::int64_t arrival_ns) noexcept;

  /// What to do with the samples that are played from `when_ns` on; `room_ticks` are left in the frame.
  Step next(std::int64_t when_ns, std::int64_t room_ticks) noexcept;

  /// The missing packets to ask for now (RFC 4585 section 6.2.1), and how many; `round_trip_ns` of 0: not known.
  std::size_t take_nacks(std::int64_t now_ns, std::int64_t round_trip_ns, std::span<std::uint16_t> numbers) noexcept;

  /// Moves the lower bound of the delay, at most to the upper one. Playout follows as it follows the network.
  void set_min_delay_ns(std::int64_t min_delay_ns) noexcept;

  /// The time of a timestamp near those that came last, on the time line of Step::offset_ns.
  [[nodiscard]] std::int64_t media_ns_of(std::uint32_t rtp_timestamp) const noexcept {
    return media_ns(gate_.ticks_of(rtp_timestamp));
  }

  [[nodiscard]] std::int64_t target_delay_ns() const noexcept { return estimator_.target_delay_ns(); }
  /// What the target would be without a lower bound.
  [[nodiscard]] std::int64_t network_delay_ns() const noexcept { return estimator_.network_delay_ns(); }
  [[nodiscard]] float drift_ppm() const noexcept { return estimator_.drift_ppm(); }
  /// Whether the stream that is followed is this one.
  [[nodiscard]] bool is_source(std::uint32_t ssrc) const noexcept { return gate_.is_open() && ssrc == gate_.ssrc(); }
  [[nodiscard]] const JitterStatistics& statistics() const noexcept { return statistics_; }
  [[nodiscard]] std::size_t waiting_packets() const noexcept { return ring_.size(); }

 private:
  static constexpr std::int64_t kReorderingPackets = 500;  // for so long it may happen again

  [[nodiscard]] bool belongs(const PacketView& packet, std::int64_t arrival_ns) const noexcept;
  void start_stream() noexcept;
  Insertion store(const PacketView& packet, const Media& media, std::int64_t arrival_ns) noexcept;
  void observe(const Packet& packet, const Media& media) noexcept;
  void learn_grid(std::int32_t duration_ticks) noexcept;

  Step start(std::int64_t when_ns, std::int64_t room_ticks) noexcept;
  Step follow(const Packet& first, std::int64_t when_ns, std::int64_t room_ticks) noexcept;
  Step lose(const Packet& first, std::int64_t when_ns) noexcept;
  void set_pace(Step& step, std::int64_t room_ticks) const noexcept;
  [[nodiscard]] bool may_come(const Packet& first) const noexcept;
  Step play(const Packet& packet, std::int64_t when_ns, std::int64_t room_ticks) noexcept;
  Step idle(Action action, std::int64_t room_ticks) noexcept;
  void settle(std::int64_t packets, std::int64_t each_ticks) noexcept;
  void take_settled(Step& step) noexcept;
  [[nodiscard]] DelayBounds playable(const DelayBounds& bounds) const noexcept;
  [[nodiscard]] std::int64_t phase_ns(std::int64_t room_ticks) const noexcept;
  const Packet* first_media() noexcept;
  const Packet* catch_up(const Packet* first, std::int64_t when_ns) noexcept;
  void discard(const Packet& packet) noexcept;
  void settle_losses(const Packet& first, std::int64_t when_ns) noexcept;
  [[nodiscard]] std::int64_t bridge_ns(const Packet& first) const noexcept;

  /// Numbers up to it no longer have a place in the ring.
  [[nodiscard]] std::int64_t oldest() const noexcept { return ring_.newest() - ring_.slots(); }
  [[nodiscard]] std::int64_t ticks_to_ns(std::int64_t ticks) const noexcept { return gate_.ticks_to_ns(ticks); }
  [[nodiscard]] std::int64_t media_ns(std::int64_t rtp_timestamp) const noexcept {
    return gate_.media_ns(rtp_timestamp);
  }
  [[nodiscard]] std::int64_t delay_at(std::int64_t when_ns, const Packet& packet) const noexcept;
  [[nodiscard]] std::int64_t lost_ticks(const Packet& first) const noexcept;

  Config config_{};
  PacketRing ring_{};
  StreamGate gate_{};
  Media candidate_media_{};  // of what the gate holds
  DelayEstimator estimator_{};
  JitterStatistics statistics_{};
  std::int64_t step_ns_ = 0;
  std::int64_t frame_ticks_ = 0;
  std::int64_t grid_ticks_ = 1;  // common divisor of pulls and packets, the last ones and these
  std::int64_t new_grid_ticks_ = 1;
  std::int32_t grid_packets_ = 0;   // in the new one
  std::int64_t most_delay_ns_ = 0;  // never exceeded by what is played

  bool is_playing_ = false;
  bool is_new_stream_ = true;
  bool is_splice_ = false;
  std::int64_t next_sequence_ = 0;
  std::int64_t next_ticks_ = 0;
  std::int64_t waited_ticks_ = 0;                 // bridged since the last packet: stands for what proves lost
  std::int64_t reordered_ = -kReorderingPackets;  // newest number when a packet came out of order
  std::int64_t settled_ticks_ = 0;                // lost since the last packet without a step of their own
  std::int64_t settled_packets_ = 0;
  std::int64_t last_ticks_ = 0;  // duration of the last packet played

  NackList nacks_{};  // last: few ask
};

}  // namespace mixminus::jitter
