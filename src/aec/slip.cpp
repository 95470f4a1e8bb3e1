#include "aec/slip.hpp"

#include <cmath>

namespace mixminus::aec {
namespace {

constexpr std::size_t kFirst = 4;
constexpr float kKeep = 0.5F;

}  // namespace

void Slip::configure(std::size_t block) noexcept {
  block_ = block;
  reset();
}

void Slip::reset() noexcept {
  std::ranges::fill(power_, 0.0F);
  cross_ = echo_ = variance_ = 0.0F;
}

void Slip::update(const Spectrum& echo, const Spectrum& near) noexcept {
  const float expected = echo_ > 0.0F ? std::clamp(factor(), 0.0F, 1.2F) : 1.0F;
  float cross = 0.0F, power = 0.0F, variance = 0.0F;
  for (std::size_t k = kFirst; k < block_ - 1; ++k) {
    const float of_echo = echo.power(k);
    const float now = of_echo + near.power(k);
    power_[k] += 0.1F * (now - power_[k]) + 1e-20F;
    const float weight = 1.0F / (std::max(power_[k], 0.2F * now) + 1e-4F);
    const float rest_re = near.re[k] - expected * echo.re[k];
    const float rest_im = near.im[k] - expected * echo.im[k];
    cross += weight * (echo.re[k] * near.re[k] + echo.im[k] * near.im[k]);
    power += weight * of_echo;
    variance += weight * weight * of_echo * (rest_re * rest_re + rest_im * rest_im);
  }
  cross_ = kKeep * cross_ + cross;
  echo_ = kKeep * echo_ + power;
  variance_ = kKeep * kKeep * variance_ + variance;
}

float Slip::deviation() const noexcept { return std::sqrt(variance_) / (echo_ + 1e-9F); }

float Slip::extent() const noexcept {
  constexpr float kAllowed = 0.15F;
  constexpr float kDeviations = 2.0F;
  return std::clamp(1.0F - factor() - kAllowed - kDeviations * deviation(), 0.0F, 1.0F);
}

}  // namespace mixminus::aec
