// Suppressor: takes away what is still echo, and puts the site's own noise in its place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "aec/residual.hpp"
#include "aec/spectrum.hpp"

namespace mixminus::aec {

/// Decision-directed Wiener gains (Y. Ephraim, D. Malah, 1984). Alone, the echo is over-estimated and may go down to
/// the floor; under a near talker neither.
class Suppressor {
 public:
  void configure(std::size_t block, float suppression_db, bool has_comfort_noise) noexcept;
  void reset() noexcept;

  /// Weighs `rest` in place. `is_starting`: nothing is known yet, all of it may be echo.
  void process(Spectrum& rest, const Spectrum& echo, const Residual& residual, bool is_starting) noexcept;
  void pass() noexcept;  ///< a block in which there was nothing to do

  [[nodiscard]] bool is_transparent() const noexcept { return is_transparent_; }
  [[nodiscard]] float gain_above() const noexcept { return gain_above_; }  ///< for what lies above the band

 private:
  void choose_gains(const Spectrum& rest, const Residual& residual, bool is_starting) noexcept;
  void add_noise(Spectrum& rest, const float* background) noexcept;
  [[nodiscard]] float next_random() noexcept;

  std::size_t block_ = 0;
  float floor_ = 1.0F;
  bool has_comfort_noise_ = true;
  float gains_[kStride]{};
  float clean_[kStride]{};  // power of what was let through
  float gain_above_ = 1.0F;
  bool is_transparent_ = true;
  std::uint32_t seed_ = 1;
};

}  // namespace mixminus::aec
