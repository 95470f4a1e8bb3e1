// VideoReceiver: RTP packets of one sender in, access units that can be decoded out.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/rtp/rtcp.hpp"
#include "mixminus/video/depacketizer.hpp"

namespace mixminus::conference {

struct VideoConfig {
  video::Kind kind = video::Kind::h264;
  std::int32_t payload_type = 96;
  std::int32_t rtp_clock_hz = 90'000;    ///< 1000..192000; 90000 in all three payload formats
  std::int32_t min_delay_ms = 0;         ///< 0..max_delay_ms
  std::int32_t max_delay_ms = 1000;      ///< at most 2000
  float ms_per_percent = 100.0F;         ///< delay that 1 % of standing still is worth, 1..10000
  std::int32_t capacity_packets = 1024;  ///< that may wait: a power of two, 64..16384
};

/// Names and meanings of W3C webrtc-stats (RTCInboundRtpStreamStats). What has no W3C name is below the line.
struct VideoStatistics {
  std::uint64_t packets_received = 0;   ///< with those that were sent again
  std::int64_t packets_lost = 0;        ///< RFC 3550 appendix A.3; duplicates can make it negative
  std::uint64_t packets_discarded = 0;  ///< too late or no room
  std::uint64_t bytes_received = 0;     ///< payload
  std::uint64_t retransmitted_packets_received = 0;
  std::int64_t jitter_ns = 0;             ///< RFC 3550 appendix A.8
  std::uint64_t frames_received = 0;      ///< whole, in time or not
  std::uint64_t frames_dropped = 0;       ///< of which packets came, but which pull() did not give
  std::uint64_t key_frames_received = 0;  ///< of frames_received
  std::uint64_t nack_count = 0;           ///< times that take_nacks() gave some
  std::uint64_t pli_count = 0;            ///< key frames asked for
  double jitter_buffer_delay_s = 0.0;     ///< sum over emitted frames, from the first packet of each
  double jitter_buffer_target_delay_s = 0.0;
  std::uint64_t jitter_buffer_emitted_count = 0;  ///< frames that pull() gave
  std::uint64_t freeze_count = 0;
  double total_freezes_duration_s = 0.0;
  // ----
  std::uint64_t packets_duplicated = 0;
  std::uint64_t packets_malformed = 0;  ///< no RTP, or no payload of this format
  std::uint64_t packets_of_other_payload_type = 0;
  std::uint64_t stream_changes = 0;  ///< new SSRC, sender restart or timestamp jump
  std::int64_t target_delay_ns = 0;  ///< now
};

/// What pull() gives.
struct VideoFrame {
  Bytes data;  ///< one access unit, in the receiver's memory: valid until the next call
  std::uint32_t rtp_timestamp = 0;
  bool is_key_frame = false;
  bool is_after_loss = false;     ///< frames before it were left out
  std::int64_t release_ns = 0;    ///< when it was to be shown, on the clock of arrival_ns
  std::uint64_t playout_ntp = 0;  ///< when it was captured, by the clock of the sender's reports; 0: not known yet
};

/// Puts packets together to frames, asks for what is missing, and gives each frame when its delay is over. The delay is
/// what it takes until frames are whole, priced as the audio receiver prices it, repairs included. A frame waits for a
/// missing packet only while that may still come, and never beyond the maximum; then it is left out, and with it what
/// refers to it. Configured once; after that it never allocates, locks, throws or reads a clock. Bad input is counted.
class MIXMINUS_API VideoReceiver {
 public:
  VideoReceiver() noexcept;
  ~VideoReceiver();
  VideoReceiver(VideoReceiver&&) noexcept;
  VideoReceiver& operator=(VideoReceiver&&) noexcept;

  Status configure(const VideoConfig& config) noexcept;

  void insert(Bytes datagram, std::int64_t arrival_ns) noexcept;            ///< a whole RTP packet
  void insert(const PacketView& packet, std::int64_t arrival_ns) noexcept;  ///< already parsed
  /// A whole RTP packet of the retransmission stream (RFC 4588), whatever its SSRC. Packets that the sender simply
  /// sends again go to insert().
  void insert_retransmission(Bytes datagram, std::int64_t arrival_ns) noexcept;

  /// Gives the next frame whose time has come; call it until it returns false.
  bool pull(std::int64_t now_ns, VideoFrame& frame) noexcept;

  /// Sequence numbers to ask for now (RFC 4585 section 6.2.1); returns how many were written. While nobody calls it,
  /// nothing is waited for that is lost.
  std::size_t take_nacks(std::int64_t now_ns, std::span<std::uint16_t> numbers) noexcept;
  /// True when a key frame has to be asked for now (PLI or FIR): at once, then again after a round trip and some.
  bool take_key_frame_request(std::int64_t now_ns) noexcept;

  void set_round_trip_ns(std::int64_t round_trip_ns) noexcept;  ///< 0: not known
  Status set_min_delay_ms(std::int32_t min_delay_ms) noexcept;  ///< for lip sync; out_of_range: not in 0..max_delay_ms

  /// The sender's report of the stream that is followed (RFC 3550 section 6.4.1), for our reports and `playout_ntp`.
  void receive(const rtp::SenderInfo& report, std::int64_t arrival_ns) noexcept;
  /// The block to send about this sender, closing its interval; false before its first packet.
  bool report(std::int64_t now_ns, rtp::ReceptionReport& block) noexcept;

  [[nodiscard]] std::uint32_t remote_ssrc()
      const noexcept;  ///< of the stream that is followed; 0 before the first packet
  [[nodiscard]] VideoStatistics statistics() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mixminus::conference
