// Windows, overlap and how long to remember; what happens to a bin is in kernels/body_noise.inl.
#include "mixminus/enhance/noise_suppressor.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <numbers>

#include "kernels/table.hpp"

namespace mixminus::enhance {
namespace {

constexpr float kFullScale = 32'768.0F;
constexpr float kMost = 8.0F * kFullScale;
constexpr std::int32_t kLearnedFrames = 6;   // whose mean the noise is at first
constexpr std::int32_t kWindowFrames = 150;  // whose minimum it is not below, and then not below that of the next
constexpr std::size_t kVoicedBins = 161;     // up to 8 kHz, where speech is told from noise
constexpr float kHighestPower = 1e30F;

float to_internal(std::int16_t sample) noexcept { return sample; }
float to_internal(float sample) noexcept {
  const float scaled = sample * kFullScale;
  return scaled >= kMost ? kMost : scaled <= -kMost ? -kMost : scaled == scaled ? scaled : 0.0F;
}

/// Ties to even, as the kernels do: after 1.5 * 2^23 is added a float has no fraction.
void from_internal(float sample, std::int16_t& out) noexcept {
  constexpr float kNoFraction = 12'582'912.0F;
  const float clipped = std::clamp(sample, -32'768.0F, 32'767.0F);
  out = static_cast<std::int16_t>((clipped + kNoFraction) - kNoFraction);
}
void from_internal(float sample, float& out) noexcept { out = sample / kFullScale; }

/// Where much is speech, a bin may stand out; in noise, of which some 0.28 looks like it, none may.
float trust(float speech) noexcept { return 1.0F + 3.0F * std::clamp((speech - 0.33F) * 10.0F, 0.0F, 1.0F); }

}  // namespace

Status NoiseSuppressor::configure(const NoiseSuppressorConfig& config) noexcept try {
  const std::int32_t rate_hz = config.sample_rate_hz;
  if (rate_hz != 8'000 && rate_hz != 16'000 && rate_hz != 32'000 && rate_hz != 48'000) return Status::out_of_range;
  if (!(config.suppression_db >= 0.0F && config.suppression_db <= 40.0F)) return Status::out_of_range;
  *this = {};
  if (const Status status = fft_.configure(rate_hz / 50); status != Status::ok) return status;
  const auto hop = static_cast<std::size_t>(rate_hz / 100);
  least_gain_ = std::pow(10.0F, -config.suppression_db / 20.0F);
  window_.resize(2 * hop);
  for (std::size_t i = 0; i < window_.size(); ++i)
    window_[i] =
        static_cast<float>(std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(window_.size())));
  for (auto* samples : {&heard_, &block_}) samples->resize(2 * hop);
  overlap_.resize(hop);
  for (auto* bins : {&re_, &im_, &noise_, &clean_, &smooth_, &lowest_, &lowest_before_}) bins->resize(hop + 1);
  kernels_ = &kernels::active();
  hop_ = hop;
  reset();
  return Status::ok;
} catch (const std::bad_alloc&) {
  *this = {};
  return Status::capacity_reached;
}

void NoiseSuppressor::reset() noexcept {
  for (auto* values : {&heard_, &block_, &overlap_, &noise_, &clean_, &smooth_}) std::ranges::fill(*values, 0.0F);
  for (auto* values : {&lowest_, &lowest_before_}) std::ranges::fill(*values, kHighestPower);
  learned_frames_ = window_frames_ = 0;
  speech_ = 0.0F;
}

Status NoiseSuppressor::process(std::span<const std::int16_t> pcm, std::span<std::int16_t> out) noexcept {
  return run(pcm, out);
}
Status NoiseSuppressor::process(std::span<const float> pcm, std::span<float> out) noexcept { return run(pcm, out); }

template <typename Sample>
Status NoiseSuppressor::run(std::span<const Sample> pcm, std::span<Sample> out) noexcept {
  if (hop_ == 0) return Status::not_configured;
  if (pcm.size() != hop_ || out.size() != hop_) return Status::shape_mismatch;
  std::copy_n(heard_.begin() + static_cast<std::ptrdiff_t>(hop_), hop_, heard_.begin());
  for (std::size_t i = 0; i < hop_; ++i) heard_[hop_ + i] = to_internal(pcm[i]);
  suppress();
  for (std::size_t i = 0; i < hop_; ++i) from_internal(overlap_[i] + block_[i], out[i]);
  std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(hop_), hop_, overlap_.begin());
  return Status::ok;
}

/// heard_ to block_, the samples of one window.
void NoiseSuppressor::suppress() noexcept {
  if (std::ranges::all_of(heard_, [](float sample) { return sample == 0.0F; })) {
    speech_ = 0.0F;
    std::ranges::fill(block_, 0.0F);
    return;
  }
  if (window_frames_++ == kWindowFrames) begin_window();
  const float learn = learned_frames_ == kLearnedFrames ? 0.0F : 1.0F / static_cast<float>(++learned_frames_);
  for (std::size_t i = 0; i < block_.size(); ++i) block_[i] = heard_[i] * window_[i];
  fft_.forward(block_.data(), re_.data(), im_.data());
  const std::size_t voiced = std::min(re_.size(), kVoicedBins);
  speech_ = follow(0, voiced, learn) / static_cast<float>(voiced);
  if (re_.size() > voiced) follow(voiced, re_.size() - voiced, learn);
  kernels_->suppress_noise({noise_.data(), smooth_.data(), clean_.data(), trust(speech_), least_gain_}, re_.data(),
                           im_.data(), re_.size());
  fft_.inverse(re_.data(), im_.data(), block_.data());
  for (std::size_t i = 0; i < block_.size(); ++i) block_[i] *= window_[i];
}

float NoiseSuppressor::follow(std::size_t first, std::size_t bins, float learn) noexcept {
  return kernels_->follow_noise({.learn = learn,
                                 .noise = noise_.data() + first,
                                 .smooth = smooth_.data() + first,
                                 .lowest = lowest_.data() + first,
                                 .lowest_before = lowest_before_.data() + first},
                                re_.data() + first, im_.data() + first, bins);
}

void NoiseSuppressor::begin_window() noexcept {
  window_frames_ = 1;
  std::ranges::copy(lowest_, lowest_before_.begin());
  std::ranges::copy(smooth_, lowest_.begin());
}

float NoiseSuppressor::noise_dbov() const noexcept {
  if (learned_frames_ == 0) return -127.0F;
  double sum = 0.0;
  for (const float power : noise_) sum += power;
  const auto hop = static_cast<double>(hop_);  // the sum of squares of the window, too
  const double mean = sum / (hop * hop) / (kFullScale * kFullScale);
  return std::clamp(static_cast<float>(10.0 * std::log10(mean)), -127.0F, 0.0F);
}

}  // namespace mixminus::enhance
