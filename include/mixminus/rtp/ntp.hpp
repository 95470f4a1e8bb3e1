// NTP time as RTCP carries it, RFC 3550 section 4, and the round trip that it gives, section 6.4.1.
#pragma once

#include <cstdint>

#include "mixminus/base/export.hpp"

namespace mixminus::rtp {

/// 32.32 fixed point seconds since 1900, to and from nanoseconds since 1970. Exact there and back. Seconds with the
/// top bit clear are read as after 2036-02-07, when they wrap (RFC 5905 section 6: eras).
MIXMINUS_API std::uint64_t ntp_from_unix_ns(std::int64_t unix_ns) noexcept;
MIXMINUS_API std::int64_t unix_ns_from_ntp(std::uint64_t ntp) noexcept;

/// Middle 32 bits, 16.16 fixed point seconds: what LSR holds.
constexpr std::uint32_t ntp_middle(std::uint64_t ntp) noexcept { return static_cast<std::uint32_t>(ntp >> 16); }

/// 16.16 fixed point seconds, to and from nanoseconds: what DLSR holds. Rounded; clamped to 0..65536 s.
MIXMINUS_API std::uint32_t short_from_ns(std::int64_t duration_ns) noexcept;
MIXMINUS_API std::int64_t ns_from_short(std::uint32_t seconds_q16) noexcept;

inline constexpr std::int64_t kNoRoundTrip = -1;

/// A - LSR - DLSR of section 6.4.1, where A is ntp_middle() of the arrival of the report. kNoRoundTrip when
/// `last_sr` is 0: the far side has not had a sender report. Clock drift that would make it negative gives 0.
MIXMINUS_API std::int64_t round_trip_ns(std::uint32_t arrival, std::uint32_t last_sr,
                                        std::uint32_t delay_since_last_sr) noexcept;

}  // namespace mixminus::rtp
