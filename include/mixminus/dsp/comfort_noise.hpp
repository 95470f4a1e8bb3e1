// Comfort noise: what a listener hears while a sender is silent on purpose (RFC 3389, Opus DTX).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"

namespace mixminus::dsp {

/// Seeded noise with the level and the spectral envelope that observe() last heard, or that a
/// comfort-noise payload (RFC 3389) described. Same calls, same samples. Silent before the first of them.
///
/// The envelope is an all-pole model; its memory is the noise itself and goes on across calls, so there is no
/// click where the model changes. The sampling rate is that of the frames; a payload means the rate of its
/// RTP clock.
class MIXMINUS_API ComfortNoise {
 public:
  static constexpr std::size_t kOrder = 12;

  explicit ComfortNoise(std::uint32_t seed = 1) noexcept : seed_(seed) { reset(); }

  /// Learns level and envelope from a frame of background noise: the first one counts in full, each later
  /// one for a quarter. Frames of at most kOrder samples are ignored.
  void observe(std::span<const std::int16_t> frame) noexcept;

  /// Takes an RFC 3389 payload: level in -dBov, then reflection coefficients (at most 12 are used).
  /// An empty payload is ignored.
  void describe(std::span<const std::uint8_t> payload) noexcept;

  /// Writes the RFC 3389 payload of the present model; as many coefficients as fit. Returns its bytes.
  std::size_t write_payload(std::span<std::uint8_t> payload) const noexcept;

  void generate(std::span<std::int16_t> frame) noexcept;
  void reset() noexcept;  ///< forgets the model and starts the noise of the seed again

 private:
  void model(const std::array<double, kOrder + 1>& autocorrelation) noexcept;
  void set_power(double power) noexcept;
  float gaussian() noexcept;

  std::uint32_t seed_;
  std::uint64_t random_ = 0;
  bool has_observed_ = false;
  std::array<double, kOrder + 1> autocorrelation_{};  ///< of the background, per sample
  std::array<float, kOrder> reflection_{};            ///< signs of RFC 3389: -r[1] / r[0] is the first
  std::array<double, kOrder> predictor_{};            ///< the same model in direct form, oldest sample first
  std::array<double, kOrder> past_{};                 ///< newest last
  double power_ = 0.0;                                ///< of the noise, in squared sample units
  float gain_ = 0.0F;                                 ///< of the excitation
};

}  // namespace mixminus::dsp
