// Reading RTCP compound packets, RFC 3550 section 6: one packet after the other, in place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::rtp {

inline constexpr std::size_t kMaxReceptionReports = 31;  ///< of one SR or RR; the RC field has 5 bits

enum class RtcpType : std::uint8_t {
  sender_report = 200,
  receiver_report = 201,
  source_description = 202,
  goodbye = 203,
  application = 204,
  transport_feedback = 205,  ///< RFC 4585, see feedback.hpp
  payload_feedback = 206     ///< the same
};

/// One packet of a compound; `body` begins behind the common header and has its padding taken off.
struct RtcpPacket {
  RtcpType type{};         ///< may be none of these, such are to be skipped
  std::uint8_t count = 0;  ///< of report blocks, chunks or sources, or the format of feedback; 0..31
  Bytes body;
};

/// Walks the packets of a datagram. Takes reduced-size RTCP (RFC 5506) too; validate_compound() does not.
class MIXMINUS_API RtcpReader {
 public:
  explicit RtcpReader(Bytes datagram) noexcept : rest_(datagram) {}

  /// False at the end, or when the rest is_malformed().
  bool next(RtcpPacket& packet) noexcept;
  [[nodiscard]] bool is_malformed() const noexcept { return is_malformed_; }

 private:
  Bytes rest_;
  bool is_malformed_ = false;
};

/// Appendix A.2: version 2 throughout, SR or RR without padding first, padding on the last only, lengths that add up
/// to exactly the datagram. Bodies are judged by who reads them.
MIXMINUS_API Status validate_compound(Bytes datagram) noexcept;

/// What a sender says about its stream, section 6.4.1.
struct SenderInfo {
  std::uint64_t ntp = 0;            ///< when the report left, see ntp.hpp
  std::uint32_t rtp_timestamp = 0;  ///< of the same instant, on the stream's clock
  std::uint32_t packet_count = 0;
  std::uint32_t octet_count = 0;  ///< payload only
};

/// What a receiver says about one source, section 6.4.1.
struct ReceptionReport {
  std::uint32_t ssrc = 0;
  std::uint8_t fraction_lost = 0;    ///< in 1/256, since the report before
  std::int32_t cumulative_lost = 0;  ///< 24 bits; negative after duplicates
  std::uint32_t extended_highest_sequence = 0;
  std::uint32_t jitter = 0;               ///< RTP clock units
  std::uint32_t last_sr = 0;              ///< ntp_middle() of the newest SR; 0: none yet
  std::uint32_t delay_since_last_sr = 0;  ///< 1/65536 s
};

/// SR or RR. The profile-specific rest is ignored.
struct Report {
  std::uint32_t ssrc = 0;  ///< who reports
  bool is_sender = false;
  SenderInfo sender{};  ///< when is_sender
  Bytes blocks;         ///< read by reception_report()
};

/// malformed: of another type, or cut short.
MIXMINUS_API Status parse_report(const RtcpPacket& packet, Report& report) noexcept;
MIXMINUS_API std::size_t reception_report_count(const Report& report) noexcept;
MIXMINUS_API ReceptionReport reception_report(const Report& report, std::size_t index) noexcept;

/// One item of SDES, section 6.5. Only CNAME, type 1, has a meaning here.
struct SdesItem {
  std::uint32_t ssrc = 0;
  std::uint8_t type = 0;
  Bytes text;  ///< UTF-8, at most 255 bytes
};

inline constexpr std::uint8_t kCnameItem = 1;

/// Walks the items of all chunks of an SDES packet; of any other, none.
class MIXMINUS_API SdesReader {
 public:
  explicit SdesReader(const RtcpPacket& packet) noexcept;

  bool next(SdesItem& item) noexcept;
  [[nodiscard]] bool is_malformed() const noexcept { return is_malformed_; }

 private:
  bool enter_chunk() noexcept;
  void leave_chunk() noexcept;
  bool fail() noexcept;

  Bytes body_;
  std::size_t offset_ = 0;
  std::size_t chunks_left_;
  std::uint32_t ssrc_ = 0;
  bool is_in_chunk_ = false;
  bool is_malformed_ = false;
};

/// BYE, section 6.6.
struct Goodbye {
  Bytes ssrcs;   ///< 4 bytes each, network order; read by goodbye_ssrc()
  Bytes reason;  ///< UTF-8; empty: none given
};

MIXMINUS_API Status parse_goodbye(const RtcpPacket& packet, Goodbye& goodbye) noexcept;
inline std::size_t goodbye_count(const Goodbye& goodbye) noexcept { return goodbye.ssrcs.size() / 4; }
MIXMINUS_API std::uint32_t goodbye_ssrc(const Goodbye& goodbye, std::size_t index) noexcept;

/// APP, section 6.7: what one application says to another of its kind.
struct Application {
  std::uint32_t ssrc = 0;
  std::uint8_t subtype = 0;            ///< 0..31
  std::array<std::uint8_t, 4> name{};  ///< ASCII
  Bytes data;                          ///< whole 32-bit words
};

MIXMINUS_API Status parse_application(const RtcpPacket& packet, Application& application) noexcept;

}  // namespace mixminus::rtp
