#pragma once
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>
namespace mixminus::dsp {
class RealFft {
 public:
  bool configure(int n) { n_ = n; m_ = n / 2; tw_.resize(n); for (int i = 0; i < n; ++i) tw_[i] = std::polar(1.0, -2 * M_PI * i / n); tf_.assign(tw_.begin(), tw_.end()); return true; }
  void forward(const float* x, float* re, float* im) const {
    C a[480], b[480];
    for (int i = 0; i < m_; ++i) a[i] = C(x[2 * i], x[2 * i + 1]);
    fft(a, b, m_, 1);
    for (int k = 0; k <= m_; ++k) {
      C u = b[k % m_], v = std::conj(b[(m_ - k) % m_]);
      C ev = (u + v) * 0.5f, od = mul(u - v, C(0, -0.5f));
      C r = ev + mul(od, k == m_ ? C(-1, 0) : tf_[k]);
      re[k] = r.real(); im[k] = r.imag();
    }
  }
  void inverse(const float* re, const float* im, float* x) const {
    C a[480], b[480];
    for (int k = 0; k < m_; ++k) {
      C u(re[k], k ? im[k] : 0), v(re[m_ - k], k ? -im[m_ - k] : 0);
      C ev = (u + v) * 0.5f, od = mul((u - v) * 0.5f, std::conj(tf_[k]));
      C z = ev + mul(od, C(0, 1));
      a[k] = std::conj(z);
    }
    fft(a, b, m_, 1);
    for (int i = 0; i < m_; ++i) { x[2 * i] = b[i].real() / m_; x[2 * i + 1] = -b[i].imag() / m_; }
  }
 private:
  using C = std::complex<float>;
  static C mul(C a, C b) { return C(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()); }
  void fft(const C* in, C* out, int n, int s) const {
    if (n == 1) { out[0] = in[0]; return; }
    int r = n % 4 == 0 ? 4 : n % 2 == 0 ? 2 : n % 5 == 0 ? 5 : 3, q = n / r;
    for (int j = 0; j < r; ++j) fft(in + j * s, out + j * q, q, s * r);
    C t[5];
    int st = n_ / n;
    for (int k = 0; k < q; ++k) {
      for (int j = 0; j < r; ++j) t[j] = mul(out[j * q + k], tf_[(st * j * k) % n_]);
      for (int p = 0; p < r; ++p) {
        C sum = t[0];
        for (int j = 1; j < r; ++j) sum += mul(t[j], tf_[(n_ / r * ((p * j) % r)) % n_]);
        out[p * q + k] = sum;
      }
    }
  }
  int n_ = 0, m_ = 0;
  std::vector<std::complex<double>> tw_;
  std::vector<C> tf_;
};
}
