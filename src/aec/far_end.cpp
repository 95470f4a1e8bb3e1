#include "aec/far_end.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace mixminus::aec {
namespace {

constexpr std::size_t kTaps = 32;
constexpr std::size_t kPhases = 256;
constexpr std::size_t kHalf = kTaps / 2;

using Taps = std::array<float, kTaps>;

// Row f is a sinc under a squared cosine, for the instant f / kPhases after the sample kHalf - 1 of a run.
std::array<Taps, kPhases> make_phases() {
  std::array<Taps, kPhases> phases{};
  for (std::size_t f = 0; f < kPhases; ++f)
    for (std::size_t t = 0; t < kTaps; ++t) {
      const double away = static_cast<double>(t) - (kHalf - 1.0) - static_cast<double>(f) / kPhases;
      const double angle = std::numbers::pi * away;
      const double window = std::cos(angle / (kTaps + 2.0));
      phases[f][t] = static_cast<float>((away == 0.0 ? 1.0 : std::sin(angle) / angle) * window * window);
    }
  return phases;
}

const std::array<Taps, kPhases>& phases() {
  static const auto table = make_phases();
  return table;
}

}  // namespace

void FarEnd::configure(std::size_t samples) {
  kernels_ = &kernels::active();
  ring_.assign(samples + kTaps, 0.0F);
  end_ = 0;
  (void)phases();  // made now, not in the hot path
}

void FarEnd::reset() noexcept { std::ranges::fill(ring_, 0.0F); }

void FarEnd::push(std::span<const float> block) noexcept {
  const std::size_t first = std::min(block.size(), ring_.size() - end_);
  std::ranges::copy(block.first(first), ring_.begin() + static_cast<std::ptrdiff_t>(end_));
  std::ranges::copy(block.subspan(first), ring_.begin());
  end_ = (end_ + block.size()) % ring_.size();
}

/// Samples that end `newest_age` before now.
void FarEnd::copy(std::size_t newest_age, std::span<float> out) const noexcept {
  const std::size_t begin = (end_ + 2 * ring_.size() - newest_age - out.size()) % ring_.size();
  const std::size_t first = std::min(out.size(), ring_.size() - begin);
  std::copy_n(ring_.begin() + static_cast<std::ptrdiff_t>(begin), first, out.begin());
  std::copy_n(ring_.begin(), out.size() - first, out.begin() + static_cast<std::ptrdiff_t>(first));
}

void FarEnd::read(double delay, std::span<float> out) const noexcept {
  const auto steps = static_cast<std::size_t>(std::lround(delay * kPhases));
  const std::size_t phase = (kPhases - steps % kPhases) % kPhases;
  const std::size_t whole = (steps + phase) / kPhases;  // rounded up: the phase goes forward from there
  if (phase == 0) return copy(whole, out);

  std::array<float, kMaxRead + kTaps> run{};
  const std::size_t future = whole < kHalf ? kHalf - whole : 0;
  const std::size_t count = out.size() + kTaps - 1;
  copy(whole + future - kHalf, std::span(run).first(count - future));
  kernels_->fir(phases()[phase].data(), kTaps, run.data(), out.data(), out.size());
}

}  // namespace mixminus::aec
