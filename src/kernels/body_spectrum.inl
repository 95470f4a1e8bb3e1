// Inner loops over spectra: what an echo canceller and a noise suppressor do with each bin.
#include "kernels/simd_float.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

void complex_mac(const SpectrumPair& pair, float* sum_re, float* sum_im, std::size_t count) {
  each(count, [&](auto at) {
    const auto a_re = at.load(pair.x_re), a_im = at.load(pair.x_im);
    const auto b_re = at.load(pair.d_re), b_im = at.load(pair.d_im);
    at.store(sum_re, at.load(sum_re) + (a_re * b_re - a_im * b_im));
    at.store(sum_im, at.load(sum_im) + (a_re * b_im + a_im * b_re));
  });
}

float accumulate_correlation(const SpectrumPair& pair, float keep, float* c_re, float* c_im, std::size_t count) {
  Sums sums;
  each(count, [&](auto at) {
    const auto x_re = at.load(pair.x_re), x_im = at.load(pair.x_im);
    const auto d_re = at.load(pair.d_re), d_im = at.load(pair.d_im);
    const auto re = at.all(keep) * at.load(c_re) + (x_re * d_re + x_im * d_im);
    const auto im = at.all(keep) * at.load(c_im) + (x_re * d_im - x_im * d_re);
    at.store(c_re, re);
    at.store(c_im, im);
    sums.add(at, re * re + im * im);
  });
  return sums.total();
}

void kalman_step(const KalmanStep& step, std::size_t count) {
  each(count, [&](auto at) {
    const auto x_re = at.load(step.spectra.x_re), x_im = at.load(step.spectra.x_im);
    const auto e_re = at.load(step.spectra.d_re), e_im = at.load(step.spectra.d_im);
    const auto p = at.load(step.p), mu = p * at.load(step.inverse);
    const auto w_re = at.load(step.w_re) + mu * (x_re * e_re + x_im * e_im);
    const auto w_im = at.load(step.w_im) + mu * (x_re * e_im - x_im * e_re);
    const auto known = at.all(step.half) * (mu * (x_re * x_re + x_im * x_im));
    const auto kept = at.all(step.keep) * p * (at.all(1.0F) - known);
    at.store(step.w_re, w_re);
    at.store(step.w_im, w_im);
    at.store(step.p, kept + at.all(step.noise) * (w_re * w_re + w_im * w_im));
  });
}

void power_mac(const float* re, const float* im, const float* p, float* sum, std::size_t count) {
  each(count, [&](auto at) {
    const auto bin_re = at.load(re), bin_im = at.load(im);
    at.store(sum, at.load(sum) + (bin_re * bin_re + bin_im * bin_im) * at.load(p));
  });
}

void fir(const float* taps, std::size_t tap_count, const float* in, float* out, std::size_t count) {
  each(count, [&](auto at) {
    auto sum = at.all(taps[0]) * at.load(in);
    for (std::size_t t = 1; t < tap_count; ++t) sum = sum + at.all(taps[t]) * at.load(in + t);
    at.store(out, sum);
  });
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
