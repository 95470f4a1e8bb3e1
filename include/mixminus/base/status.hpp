// Status: every way in which a call into the core can fail.
#pragma once

#include <cstdint>

namespace mixminus {

/// Outcome of a fallible call. The core never throws; Python raises one exception per value
/// (python/mixminus/errors.py).
enum class [[nodiscard]] Status : std::uint8_t {
  ok,
  not_configured,     ///< used before configure()
  out_of_range,       ///< a Config field or an argument is outside its documented interval
  shape_mismatch,     ///< a span does not hold exactly what the Config promised
  capacity_reached,   ///< no free slot is left
  unsupported_codec,  ///< this build or this rate has no such codec
  unknown_leg,        ///< the leg has left, or was never there
  malformed,          ///< bytes that are no such packet
};

}  // namespace mixminus
