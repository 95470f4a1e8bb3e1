// PacketView: a parsed RTP packet, still in the bytes that it came in.
#pragma once

#include <cstdint>
#include <span>

namespace mixminus {

using Bytes = std::span<const std::uint8_t>;

/// Fields of the fixed header of RFC 3550 section 5.1, in host order. The spans point into the datagram.
struct PacketView {
  std::uint16_t sequence_number = 0;
  std::uint32_t rtp_timestamp = 0;
  std::uint32_t ssrc = 0;
  std::uint8_t payload_type = 0;  ///< 0..127
  bool marker = false;
  std::uint16_t extension_profile = 0;  ///< 0xBEDE one-byte, 0x100X two-byte elements (RFC 8285); 0 without extension
  Bytes extension{};                    ///< body of the header extension, whole 32-bit words
  Bytes csrcs{};                        ///< 4 bytes each, network order; at most 15
  Bytes payload{};                      ///< padding taken off
};

}  // namespace mixminus
