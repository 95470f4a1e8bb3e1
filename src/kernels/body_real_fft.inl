// A real transform by the complex one of half its size (Sorensen et al. 1987).
#include "kernels/body_fft.inl"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

/// Between the transform z of pairs of samples and that of samples, and back: with s = half (z[k] + z*[M - k]) and
/// d = half (z[k] - z*[M - k]) it is s + u d at k and (s - u d)* at M - k, where u[k] = -i exp(-i pi k / M) on the
/// way there and its conjugate, `sign` -1, on the way back.
void untangle(const FftPlan& plan, const float* in_re, const float* in_im, float half, float sign, Split out) {
  const std::size_t last = plan.half - 1;
  each(plan.half / 2, [&](auto at) {
    const auto re = at.load(in_re + 1), im = at.load(in_im + 1);
    const auto back_re = at.load_back(in_re + last), back_im = at.load_back(in_im + last);
    const auto u_re = at.load(plan.untangle_re + 1), u_im = at.load(plan.untangle_im + 1) * at.all(sign);
    const auto s_re = (re + back_re) * at.all(half), s_im = (im - back_im) * at.all(half);
    const auto d_re = (re - back_re) * at.all(half), d_im = (im + back_im) * at.all(half);
    const auto turned_re = d_re * u_re - d_im * u_im, turned_im = d_re * u_im + d_im * u_re;
    at.store(out.re + 1, s_re + turned_re);
    at.store(out.im + 1, s_im + turned_im);
    at.store_back(out.re + last, s_re - turned_re);
    at.store_back(out.im + last, turned_im - s_im);
  });
}

void fft_forward(const FftPlan& plan, const float* samples, float* re, float* im) {
  Scratch scratch(plan.half);
  std::size_t i = 0;
  for (; i + 4 <= plan.half; i += 4) split4(samples + 2 * i, scratch.now.re + i, scratch.now.im + i);
  for (; i < plan.half; ++i) scratch.now.re[i] = samples[2 * i], scratch.now.im[i] = samples[2 * i + 1];
  complex_fft(plan, scratch);
  const Split z = scratch.now;
  re[0] = z.re[0] + z.im[0];
  re[plan.half] = z.re[0] - z.im[0];
  im[0] = im[plan.half] = 0.0F;
  untangle(plan, z.re, z.im, 0.5F, 1.0F, {re, im});
}

void fft_inverse(const FftPlan& plan, const float* re, const float* im, float* samples) {
  Scratch scratch(plan.half);
  const float scale = 0.5F / static_cast<float>(plan.half);
  scratch.now.re[0] = (re[0] + re[plan.half]) * scale;
  scratch.now.im[0] = (re[0] - re[plan.half]) * scale;
  untangle(plan, re, im, scale, -1.0F, scratch.now);
  scratch.now = {scratch.now.im, scratch.now.re};  // which makes a forward transform an inverse one
  scratch.next = {scratch.next.im, scratch.next.re};
  complex_fft(plan, scratch);
  const Split z = {scratch.now.im, scratch.now.re};
  std::size_t i = 0;
  for (; i + 4 <= plan.half; i += 4) join4(z.re + i, z.im + i, samples + 2 * i);
  for (; i < plan.half; ++i) samples[2 * i] = z.re[i], samples[2 * i + 1] = z.im[i];
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
