// Level of a frame in dBov, and the RFC 6464 way to write it.
#pragma once

#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"

namespace mixminus::dsp {

inline constexpr float kSilenceDbov = -127.0F;  ///< the floor of RFC 6464

/// RMS level relative to the overload point (a full-scale square wave is 0 dBov), at least kSilenceDbov.
MIXMINUS_API float level_dbov(std::span<const std::int16_t> frame) noexcept;

}  // namespace mixminus::dsp
