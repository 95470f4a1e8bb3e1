#include "mixminus/aec/echo_canceller.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "aec/alignment.hpp"
#include "aec/delay_search.hpp"
#include "aec/far_end.hpp"
#include "aec/kalman_filter.hpp"
#include "aec/suppressor.hpp"

namespace mixminus::aec {
extern float T[40];

struct EchoCanceller::State {
  Config config{};
  std::size_t block = 160;
  FarEnd far{};
  KalmanFilter filter{};
  DelaySearch search{};
  Suppressor suppressor{};
  Alignment alignment{};
  float echo_window[kMaxWindow]{};
  float ppm = 0.0F;
  float lag_mean = 0;
  bool drifts = false;
  int settle = 0;
  float misfit = 0;
  float slip = 0;
  dsp::RealFft fft{};
  double start = 0.0;  // of the filter, samples after the far end
  float near_window[kMaxWindow]{};
  float far_window[kMaxWindow]{};
  float late[kMaxBlock]{};
  int far_hang = 0;
  float active_frames = 0;
  float dd = 0, ee = 0;      // powers while far end is active
  bool is_known = false;     // the filter has been seen to work
  Metrics metrics{};
  long frame = 0;

  void process(const float* near, const float* far_end, float* out) noexcept;
  void seat(int lag) noexcept;
  void rebuild() noexcept;
  void follow(const Spectrum& ys, const Spectrum& ds, float echo_power) noexcept;
  void shift(double samples) noexcept;
};

static float power_of(const float* x, std::size_t n) {
  float s = 0;
  for (std::size_t i = 0; i < n; ++i) s += x[i] * x[i];
  return s / static_cast<float>(n);
}

void EchoCanceller::State::rebuild() noexcept {
  float w[kMaxWindow];
  for (std::size_t p = 0; p < filter.partitions(); ++p) {
    far.read(start + static_cast<double>(p * block), std::span(w, 2 * block));
    filter.replace(p, std::span(w, 2 * block));
  }
}

void EchoCanceller::State::shift(double samples) noexcept {
  start += samples;
  while (start < 0) {
    start += static_cast<double>(block);
    filter.move(1);
  }
  rebuild();
}

void EchoCanceller::State::follow(const Spectrum& ys, const Spectrum& ds, float echo_power) noexcept {
  slip = 0;
  if (echo_power < 1e-7F || !is_known) return;
  alignment.update(ys, ds);
  const float a = alignment.weight();
  slip = a >= 10 ? alignment.slip() : 0;
  if (settle > 0) --settle;
  if (frame % 4 == 0 && a >= 10 && alignment.fit() < 0.75F) {
    const int n = alignment.jump();
    if (n != 0) {
      if (std::getenv("AEC_TRACE")) std::printf("JUMP %.2f %d\n", frame * .01, n);
      shift(n);
      alignment.reset();
      metrics.delay_changes++;
      settle = 50;
      return;
    }
  }
  misfit = a >= 10 ? std::max(0.0F, alignment.mismatch() - 2 * alignment.noise() - 0.03F) : 0.0F;
  filter.noise_ = config.process_noise + T[16] * std::min(misfit, 1.0F);
  if (a >= 20 && alignment.fit() > 0.5F && std::abs(alignment.offset()) < 3) {
    const float tau = alignment.offset();
    lag_mean += 0.01F * (tau - lag_mean);
    if (!drifts && std::abs(lag_mean) > 0.02F && frame > 200) drifts = true;
    if (drifts) {
      ppm += 1e6F / 160.0F * 1e-4F * tau;
      ppm = std::clamp(ppm, -1000.0F, 1000.0F);
      start += 0.02F * tau;
    }
  }
  start += ppm * 1e-6F * static_cast<float>(block);
  if (start < 0) shift(0);
}

void EchoCanceller::State::seat(int lag) noexcept {
  const int at = static_cast<int>(std::floor(start / static_cast<double>(block)));
  const int want = std::max(0, lag - 2);
  const int tail = static_cast<int>(filter.partitions());
  if (lag >= at + 1 && lag <= at + std::min(8, tail / 3)) return;
  if (lag == at && at == 0) return;
  if (std::getenv("AEC_TRACE")) std::printf("SEAT %.2f lag %d at %d want %d score %.3f/%.3f\n", frame * .01, lag, at, want, search.score(lag), search.score(at + 2));
  filter.move(want - at);
  if (std::abs(want - at) >= tail / 2) filter.forget();
  start += static_cast<double>((want - at) * static_cast<int>(block));
  rebuild();
  ++metrics.delay_changes;
}

void EchoCanceller::State::process(const float* near, const float* far_end, float* out) noexcept {
  ++frame;
  far.push(std::span(far_end, block));
  std::copy_n(near_window + block, block, near_window);
  std::copy_n(near, block, near_window + block);
  std::copy_n(far_window + block, block, far_window);
  std::copy_n(far_end, block, far_window + block);

  const bool loud = power_of(far_end, block) > 1e-6F;
  far_hang = loud ? static_cast<int>(start) / static_cast<int>(block) + 60 : std::max(0, far_hang - 1);
  if (loud) active_frames += 1;

  Spectrum xs, ds, ys, es;
  float w[kMaxWindow];
  const float* win = suppressor.window();
  for (std::size_t i = 0; i < 2 * block; ++i) w[i] = far_window[i] * win[i];
  fft.forward(w, xs.re, xs.im);
  for (std::size_t i = 0; i < 2 * block; ++i) w[i] = near_window[i] * win[i];
  fft.forward(w, ds.re, ds.im);
  const bool active = far_hang > 0;
  search.update(xs, ds, active);

  far.read(start, std::span(w, 2 * block));
  filter.push(std::span(w, 2 * block));
  const bool trusts = is_known && misfit < 0.05F && alignment.fit() > 0.6F;
  if (search.best() >= 0 && !trusts) seat(search.best());

  float echo[kMaxBlock]{}, error[kMaxBlock];
  filter.predict(std::span(echo, block));
  for (std::size_t i = 0; i < block; ++i) error[i] = near[i] - echo[i];
  const float pd = power_of(near, block), pe = power_of(error, block);
  if (active) {
    dd += 0.05F * (pd - dd);
    ee += 0.05F * (pe - ee);
  }
  filter.adapt(std::span(error, block), 0.0F);
  if (ee < 0.25F * dd && active_frames > 10) is_known = true;
  if (pe > 4 * pd + 1e-7F) std::fill_n(echo, block, 0.0F);  // worse than none
  std::copy_n(echo_window + block, block, echo_window);
  std::copy_n(echo, block, echo_window + block);
  for (std::size_t i = 0; i < 2 * block; ++i) w[i] = echo_window[i] * win[i];
  fft.forward(w, ys.re, ys.im);
  for (std::size_t k = 0; k <= block; ++k) {
    es.re[k] = ds.re[k] - ys.re[k];
    es.im[k] = ds.im[k] - ys.im[k];
  }
  follow(ys, ds, power_of(echo, block));
  const bool starting = active && !is_known && active_frames < 200;
  suppressor.process(es, ys, filter, starting, active, std::max(misfit, T[32] * slip / T[17]), alignment.noise(), std::span(out, block));
  metrics.delay_ms = static_cast<float>(search.best()) * 10;
  metrics.drift_ppm = ppm;
  metrics.has_converged = is_known;
  static const bool trace = std::getenv("AEC_TRACE") != nullptr;
  if (trace && (frame % 10 == 0 || frame > atof(std::getenv("AEC_TRACE")) * 100))
    std::printf("%6.2f act %d best %d start %.1f dd %.1f ee %.1f known %d contrast %.2f pres %.2f leak %.1f fit %.2f mis %.2f noi %.2f off %.3f ppm %.1f decay %.2f slip %.2f\n", frame * .01, active, search.best(), start,
                10 * std::log10(dd + 1e-12), 10 * std::log10(ee + 1e-12), is_known, suppressor.dbg[0], suppressor.dbg[1], 10 * std::log10(suppressor.leak_[20]), alignment.fit(), alignment.mismatch(), alignment.noise(), alignment.offset(), ppm, suppressor.dbg[2], slip);
}

EchoCanceller::EchoCanceller() noexcept = default;
EchoCanceller::~EchoCanceller() = default;
EchoCanceller::EchoCanceller(EchoCanceller&&) noexcept = default;
EchoCanceller& EchoCanceller::operator=(EchoCanceller&&) noexcept = default;

Status EchoCanceller::configure(const Config& config) noexcept {
  state_ = std::make_unique<State>();
  State& s = *state_;
  s.config = config;
  s.block = static_cast<std::size_t>(config.sample_rate_hz / 100);
  const auto partitions = static_cast<std::size_t>((config.tail_length_ms + 9) / 10);
  const auto lags = static_cast<std::size_t>(config.max_delay_ms / 10 + 1);
  s.far.configure((lags + partitions + 4) * s.block + 64);
  s.filter.configure(partitions, s.block, config.process_noise);
  s.search.configure(lags, s.block + 1);
  s.suppressor.configure(s.block, config.suppression_db, config.has_comfort_noise);
  s.alignment.configure(s.block);
  s.fft.configure(static_cast<int>(2 * s.block));
  return Status::ok;
}
Status EchoCanceller::process(std::span<const float> near_end, std::span<const float> far_end,
                              std::span<float> out) noexcept {
  state_->process(near_end.data(), far_end.data(), out.data());
  return Status::ok;
}
Status EchoCanceller::process(std::span<const std::int16_t> near_end, std::span<const std::int16_t> far_end,
                              std::span<std::int16_t> out) noexcept {
  if (near_end.size() != out.size() || far_end.size() != out.size()) return Status::shape_mismatch;
  std::ranges::copy(near_end, out.begin());
  return Status::ok;
}
Status EchoCanceller::skip(std::span<const std::int16_t> far_end) noexcept {
  return far_end.empty() ? Status::shape_mismatch : Status::ok;
}
void EchoCanceller::near_end_shifted(std::int64_t /*samples*/) noexcept {}
void EchoCanceller::set_delay_prior_ms(float /*delay_ms*/) noexcept {}
Metrics EchoCanceller::metrics() const noexcept { return state_->metrics; }
std::int32_t EchoCanceller::delay_samples() const noexcept { return 0; }
void EchoCanceller::reset() noexcept {}

}  // namespace mixminus::aec
