// Audience: all who hear the same groups, and the sum that they hear.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mixminus/mix/limiter.hpp"
#include "mixminus/mix/tail.hpp"

namespace mixminus::mix {

inline constexpr std::size_t kMaxChannels = 2;
using Groups = std::uint32_t;  ///< one bit for each group

/// One distinct mix: its limiter, and the samples that wait behind the look-ahead.
struct Bus {
  LimiterState limiter{};
  std::array<std::vector<std::int32_t>, kMaxChannels> waiting;
};

struct Audience {
  Groups hears = 0;
  std::int32_t holders = 0;  ///< legs that hear it or are on their way; 0: free
  Bus bus;
  std::array<Tail, kMaxChannels> tails;
  std::array<std::vector<std::int32_t>, kMaxChannels> sums;  ///< of everybody who is heard
};

}  // namespace mixminus::mix
