// A short filter over a block, in tiles whose sums stay in registers.
#pragma once

#include <cstddef>
#include <span>

namespace mixminus::aec {

/// out[i] = sum over t, in order, of taps[t] * in[i + t]; `out` holds whole tiles of 16.
inline void filter(std::span<const float> taps, const float* in, std::span<float> out) noexcept {
  constexpr std::size_t kTile = 16;
  for (std::size_t begin = 0; begin < out.size(); begin += kTile) {
    float sums[kTile]{};
    for (std::size_t t = 0; t < taps.size(); ++t)
      for (std::size_t i = 0; i < kTile; ++i) sums[i] += taps[t] * in[begin + i + t];
    for (std::size_t i = 0; i < kTile; ++i) out[begin + i] = sums[i];
  }
}

}  // namespace mixminus::aec
