// Spectrum: half of a real signal's spectrum, in the two arrays that kernels take; Blocks: what it is taken of.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace mixminus::aec {

constexpr std::size_t kMaxBlock = 160;  ///< samples of 10 ms at 16 kHz
constexpr std::size_t kStride = 176;    ///< floats: its bins, and whole vectors of any instruction set

struct Spectrum {
  alignas(64) float re[kStride]{};
  alignas(64) float im[kStride]{};

  [[nodiscard]] float power(std::size_t bin) const noexcept { return re[bin] * re[bin] + im[bin] * im[bin]; }
};

inline void prefetch_lines(const float* values, std::size_t count) noexcept {
  constexpr std::size_t kLine = 16;
  for (std::size_t at = 0; at < count; at += kLine) __builtin_prefetch(values + at);
}

/// The newest two blocks of a signal.
struct Blocks {
  float samples[2 * kMaxBlock]{};

  void push(std::span<const float> block) noexcept {
    std::copy_n(samples + block.size(), block.size(), samples);
    std::ranges::copy(block, samples + block.size());
  }
};

}  // namespace mixminus::aec
