// Level of a frame in dBov, and the RFC 6464 way to write it.
#include "mixminus/dsp/level.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/table.hpp"

namespace mixminus::dsp {

float level_dbov(std::span<const std::int16_t> frame) noexcept {
  const std::int64_t energy = kernels::active().energy(frame.data(), frame.size());
  if (energy == 0) return kSilenceDbov;
  constexpr double kOverload = 32768.0 * 32768.0;
  const double mean = static_cast<double>(energy) / static_cast<double>(frame.size());
  return std::max(kSilenceDbov, static_cast<float>(10.0 * std::log10(mean / kOverload)));
}

}  // namespace mixminus::dsp
