// AudioReceiver: RTP packets of one sender in, an unbroken stream of samples out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/codec/codec.hpp"
#include "mixminus/rtp/rtcp.hpp"

namespace mixminus::conference {

struct ReceiverConfig {
  codec::Config codec{};
  std::int32_t payload_type = -1;        ///< -1: codec::default_payload_type()
  std::int32_t red_payload_type = -1;    ///< RFC 2198, not payload_type; -1: none
  std::int32_t cn_payload_type = 13;     ///< RFC 3389; -1: none
  std::int32_t sample_rate_hz = 48'000;  ///< of what pull() gives
  std::int32_t frame_ms = 20;            ///< of one pull: 5, 10, 20, 40 or 60, in whole samples
  std::int32_t min_delay_ms = 0;         ///< 0..max_delay_ms
  std::int32_t max_delay_ms = 1000;      ///< at most 2000
  float ms_per_percent = 116.0F;         ///< delay that 1 % of concealment is worth, 1..10000: more is smoother
  std::int32_t audio_level_id = 0;       ///< RFC 6464 element in each packet, 1..255 (RFC 8285); 0: none
};

inline constexpr std::size_t kMaxPaths = 4;

/// One of several ways by which copies of the same packets come (RFC 7198): the first copy is used, all are counted.
struct PathStatistics {
  std::uint64_t packets_received = 0;  ///< of the stream that is followed
  std::uint64_t packets_first = 0;     ///< of them, no copy had come before
  std::int64_t packets_lost = 0;       ///< on this way, RFC 3550 appendix A.3
  std::int64_t jitter_ns = 0;          ///< of this way, RFC 3550 appendix A.8
};

/// Names and meanings of W3C webrtc-stats (RTCInboundRtpStreamStats); times in ns, sample counts at
/// sample_rate_hz. What has no W3C name is below the line.
struct ReceiverStatistics {
  std::uint64_t packets_received = 0;
  std::int64_t packets_lost =
      0;  ///< RFC 3550 appendix A.3; duplicates, except those of other paths, can make it negative
  std::uint64_t packets_discarded = 0;         ///< too late or no room
  std::uint64_t bytes_received = 0;            ///< payload
  std::int64_t jitter_ns = 0;                  ///< RFC 3550 appendix A.8
  double jitter_buffer_delay_s = 0.0;          ///< sum over emitted samples; as ns it would not fit for long
  double jitter_buffer_target_delay_s = 0.0;   ///< sum over emitted samples
  double jitter_buffer_minimum_delay_s = 0.0;  ///< the same without min_delay_ms
  std::uint64_t jitter_buffer_emitted_count = 0;
  std::uint64_t total_samples_received = 0;
  std::uint64_t concealed_samples = 0;
  std::uint64_t silent_concealed_samples = 0;
  std::uint64_t concealment_events = 0;
  std::uint64_t inserted_samples_for_deceleration = 0;
  std::uint64_t removed_samples_for_acceleration = 0;
  std::uint64_t interruption_count = 0;  ///< concealment of 150 ms or more in a row
  double total_interruption_duration_s = 0.0;
  std::uint64_t nack_count = 0;             ///< times that take_nacks() gave some
  std::uint64_t fec_packets_received = 0;   ///< frames recovered from RED or in-band FEC
  std::uint64_t fec_packets_discarded = 0;  ///< redundancy that was not needed
  // ----
  std::uint64_t packets_duplicated = 0;
  std::uint64_t packets_malformed = 0;  ///< no RTP, or the codec refused the payload
  std::uint64_t packets_of_other_payload_type = 0;
  std::uint64_t stream_changes = 0;   ///< new SSRC, sender restart or timestamp jump
  std::int64_t target_delay_ns = 0;   ///< now
  std::int64_t playout_delay_ns = 0;  ///< now: from the arrival of the fastest packet to its playout
  float clock_drift_ppm = 0.0F;       ///< by which the sender's clock is slower; 0 while it is small or not known
  // RFC 3611 section 4.7.2, Gmin 16: lost is what was not there to be played
  float burst_density = 0.0F;          ///< share of packets lost in bursts, 0..1
  float gap_density = 0.0F;            ///< the same between bursts
  std::int64_t burst_duration_ns = 0;  ///< mean
  std::int64_t gap_duration_ns = 0;    ///< mean
  std::array<PathStatistics, kMaxPaths> paths{};

  /// Of several streams: counts are summed, of what is so now the largest is kept.
  MIXMINUS_API ReceiverStatistics& operator+=(const ReceiverStatistics& other) noexcept;
};

inline constexpr std::int8_t kNoClaim = -128;  ///< below every level of RFC 6464

/// What the last pull() gave.
enum class Playout : std::uint8_t { silence, speech, comfort_noise, concealment };

/// NetEq's job: reorders, conceals, and adapts its delay to the network. Configured once; after that it
/// never allocates, locks, throws or reads a clock. Bad input is counted, never raised.
class MIXMINUS_API AudioReceiver {
 public:
  AudioReceiver() noexcept;
  ~AudioReceiver();
  AudioReceiver(AudioReceiver&&) noexcept;
  AudioReceiver& operator=(AudioReceiver&&) noexcept;

  Status configure(const ReceiverConfig& config) noexcept;
  /// The same with the caller's own codec; `config.codec` is ignored.
  Status configure(const ReceiverConfig& config, std::unique_ptr<codec::Codec> codec) noexcept;

  /// A whole RTP packet. `path`, below kMaxPaths, is the way by which it came; others are taken for the last one.
  void insert(Bytes datagram, std::int64_t arrival_ns, std::size_t path = 0) noexcept;
  void insert(const PacketView& packet, std::int64_t arrival_ns, std::size_t path = 0) noexcept;  ///< already parsed

  /// Fills `out`, exactly one frame. `now_ns` is when its first sample is played, on the clock of arrival_ns.
  Playout pull(std::int64_t now_ns, std::span<std::int16_t> out) noexcept;

  /// Goes on as pull() would, but decodes nothing: delay and statistics move as if the frame had been played,
  /// as far as they can be known without its samples. The next pull() first decodes the last packets that were
  /// skipped, for the decoder's state, and fades in.
  Playout skip(std::int64_t now_ns) noexcept;

  /// Samples by which playout moved on the sender's time line in the frames since the last call: positive where
  /// something was put in (waiting, time-scaling, a slow sender), negative where something was left out. An echo
  /// canceller whose far end comes back through this stream shifts its filter by as much.
  std::int64_t take_shift_samples() noexcept;

  /// The loudest level, dBov, that the sender claims for packets that came or were played since the last call;
  /// kNoClaim: there were none; jitter::kNoLevel, above all levels: one of them did not say.
  std::int32_t take_claim_dbov() noexcept;

  /// The sequence numbers to ask the sender for now (generic NACK of RFC 4585), ascending; returns how many were
  /// written. Each is asked for again after a round trip and some, as long as it may be of use.
  std::size_t take_nacks(std::int64_t now_ns, std::span<std::uint16_t> numbers) noexcept;
  void set_round_trip_ns(std::int64_t round_trip_ns) noexcept;  ///< 0: not known

  /// Raises or lowers the least delay, for pictures that are later: 0..max_delay_ms, else out_of_range. Playout
  /// goes there as it follows the network: in pauses at once, in a voice by its periods.
  Status set_min_delay_ms(std::int32_t min_delay_ms) noexcept;

  /// When the sender captured what is played at `now_ns`, on his own wall clock, as an NTP timestamp (rtp/ntp.hpp).
  /// False before his first report, and before the first packet of his stream was played.
  bool playout_ntp(std::int64_t now_ns, std::uint64_t& ntp) const noexcept;

  /// The sender's report, so that ours can say how old it is (RFC 3550 section 6.4.1, LSR and DLSR).
  void receive(const rtp::SenderInfo& report, std::int64_t arrival_ns) noexcept;
  /// The block to send about this sender, closing its interval; false before the first packet of a codec.
  bool report(std::int64_t now_ns, rtp::ReceptionReport& block) noexcept;

  [[nodiscard]] std::uint32_t remote_ssrc()
      const noexcept;  ///< of the stream that is followed; 0 before the first packet

  [[nodiscard]] ReceiverStatistics statistics() const noexcept;
  [[nodiscard]] std::int32_t frame_samples() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mixminus::conference
