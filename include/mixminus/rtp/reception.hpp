// ReceptionStatistics: what a receiver can say about one source, RFC 3550 appendices A.1, A.3 and A.8.
#pragma once

#include <cstdint>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/base/wrap.hpp"
#include "mixminus/rtp/rtcp.hpp"

namespace mixminus::rtp {

inline constexpr std::int32_t kMaxDropout = 3000;  ///< appendix A.1: packets missed before it looks like a restart
inline constexpr std::int32_t kMaxMisorder = 100;  ///< packets behind the highest before it looks like a restart

/// What appendix A.1 makes of a sequence number.
enum class Arrival : std::uint8_t {
  ahead,      ///< the highest so far
  behind,     ///< reordered or duplicate; both count as received
  far_off,    ///< not counted: a stray, or the first after the sender restarted
  restarted,  ///< the second in a row far off: all counts begin again with this packet
};

/// Counts packets of one SSRC. Integer arithmetic on fixed memory; the first packet is valid at once, because whether
/// the source may take part is decided elsewhere (appendix A.1 with MIN_SEQUENTIAL of 0).
class MIXMINUS_API ReceptionStatistics {
 public:
  /// Forgets everything. out_of_range: `clock_hz`, the RTP clock, is not in 1000..192000.
  Status configure(std::int32_t clock_hz) noexcept;

  Arrival receive(std::uint16_t sequence_number, std::uint32_t rtp_timestamp, std::int64_t arrival_ns) noexcept;
  void receive(const SenderInfo& sender, std::int64_t arrival_ns) noexcept;  ///< for LSR and DLSR

  /// The block to send about `ssrc` at `now_ns`. Closes an interval: fraction_lost covers what was expected since the
  /// report() before it, or since the start. All other fields, and all getters, cover the time since the start or
  /// restart of the sender and may be read at any time. Before the first packet it is all zero.
  ReceptionReport report(std::uint32_t ssrc, std::int64_t now_ns) noexcept;

  [[nodiscard]] std::int64_t packets_expected() const noexcept;
  [[nodiscard]] std::int64_t packets_received() const noexcept { return received_; }  ///< with duplicates
  [[nodiscard]] std::int64_t packets_lost() const noexcept { return packets_expected() - received_; }
  [[nodiscard]] std::uint32_t extended_highest_sequence() const noexcept;
  [[nodiscard]] std::uint32_t jitter() const noexcept;  ///< appendix A.8, RTP clock units
  [[nodiscard]] std::int64_t jitter_ns() const noexcept;

 private:
  Arrival place(std::uint16_t sequence_number) noexcept;
  void start(std::uint16_t sequence_number) noexcept;
  void measure_jitter(std::uint32_t rtp_timestamp, std::int64_t arrival_ns) noexcept;
  std::uint8_t close_interval() noexcept;

  std::int32_t clock_hz_ = 0;
  SequenceUnwrapper sequence_;
  std::int64_t base_ = 0;  ///< extended, first of this run
  std::int64_t received_ = 0;
  std::int64_t expected_before_ = 0;
  std::int64_t received_before_ = 0;
  std::int32_t restart_at_ = -1;  ///< the sequence number that would confirm a restart; -1: no suspicion
  bool is_started_ = false;

  std::uint32_t transit_ = 0;    ///< of the packet before, RTP clock units
  std::uint64_t jitter_q4_ = 0;  ///< scaled by 16, as in appendix A.8
  bool has_transit_ = false;

  std::uint32_t last_sr_ = 0;
  std::int64_t last_sr_arrival_ns_ = 0;
};

}  // namespace mixminus::rtp
