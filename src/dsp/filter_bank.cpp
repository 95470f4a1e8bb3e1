// FilterBank: the coefficients of one rate pair, computed once and shared by all its resamplers.
#include "dsp/filter_bank.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>
#include <numeric>
#include <utility>

namespace mixminus::dsp {
namespace {

// Kaiser (1974): about 81 dB for a transition of 0.3 of the lower Nyquist frequency in 34 of its samples;
// the best of a sweep in steps of 0.1.
constexpr double kBeta = 8.0;

/// Modified Bessel function of order 0, by its power series.
double bessel_i0(double x) {
  double sum = 1.0;
  double term = 1.0;
  for (int k = 1; term > 1e-17 * sum; ++k) {
    term *= (x / (2.0 * k)) * (x / (2.0 * k));
    sum += term;
  }
  return sum;
}

/// Windowed sinc at `u` samples of the lower rate from its centre.
double windowed_sinc(double u) {
  const double edge = u / FilterBank::kDelaySamples;
  const double window = bessel_i0(kBeta * std::sqrt(std::max(0.0, 1.0 - edge * edge))) / bessel_i0(kBeta);
  const double angle = std::numbers::pi * u;
  return window * (u == 0.0 ? 1.0 : std::sin(angle) / angle);
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

struct Designer {
  std::int64_t input_hz;
  std::int64_t output_hz;
  std::int64_t higher_hz = std::max(input_hz, output_hz);
  std::int64_t span = 2 * FilterBank::kDelaySamples * higher_hz;  // length of the filter, in 1/(input_hz*output_hz)

  // The inputs strictly inside the span of output n, which ends at the instant of n: both ends are zeros of the sinc.
  [[nodiscard]] std::int64_t newest_input(std::int64_t n) const { return floor_divide(n * input_hz - 1, output_hz); }
  [[nodiscard]] std::int64_t oldest_input(std::int64_t n) const {
    return floor_divide(n * input_hz - span, output_hz) + 1;
  }

  /// Coefficients of output `n`, from oldest_input(n) to newest_input(n), with a gain of exactly 1 at 0 Hz:
  /// phases that differ there would turn an offset into tones.
  [[nodiscard]] std::vector<double> phase(std::int64_t n) const {
    std::vector<double> taps;
    for (std::int64_t i = oldest_input(n); i <= newest_input(n); ++i) {
      const std::int64_t behind = n * input_hz - i * output_hz;
      const double u = static_cast<double>(span / 2 - behind) / static_cast<double>(higher_hz);
      taps.push_back(windowed_sinc(u));
    }
    const double sum = std::accumulate(taps.begin(), taps.end(), 0.0);
    for (double& tap : taps) tap /= sum;
    return taps;
  }

  void add_group(FilterBank& bank, std::int32_t first_output) const {
    const std::int32_t end = std::min(first_output + FilterBank::kGroupOutputs, bank.period_outputs);
    const std::int64_t first_input = oldest_input(first_output);
    const std::size_t first_row = bank.rows.size();
    const auto row_count = static_cast<std::size_t>(newest_input(end - 1) - first_input + 1);
    bank.rows.resize(first_row + row_count);
    for (std::int32_t n = first_output; n < end; ++n) {
      auto row = first_row + static_cast<std::size_t>(oldest_input(n) - first_input);
      const auto lane = static_cast<std::size_t>(n - first_output);
      for (const double tap : phase(n)) bank.rows[row++].lane[lane] = static_cast<float>(tap);
    }
    bank.groups.push_back({static_cast<std::int32_t>(first_input), first_row, row_count});
  }

  [[nodiscard]] FilterBank design() const {
    const std::int64_t common = std::gcd(input_hz, output_hz);
    const std::int64_t aligned = std::lcm(output_hz / common, std::int64_t{FilterBank::kGroupOutputs});
    const std::int64_t ten_ms = output_hz / 100;
    FilterBank bank;
    bank.period_outputs = static_cast<std::int32_t>(ten_ms % aligned == 0 ? aligned : ten_ms);
    bank.period_inputs = static_cast<std::int32_t>(bank.period_outputs * input_hz / output_hz);
    bank.history = static_cast<std::int32_t>(-oldest_input(0));
    bank.lookahead = static_cast<std::int32_t>(newest_input(FilterBank::kGroupOutputs) + 1);
    for (std::int32_t n = 0; n < bank.period_outputs; n += FilterBank::kGroupOutputs) add_group(bank, n);
    return bank;
  }
};

}  // namespace

std::shared_ptr<const FilterBank> shared_filter_bank(std::int32_t input_rate_hz, std::int32_t output_rate_hz) {
  static std::mutex mutex;
  static std::map<std::pair<std::int32_t, std::int32_t>, std::weak_ptr<const FilterBank>> banks;
  const std::scoped_lock lock(mutex);
  std::weak_ptr<const FilterBank>& known = banks[{input_rate_hz, output_rate_hz}];
  std::shared_ptr<const FilterBank> bank = known.lock();
  if (!bank) known = bank = std::make_shared<const FilterBank>(Designer{input_rate_hz, output_rate_hz}.design());
  return bank;
}

}  // namespace mixminus::dsp
