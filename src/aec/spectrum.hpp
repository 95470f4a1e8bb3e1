// Spectrum: half of a real signal's spectrum, in the two arrays that the kernels take.
#pragma once

#include <cstddef>

namespace mixminus::aec {

constexpr std::size_t kMaxBlock = 160;                  ///< samples of 10 ms at 16 kHz
constexpr std::size_t kMaxWindow = 2 * kMaxBlock;       ///< what a spectrum is taken of
constexpr std::size_t kMaxBins = kMaxBlock + 1;
constexpr std::size_t kStride = 176;                    ///< floats: whole vectors of any instruction set
constexpr float kBlocksPerS = 100.0F;

struct Spectrum {
  alignas(64) float re[kStride]{};
  alignas(64) float im[kStride]{};

  [[nodiscard]] float power(std::size_t bin) const noexcept { return re[bin] * re[bin] + im[bin] * im[bin]; }
};

}  // namespace mixminus::aec
