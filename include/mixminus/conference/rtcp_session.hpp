// RtcpSession: the reports of one leg, in both directions (RFC 3550 section 6).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/conference/rtp_sender.hpp"
#include "mixminus/rtp/rtcp.hpp"

namespace mixminus::conference {

/// What the site says about our stream: W3C RTCRemoteInboundRtpStreamStats.
struct RemoteStatistics {
  std::int64_t packets_lost = 0;
  float fraction_lost = 0.0F;            ///< 0..1, of the last report
  std::uint32_t jitter = 0;              ///< RTP clock units
  std::int64_t round_trip_time_ns = -1;  ///< of the last report; -1: unknown
  std::uint64_t reports_received = 0;
  std::uint64_t reports_malformed = 0;
};

/// When it is now, in the two ways that reports need: on the clock of the media, and as Unix time.
struct ReportTime {
  std::int64_t now_ns = 0;
  std::int64_t unix_offset_ns = 0;
};

/// A session of two, so the interval is the 5 s minimum of section 6.2, half of it before the first report,
/// randomised as section 6.3.1 asks; the randomness is a function of the SSRC.
class MIXMINUS_API RtcpSession {
 public:
  /// Our streams have the `streams` SSRCs from `ssrc` on; reports come from the first.
  Status configure(std::uint32_t ssrc, std::uint32_t streams, std::string cname) noexcept;

  /// Takes in a compound of the site. True: it holds `sender_report`, which its receiver has to know.
  bool receive(Bytes datagram, const ReportTime& arrival, rtp::Report& sender_report) noexcept;

  [[nodiscard]] bool is_due(std::int64_t now_ns) noexcept;

  /// Makes SR or RR, with SDES, and plans the next. At most kMaxBlocks.
  void write(const RtpSender& sender, std::span<const rtp::ReceptionReport> blocks, const ReportTime& time) noexcept;
  /// Makes RR with SDES and this APP.
  void write(const rtp::Application& application) noexcept;

  static constexpr std::size_t kMaxBlocks = 16;

  [[nodiscard]] Bytes report() const noexcept { return Bytes(memory_).first(report_bytes_); }
  void take_report() noexcept { report_bytes_ = 0; }

  [[nodiscard]] const RemoteStatistics& remote() const noexcept { return remote_; }
  [[nodiscard]] bool has_said_bye() const noexcept { return has_said_bye_; }

 private:
  std::int64_t next_interval_ns(std::int64_t base_ns) noexcept;

  void read(const rtp::Report& report, const ReportTime& arrival) noexcept;

  // SR, blocks, SDES with the longest CNAME, APP
  static constexpr std::size_t kMaxReportBytes = 28 + 24 * kMaxBlocks + 8 + 260 + 48;

  std::uint32_t ssrc_ = 0;
  std::uint32_t streams_ = 1;
  std::string cname_;
  std::uint64_t random_ = 0;
  std::int64_t due_ns_ = 0;
  bool is_started_ = false;
  bool has_said_bye_ = false;
  std::array<std::uint8_t, kMaxReportBytes> memory_{};
  std::size_t report_bytes_ = 0;
  RemoteStatistics remote_{};
};

}  // namespace mixminus::conference
