// Stft: spectra of 20 ms every 10 ms, under the square root of a Hann window, and the way back.
#pragma once

#include <span>

#include "aec/spectrum.hpp"
#include "mixminus/dsp/real_fft.hpp"

namespace mixminus::aec {

class Stft {
 public:
  Status configure(std::size_t block) noexcept;
  void reset() noexcept;

  void analyse(const Blocks& blocks, Spectrum& spectrum) const noexcept;
  /// The block before the newest one of what was analysed.
  void synthesise(const Spectrum& spectrum, std::span<float> out) noexcept;

 private:
  dsp::RealFft fft_{};
  std::size_t block_ = 0;
  float window_[2 * kMaxBlock]{};
  float overlap_[kMaxBlock]{};
};

}  // namespace mixminus::aec
