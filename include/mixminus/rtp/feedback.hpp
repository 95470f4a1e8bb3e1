// RTCP feedback that pictures need: generic NACK and PLI (RFC 4585), FIR (RFC 5104). RtcpWriter writes them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/rtp/rtcp.hpp"

namespace mixminus::rtp {

/// The FMT field of both feedback types; it lies where other packets count their blocks (RFC 4585 section 6.1).
inline constexpr std::uint8_t kNackFormat = 1;              ///< of transport_feedback, RFC 4585 section 6.2.1
inline constexpr std::uint8_t kPictureLossFormat = 1;       ///< of payload_feedback, RFC 4585 section 6.3.1
inline constexpr std::uint8_t kFullIntraRequestFormat = 4;  ///< of payload_feedback, RFC 5104 section 4.3.1

/// Generic NACK: send these packets again.
struct Nack {
  std::uint32_t ssrc = 0;        ///< who asks
  std::uint32_t media_ssrc = 0;  ///< whose packets are missing
  Bytes entries;                 ///< PID and BLP, 4 bytes each; read by NackReader
};

/// malformed: of another type or format, or cut short.
MIXMINUS_API Status parse_nack(const RtcpPacket& packet, Nack& nack) noexcept;

/// Walks the missing sequence numbers, entry by entry, ascending within each.
class MIXMINUS_API NackReader {
 public:
  explicit NackReader(const Nack& nack) noexcept : rest_(nack.entries) {}

  bool next(std::uint16_t& sequence_number) noexcept;

 private:
  void enter() noexcept;

  Bytes rest_;
  std::uint16_t number_ = 0;   // of the lowest bit of missing_
  std::uint32_t missing_ = 0;  // PID in the lowest bit, BLP above it; bits are shifted out as they are told
};

/// PLI: pictures were lost; the sender knows best how to go on.
struct PictureLoss {
  std::uint32_t ssrc = 0;  ///< who asks
  std::uint32_t media_ssrc = 0;
};

MIXMINUS_API Status parse_picture_loss(const RtcpPacket& packet, PictureLoss& loss) noexcept;

/// One entry of a FIR.
struct IntraRequest {
  std::uint32_t ssrc = 0;           ///< of the stream that shall send a key frame
  std::uint8_t command_number = 0;  ///< one more for each new request, the same when a request is repeated
};

/// FIR: send a key frame as soon as possible. Its header names no media source; the entries do.
struct FullIntraRequest {
  std::uint32_t ssrc = 0;  ///< who asks
  Bytes entries;           ///< 8 bytes each; read by intra_request()
};

MIXMINUS_API Status parse_full_intra_request(const RtcpPacket& packet, FullIntraRequest& request) noexcept;
MIXMINUS_API std::size_t intra_request_count(const FullIntraRequest& request) noexcept;
MIXMINUS_API IntraRequest intra_request(const FullIntraRequest& request, std::size_t index) noexcept;

}  // namespace mixminus::rtp
