// RTP packets, RFC 3550 section 5.1: read in place, and written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::rtp {

inline constexpr std::size_t kMaxCsrcs = 15;          ///< the CC field has 4 bits
inline constexpr std::size_t kFixedHeaderBytes = 12;  ///< up to and with the SSRC
inline constexpr std::uint8_t kMaxPayloadType = 127;

/// Points `packet` into `datagram`, which must outlive it. malformed, and `packet` untouched, unless the
/// version is 2, CSRCs, extension and padding lie inside the datagram, and it is not RTCP (see is_rtcp()).
MIXMINUS_API Status parse(Bytes datagram, PacketView& packet) noexcept;

/// Whether a datagram of a port shared by both is RTCP: its second byte is 192..223 (RFC 5761 section 4).
/// For the same reason no RTP packet with a marker may have a payload type of 64..95.
MIXMINUS_API bool is_rtcp(Bytes datagram) noexcept;

/// The contributing source `index`, below csrc_count(), in host order.
MIXMINUS_API std::uint32_t csrc(const PacketView& packet, std::size_t index) noexcept;
inline std::size_t csrc_count(const PacketView& packet) noexcept { return packet.csrcs.size() / 4; }

/// What write_header() writes.
struct Header {
  std::uint32_t ssrc = 0;
  std::uint16_t sequence_number = 0;
  std::uint32_t rtp_timestamp = 0;
  std::uint8_t payload_type = 0;           ///< 0..127
  bool marker = false;                     ///< first packet of a talk spurt, RFC 3551 section 4.1
  std::span<const std::uint32_t> csrcs{};  ///< at most kMaxCsrcs, host order
  std::uint16_t extension_profile = 0;     ///< RFC 8285: 0xBEDE or 0x1000; 0 and no body: no extension
  Bytes extension{};                       ///< body, whole 32-bit words
  bool has_padding = false;                ///< the payload will be followed by write_padding()
};

/// Bytes that write_header() needs.
MIXMINUS_API std::size_t header_bytes(const Header& header) noexcept;

/// Bytes written, the payload goes behind them. 0: no room, or no RTP header can say that (payload type above
/// 127 or taken for RTCP, too many CSRCs, an extension that is not whole words or above 65535 of them).
MIXMINUS_API std::size_t write_header(const Header& header, std::span<std::uint8_t> out) noexcept;

/// Fills `out`, 1..255 bytes, with the padding of section 5.1; its last byte is the count. False: wrong size.
MIXMINUS_API bool write_padding(std::span<std::uint8_t> out) noexcept;

}  // namespace mixminus::rtp
