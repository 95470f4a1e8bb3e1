// Times come in as they are; the core takes them as far as their differences fit 64 bits.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mixminus {

inline constexpr std::int64_t kMaxTimeNs = 4'000'000'000'000'000'000;  ///< 126 years

constexpr std::int64_t bounded_time_ns(std::int64_t time_ns) noexcept {
  return std::clamp(time_ns, -kMaxTimeNs, kMaxTimeNs);
}

}  // namespace mixminus
