// Fixed point seconds and nanoseconds.
#include "mixminus/rtp/ntp.hpp"

#include <algorithm>

#include "mixminus/base/wrap.hpp"

namespace mixminus::rtp {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kUnixEpoch = 2'208'988'800;  // seconds from 1900 to 1970
constexpr std::int64_t kEraSeconds = std::int64_t{1} << 32;
constexpr std::int64_t kLongestShortNs = 65536 * kNsPerSecond;
}  // namespace

std::uint64_t ntp_from_unix_ns(std::int64_t unix_ns) noexcept {
  const bool is_before_1970 = unix_ns % kNsPerSecond < 0;  // division rounds towards zero, time does not
  const std::int64_t seconds = unix_ns / kNsPerSecond - (is_before_1970 ? 1 : 0);
  const std::int64_t rest_ns = unix_ns % kNsPerSecond + (is_before_1970 ? kNsPerSecond : 0);
  const std::int64_t fraction = ((rest_ns << 32) + kNsPerSecond / 2) / kNsPerSecond;
  return (static_cast<std::uint64_t>(seconds + kUnixEpoch) << 32) + static_cast<std::uint64_t>(fraction);
}

std::int64_t unix_ns_from_ntp(std::uint64_t ntp) noexcept {
  const auto seconds = static_cast<std::int64_t>(ntp >> 32);
  const std::int64_t era = seconds < kEraSeconds / 2 ? kEraSeconds : 0;
  const std::uint64_t fraction = ntp & 0xFFFF'FFFFU;
  const std::uint64_t rest_ns = (fraction * kNsPerSecond + (std::uint64_t{1} << 31)) >> 32;
  return (seconds + era - kUnixEpoch) * kNsPerSecond + static_cast<std::int64_t>(rest_ns);
}

std::uint32_t short_from_ns(std::int64_t duration_ns) noexcept {
  const std::int64_t bounded_ns = std::clamp<std::int64_t>(duration_ns, 0, kLongestShortNs);
  const std::int64_t seconds_q16 = ((bounded_ns << 16) + kNsPerSecond / 2) / kNsPerSecond;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(seconds_q16, UINT32_MAX));
}

std::int64_t ns_from_short(std::uint32_t seconds_q16) noexcept {
  return (std::int64_t{seconds_q16} * kNsPerSecond + (1 << 15)) >> 16;
}

std::int64_t round_trip_ns(std::uint32_t arrival, std::uint32_t last_sr, std::uint32_t delay_since_last_sr) noexcept {
  if (last_sr == 0) return kNoRoundTrip;
  const std::int32_t round_trip = wrapped_distance(last_sr + delay_since_last_sr, arrival);
  return ns_from_short(static_cast<std::uint32_t>(std::max(round_trip, 0)));
}

}  // namespace mixminus::rtp
