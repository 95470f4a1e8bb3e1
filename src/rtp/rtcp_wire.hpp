// Sizes and bits of RTCP that reading and writing share, RFC 3550 section 6.4.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mixminus::rtp {

inline constexpr std::uint8_t kRtcpVersion = 2 << 6;
inline constexpr std::uint8_t kRtcpVersionMask = 0xC0;
inline constexpr std::uint8_t kRtcpPaddingBit = 0x20;
inline constexpr std::uint8_t kRtcpCountMask = 0x1F;
inline constexpr std::size_t kRtcpHeaderBytes = 4;
inline constexpr std::size_t kSourceBytes = 4;
inline constexpr std::size_t kSenderInfoBytes = 20;
inline constexpr std::size_t kReceptionReportBytes = 24;
inline constexpr std::size_t kSdesItemHeaderBytes = 2;
inline constexpr std::size_t kApplicationNameBytes = 4;

}  // namespace mixminus::rtp
