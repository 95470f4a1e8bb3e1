// Comfort noise: what a listener hears while a sender is silent on purpose (RFC 3389, Opus DTX).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"

namespace mixminus::dsp {

/// Seeded noise with the level and the spectral envelope that observe() last heard, or that a
/// comfort-noise payload (RFC 3389) described. Same calls, same samples.
class MIXMINUS_API ComfortNoise {
 public:
  /// Learns level and envelope from a frame of background noise.
  void observe(std::span<const std::int16_t> frame) noexcept;

  /// Takes an RFC 3389 payload: level in -dBov, then reflection coefficients (at most 12 are used).
  void describe(std::span<const std::uint8_t> payload) noexcept;

  void generate(std::span<std::int16_t> frame) noexcept;
  void reset() noexcept;

 private:
  // the helper that writes this file chooses the rest
};

}  // namespace mixminus::dsp
