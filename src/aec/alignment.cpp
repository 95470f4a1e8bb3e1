#include "aec/alignment.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>

namespace mixminus::aec {
extern float T[40];
constexpr float kMemory = 25.0F;

void Alignment::configure(std::size_t block) {
  block_ = block;
  bins_ = block + 1;
  fft_.configure(static_cast<int>(2 * block));
  reset();
}

void Alignment::reset() noexcept {
  cross_ = later_ = earlier_ = {};
  std::ranges::fill(yy_, 0.0F);
  std::ranges::fill(dd_, 0.0F);
  frames_ = 0;
  fast_cross_ = fast_echo_ = fast_variance_ = slip_ = 0;
  fit_ = mismatch_ = noise_ = offset_ = 0;
}

void Alignment::update(const Spectrum& y, const Spectrum& d) noexcept {
  frames_ = std::min(frames_ + 1.0F, kMemory);
  const float step = 1.0F / frames_;
  float total = 0;
  for (std::size_t k = 2; k < bins_ - 2; ++k) total += y.power(k) + d.power(k);
  const float f = 1.0F / (total + 1e-9F);  // every frame counts alike
  float num = 0, den = 0, mis = 0, noise = 0, slope = 0, curve = 0;
  for (std::size_t k = 2; k < bins_ - 2; ++k) {
    cross_.re[k] += step * (f * (y.re[k] * d.re[k] + y.im[k] * d.im[k]) - cross_.re[k]);
    cross_.im[k] += step * (f * (y.re[k] * d.im[k] - y.im[k] * d.re[k]) - cross_.im[k]);
    later_.re[k] += step * (f * (last_echo_.re[k] * d.re[k] + last_echo_.im[k] * d.im[k]) - later_.re[k]);
    later_.im[k] += step * (f * (last_echo_.re[k] * d.im[k] - last_echo_.im[k] * d.re[k]) - later_.im[k]);
    earlier_.re[k] += step * (f * (y.re[k] * last_near_.re[k] + y.im[k] * last_near_.im[k]) - earlier_.re[k]);
    earlier_.im[k] += step * (f * (y.re[k] * last_near_.im[k] - y.im[k] * last_near_.re[k]) - earlier_.im[k]);
    yy_[k] += step * (f * y.power(k) - yy_[k]);
    dd_[k] += step * (f * d.power(k) - dd_[k]);
    const float scale = 1.0F / (yy_[k] + 1e-9F);
    const float re = cross_.re[k] * scale, im = cross_.im[k] * scale;  // what the prediction must be multiplied by
    const float w = std::min(1.0F, yy_[k] / (dd_[k] + 1e-12F)) * 1.0F;
    num += w * re;
    den += w;
    mis += w * ((re - 1) * (re - 1) + im * im);
    noise += w * std::max(0.0F, dd_[k] * scale - re * re - im * im) / frames_;
    const float omega = static_cast<float>(k) * std::numbers::pi_v<float> / static_cast<float>(block_);
    slope -= w * omega * im;
    curve += w * omega * omega * re;
  }
  // this very moment: one factor for all bins, and its standard error
  float cross_now = 0, echo_now = 0, variance_now = 0;
  const float factor = fast_echo_ > 0 ? std::clamp(fast_cross_ / fast_echo_, 0.0F, 1.2F) : 1.0F;
  for (std::size_t k = 4; k < bins_ - 2; ++k) {
    slow_[k] += 0.1F * (y.power(k) + d.power(k) - slow_[k]);
    const float w = 1.0F / (std::max(slow_[k], 0.2F * (y.power(k) + d.power(k))) + 1e-4F);
    const float re = d.re[k] - factor * y.re[k], im = d.im[k] - factor * y.im[k];
    cross_now += w * (y.re[k] * d.re[k] + y.im[k] * d.im[k]);
    echo_now += w * y.power(k);
    variance_now += w * w * y.power(k) * (re * re + im * im);
  }
  const float keep = 1.0F - T[30];
  fast_cross_ = keep * fast_cross_ + cross_now;
  fast_echo_ = keep * fast_echo_ + echo_now;
  fast_variance_ = keep * keep * fast_variance_ + variance_now;
  const float deviation = std::sqrt(fast_variance_) / (fast_echo_ + 1e-9F);
  slip_ = std::clamp(1.0F - fast_cross_ / (fast_echo_ + 1e-9F) - T[33] - T[31] * deviation, 0.0F, 1.0F);
  last_echo_ = y;
  last_near_ = d;
  fit_ = den > 1.0F ? num / den : 0.0F;
  mismatch_ = den > 1.0F ? mis / den : 0.0F;
  noise_ = den > 1.0F ? noise / den : 0.0F;
  offset_ = curve > 1e-3F * den && den > 1.0F ? slope / curve : 0.0F;
}

int Alignment::jump() noexcept {
  float best = 0, here = 0;
  int at = 0;
  const int n = static_cast<int>(2 * block_), b = static_cast<int>(block_);
  for (int side = -1; side <= 1; ++side) {
    const Spectrum& cross = side < 0 ? earlier_ : side > 0 ? later_ : cross_;
    Spectrum s{};
    float total = 0;
    for (std::size_t k = 4; k < bins_ / 2; ++k) {
      const float scale = 1.0F / std::sqrt(yy_[k] * dd_[k] + 1e-18F);
      s.re[k] = cross.re[k] * scale;
      s.im[k] = cross.im[k] * scale;
      total += 1;
    }
    float c[kMaxWindow];
    fft_.inverse(s.re, s.im, c);
    for (int lag = -b / 2; lag <= b / 2; ++lag) {
      const float v = c[(lag + n) % n] * static_cast<float>(block_) / total;
      if (v > best) best = v, at = lag + side * b;
      if (side == 0 && std::abs(lag) <= 1) here = std::max(here, v);
    }
  }
  if (std::getenv("AEC_TRACE")) std::printf("  jump? peak %.2f here %.2f lag %d\n", best, here, at);
  return best > 0.25F && best > 1.5F * here && std::abs(at) > 2 ? at : 0;
}

}  // namespace mixminus::aec
