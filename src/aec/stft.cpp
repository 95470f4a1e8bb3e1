#include "aec/stft.hpp"

#include <cmath>
#include <numbers>

namespace mixminus::aec {

Status Stft::configure(std::size_t block) noexcept {
  block_ = block;
  const double step = std::numbers::pi / static_cast<double>(2 * block);
  for (std::size_t i = 0; i < 2 * block; ++i)
    window_[i] = static_cast<float>(std::sin(step * (static_cast<double>(i) + 0.5)));
  reset();
  return fft_.configure(static_cast<std::int32_t>(2 * block));
}

void Stft::reset() noexcept { std::ranges::fill(overlap_, 0.0F); }

void Stft::analyse(const Blocks& blocks, Spectrum& spectrum) const noexcept {
  float windowed[2 * kMaxBlock];
  for (std::size_t i = 0; i < 2 * block_; ++i) windowed[i] = blocks.samples[i] * window_[i];
  fft_.forward(windowed, spectrum.re, spectrum.im);
}

void Stft::synthesise(const Spectrum& spectrum, std::span<float> out) noexcept {
  float samples[2 * kMaxBlock];
  fft_.inverse(spectrum.re, spectrum.im, samples);
  for (std::size_t i = 0; i < block_; ++i) {
    out[i] = overlap_[i] + samples[i] * window_[i];
    overlap_[i] = samples[i + block_] * window_[i + block_];
  }
}

}  // namespace mixminus::aec
